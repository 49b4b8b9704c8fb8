"""What a write changed, as people write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from connector.domain.deals import ROWS_FIELD
from connector.domain.mapping import AMOUNT_FIELD, STAGE_FIELD
from connector.domain.products import Change
from connector.store.history import SyncRow
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import deals
from dashboard.telling.deals import Names
from dashboard.telling.rules import bitrix24_name, bling_name

#: For feeds, which know no names of a portal.
NOBODY = Names()
INTERESTING = (STAGE_FIELD, AMOUNT_FIELD, ROWS_FIELD)
#: A deal's fields; "" = all others, which keep their order.
CARD = (
    *("title", STAGE_FIELD, "categoryId", AMOUNT_FIELD, "contactId", "companyId", "", "currencyId"),
    *("isManualOpportunity", "originatorId", "originId"),
)
FIRST_OTHERS = CARD.index("")
#: Their values are ids that say nothing to people.
UNNAMED = frozenset({STAGE_FIELD, "categoryId", "assignedById", "sourceId", "contactId", "companyId"})


def of(sync: SyncRow | None) -> list[Change]:
    """The changed fields of a write, without what only Ponte remembers."""
    if sync is None:
        return []
    return [one for one in msgspec.json.decode(sync.changes, type=list[Change]) if one.field[:1] != "@"]


def written(field: str, value: str | None, names: Names = NOBODY) -> str:
    """A value of Bitrix24 as the reader writes it; empty for nothing."""
    if not value:
        return ""
    match field:
        case "active" | "isManualOpportunity":
            return {"Y": _("Sim"), "N": _("Não")}.get(value, value)
        case "opportunity" | "price":
            return _money(value)
        case "begindate" | "closedate":
            return formats.day(value)
        case "productRows":
            return deals.in_brief(value)
        case _:
            return names.called(field, value)


def in_brief(changes: Sequence[Change], *, created: bool) -> str:
    """One line of a feed: `Preço R$ 84,90 → R$ 89,90 e mais 2 campos`, `3 itens, R$ 148,50`."""
    rows = next((one for one in changes if one.field == ROWS_FIELD), None)
    if created:
        fields = plural("criado com %(num)s campo", "criado com %(num)s campos", len(changes))
        return (deals.in_brief(rows.after) if rows else "") or (fields if changes else "")
    if not changes:
        return ""
    first, *rest = sorted(changes, key=_interest)
    line = _first(first)
    return line + (" " + plural("e mais %(num)s campo", "e mais %(num)s campos", len(rest)) if rest else "")


def place(change: Change) -> int:
    """Where a field stands among those of its write: a deal's as its card has them, technical ones last."""
    return CARD.index(change.field) if change.field in CARD else FIRST_OTHERS


def _interest(change: Change) -> int:
    """What people ask for first; the rest as it was written."""
    return INTERESTING.index(change.field) if change.field in INTERESTING else len(INTERESTING)


def is_in_bling(change: Change) -> bool:
    """Whether it is a field of Bling's that was written."""
    return change.way in ("export", "conflict_bitrix24")


def written_in_bling(field: str, value: str | None) -> str:
    """A value of Bling's as the reader writes it."""
    match field, value:
        case "preco" | "total", str():
            return _money(value)
        case "data" | "dataSaida" | "dataPrevista", str():
            return formats.day(value)
        case "situacao", "A" | "I":
            return _("Ativo") if value == "A" else _("Inativo")
        case _:
            return value or ""


def _first(change: Change) -> str:
    if change.field in UNNAMED:
        return _("%(field)s: mudou") % {"field": bitrix24_name(change.field)}
    if is_in_bling(change):
        name = bling_name(change.field)
        before = written_in_bling(change.field, change.before)
        after = written_in_bling(change.field, change.after)
    else:
        name = bitrix24_name(change.field)
        before, after = written(change.field, change.before), written(change.field, change.after)
    return f"{name} {before or _('vazio')} → {after or _('vazio')}"


def count(changes: Sequence[Change]) -> str:
    """`3 campos`."""
    return plural("%(num)s campo", "%(num)s campos", len(changes)) if changes else ""


def _money(value: str) -> str:
    try:
        return formats.money(Decimal(value))
    except InvalidOperation:
        return value
