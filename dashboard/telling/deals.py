"""Deals in people's words: stages and persons by name, rows as a table that adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.deals import ROWS_FIELD, DealRow, amount_of, rows_of_text
from connector.domain.events import Kind
from connector.domain.mapping import AMOUNT_FIELD
from connector.domain.money import NAMES
from connector.domain.products import Change
from connector.domain.values import CENT
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.views.event import RowLine, Rows

#: Rows that are no products.
EXTRAS = frozenset(NAMES.values())
DEALS = frozenset({Kind.ORDER, Kind.SALE})


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What ids of a portal are called there, by the field that holds them."""

    of: Mapping[str, Mapping[str, str]] = {}

    def called(self, field: str, value: str) -> str:
        """The name, or the id while nobody knows it."""
        return self.of.get(field, {}).get(value, value)


def names_of(places: CrmPlaces | None) -> Names:
    """As the portal said last."""
    if places is None:
        return Names()
    stages = {stage.id: stage.name for one in places.pipelines for stage in one.stages}
    return Names(
        of={
            "stageId": stages,
            "categoryId": {str(one.id): one.name for one in places.pipelines},
            "assignedById": {one.id: one.name for one in places.users},
            "sourceId": {one.id: one.name for one in places.sources},
        }
    )


def with_people(names: Names, people: Iterable[tuple[str, int, str]]) -> Names:
    """The same with contacts and companies: field, Bitrix24's id, name."""
    of = {field: dict(known) for field, known in names.of.items()}
    for field, number, name in people:
        of.setdefault(field, {})[str(number)] = name
    return Names(of=of)


def rows_in(text: str | None) -> tuple[DealRow, ...]:
    """The rows that a change or plan holds; none for what is no rows."""
    try:
        return rows_of_text(text or "")
    except msgspec.DecodeError:
        return ()


def in_brief(text: str | None) -> str:
    """`3 itens, R$ 148,50`."""
    rows = rows_in(text)
    if not rows:
        return ""
    return plural("%(num)s item", "%(num)s itens", len(rows)) + f", {formats.money(amount_of(rows))}"


def rows(changes: Sequence[Change], body: bytes) -> Rows | None:
    """The deal's rows as a write left them, beside what they were; None when it did not touch them."""
    change = next((one for one in changes if one.field == ROWS_FIELD), None)
    if change is None:
        return None
    before, after = rows_in(change.before), rows_in(change.after)
    amount = amount_of(after)
    deal = next((_decimal(one.after) for one in changes if one.field == AMOUNT_FIELD), None)
    check, agrees = _check(amount, _told(body), deal)
    return Rows(
        lines=_lines(before, after),
        total=formats.money(amount),
        was_total=formats.money(amount_of(before)) if before and amount_of(before) != amount else "",
        check=check,
        agrees=agrees,
        compared=bool(before),
    )


def _check(amount: Decimal, told: Decimal | None, deal: Decimal | None) -> tuple[str, bool | None]:
    """Whether the rows add up: to what the message said of the order, or to the deal's amount."""
    shown = {"sum": formats.money(amount)}
    if amount == told:
        return _("Soma das linhas = total do pedido: %(sum)s") % shown, True
    if amount == deal:
        return _("Soma das linhas = valor do negócio: %(sum)s") % shown, True
    if deal is None:
        return _("Soma das linhas: %(sum)s") % shown, None
    text = _("Soma das linhas: %(sum)s, mas o negócio vale %(deal)s")
    return text % {**shown, "deal": formats.money(deal)}, False


def _lines(before: Sequence[DealRow], after: Sequence[DealRow]) -> tuple[RowLine, ...]:
    """Each row beside the one that it was: of the same product, or of the same name; then those that went."""
    left = list(before)
    lines = []
    for row in after:
        old = next((one for one in left if _key(one) == _key(row)), None)
        if old is not None:
            left.remove(old)
        lines.append(_line(row, old, "new" if before and old is None else ""))
    return (*lines, *(_line(row, None, "gone") for row in left))


def _key(row: DealRow) -> tuple[int, str]:
    return (row.product, "") if row.product else (0, row.name.casefold())


def _line(row: DealRow, old: DealRow | None, state: Literal["", "new", "gone"]) -> RowLine:
    was = {name: told(old) for name, told in CELLS.items()} if old is not None else {}
    now = {name: told(row) for name, told in CELLS.items()}
    return RowLine(
        name=row.name,
        linked=row.product > 0 or row.name in EXTRAS,
        state=state,
        **now,
        **{f"was_{name}": was[name] if was.get(name, text) != text else "" for name, text in now.items()},
    )


def _quantity(row: DealRow) -> str:
    return f"{formats.decimal(Decimal(row.quantity))} {row.unit}".strip()


def _price(row: DealRow) -> str:
    return formats.price(Decimal(row.price))


def _discount(row: DealRow) -> str:
    return f"{formats.decimal(Decimal(row.discount))} %" if row.discount else "–"


def _total(row: DealRow) -> str:
    return formats.money(amount_of([row]))


#: What a row shows, in words.
CELLS: dict[str, Callable[[DealRow], str]] = {
    "quantity": _quantity,
    "price": _price,
    "discount": _discount,
    "total": _total,
}


class _Record(msgspec.Struct):
    total: Decimal | None = None
    numero: int | str | None = None


class _Message(msgspec.Struct):
    data: _Record


_MESSAGES = msgspec.json.Decoder(_Message)


def number_in(body: bytes) -> str:
    """The number that a message calls its record by; empty for none."""
    record = _record(body)
    return str(record.numero) if record is not None and record.numero else ""


def _told(body: bytes) -> Decimal | None:
    """The order's total as the message says it."""
    record = _record(body)
    return record.total.quantize(CENT) if record is not None and record.total is not None else None


def _record(body: bytes) -> _Record | None:
    try:
        return _MESSAGES.decode(body).data
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _decimal(value: str | None) -> Decimal | None:
    try:
        return Decimal(value or "")
    except InvalidOperation:
        return None
