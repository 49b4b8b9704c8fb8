"""Finding what Bitrix24 has of deals before anything is written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from connector.bitrix24 import crm
from connector.bitrix24.packer import Command, Failed, Packer
from connector.domain.deals import ROWS_FIELD, DealRow, rows_of_text, rows_text
from connector.domain.mapping import AMOUNT_FIELD, PIPELINE_FIELD, STAGE_FIELD, Target
from connector.domain.values import InvalidValue, money
from connector.sync.deals.work import DealWork
from connector.sync.faults import Faults

_T = TypeVar("_T")

#: Asked of every deal, whatever a mapping writes.
_ALWAYS = (STAGE_FIELD, PIPELINE_FIELD, AMOUNT_FIELD, "title")
#: Length of `YYYY-MM-DD`.
_DAY = 10


class Finder:
    """Looks deals up, many in one list command."""

    def __init__(self, packer: Packer, faults: Faults) -> None:
        self._packer = packer
        self._faults = faults

    async def by_origin(
        self, origins: Mapping[str, DealWork], fields: Iterable[str], now: datetime
    ) -> dict[str, list[dict[str, Any]]]:
        """The deals that carry an origin, oldest first; works whose list failed are ended by the fault."""
        questions = [
            (crm.find_by_origin(crm.DEAL, group, {*_ALWAYS, *fields}), [origins[one] for one in group])
            for group in chunks(list(origins))
        ]
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await self._rows(questions, now):
            found.setdefault(str(row.get("originId")), []).append(row)
        return found

    async def by_id(
        self, wanted: Mapping[int, DealWork], fields: Iterable[str], now: datetime
    ) -> dict[int, dict[str, Any]]:
        """The deals with these ids that still exist."""
        questions = [
            (crm.find_items_by_ids(crm.DEAL, group, {*_ALWAYS, *fields}), [wanted[one] for one in group])
            for group in chunks(list(wanted))
        ]
        return {int(row["id"]): row for row in await self._rows(questions, now)}

    async def rows_of(self, wanted: Mapping[int, DealWork], now: datetime) -> dict[int, list[crm.Row]]:
        """The rows of these deals, all pages of them."""
        found: dict[int, list[crm.Row]] = {}
        pages = dict.fromkeys(wanted, 0)
        while pages:
            results = await self._packer.run([crm.list_rows(deal, start) for deal, start in pages.items()])
            further: dict[int, int] = {}
            for deal, result in zip(pages, results, strict=True):
                if isinstance(result, Failed):
                    self._faults.write_failed(wanted[deal], result.error, now)
                    continue
                wanted[deal].called(result.call_id)
                found.setdefault(deal, []).extend(crm.rows(result.result))
                if result.next is not None:
                    further[deal] = result.next
            pages = further
        return found

    async def _rows(
        self, questions: list[tuple[Command, list[DealWork]]], now: datetime
    ) -> list[dict[str, Any]]:
        """All pages of the lists."""
        found: list[dict[str, Any]] = []
        while questions:
            results = await self._packer.run([command for command, _ in questions])
            further: list[tuple[Command, list[DealWork]]] = []
            for (command, works), result in zip(questions, results, strict=True):
                if isinstance(result, Failed):
                    for work in works:
                        self._faults.write_failed(work, result.error, now)
                    continue
                found += crm.items(result.result)
                for work in works:
                    work.called(result.call_id)
                if result.next is not None:
                    page = Command(command.method, {**command.params, "start": result.next})
                    further.append((page, works))
            questions = further
        return found


def held_by(deal: Mapping[str, Any], target: Target) -> Target:
    """What a deal holds in the fields of a target, as the same canonical texts."""
    return {
        name: _canonical(deal.get(name), value)
        for name, value in target.items()
        if name[0] != "@" and name != ROWS_FIELD
    }


def same_rows(found: Sequence[crm.Row], target: Target) -> bool:
    """Whether a deal's rows are those of a target: product or name, quantity and price."""
    wanted = rows_of_text(target.get(ROWS_FIELD, ""))
    if len(found) != len(wanted):
        return False
    for row, one in zip(found, wanted, strict=True):
        told = (row.product_id, row.quantity, row.price)
        if told != (one.product, Decimal(one.quantity), Decimal(one.price)):
            return False
    return True


def held_rows(found: Sequence[crm.Row], *known: Target) -> str:
    """A deal's rows as a target has them: as one of these has, where they are the same."""
    for target in known:
        if ROWS_FIELD in target and same_rows(found, target):
            return target[ROWS_FIELD]
    return rows_text(
        [
            DealRow(
                name=row.product_name,
                product=row.product_id,
                quantity=f"{row.quantity:f}",
                price=f"{row.price:f}",
                discount=f"{row.discount_rate:f}" if row.discount_rate else "",
            )
            for row in found
        ]
    )


def chunks(items: Sequence[_T]) -> Iterator[list[_T]]:
    """Groups that a list command's page has room for."""
    for start in range(0, len(items), crm.MOST_IDS):
        yield list(items[start : start + crm.MOST_IDS])


def _canonical(value: Any, wanted: str) -> str:
    if value is None or value is False or (value == 0 and not wanted):
        return ""
    if isinstance(value, float | int) and "." in wanted:
        try:
            return money(str(value), negative=True)
        except InvalidValue:
            return str(value)
    text = str(value)
    if len(wanted) == _DAY and wanted[4:5] == "-" and text[:_DAY] == wanted:
        return wanted
    return wanted if _is_same_time(text, wanted) else text.strip()


def _is_same_time(found: str, wanted: str) -> bool:
    """The same moment in any zone; the same day where the portal keeps only that."""
    try:
        one, two = datetime.fromisoformat(found), datetime.fromisoformat(wanted)
    except ValueError:
        return False
    if one.tzinfo is None or two.tzinfo is None:
        return False
    is_day = time(0) in (one.time(), one.astimezone(UTC).time())
    return one == two or (is_day and one.date() == two.date())
