"""Carrying deals out: the deal, then its rows, then a look at what the portal reckons they make.

Each record's writes are steps (connector.sync.waves).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector.bitrix24 import crm
from connector.bitrix24.crm_rows import PERCENT
from connector.bitrix24.packer import Command, Failed, Packer, Result
from connector.domain.deals import (
    MANUAL_FIELD,
    ROWS_FIELD,
    SITUATION,
    CreateDeal,
    DealRow,
    UpdateDeal,
    amount_of,
    rows_text,
)
from connector.domain.events import Outcome, Reason
from connector.domain.mapping import STAGE_FIELD, Target
from connector.domain.values import CENT
from connector.domain.vendor import Rejected, Transient, VendorError
from connector.sync import waves
from connector.sync.deals.lookup import Finder
from connector.sync.deals.work import DealWork
from connector.sync.faults import Faults
from connector.sync.quiet import is_quiet
from connector.sync.waves import Steps
from connector.sync.work import Ended


class DealCarrier:
    """Writes the plans of one wave of deals."""

    def __init__(self, packer: Packer, faults: Faults) -> None:
        self._packer = packer
        self._faults = faults
        self._deals = Finder(packer, faults)

    async def carry_out(self, works: Iterable[DealWork], now: datetime) -> None:
        """Run all records' steps, wave by wave; each ends created, updated, failed or postponed."""
        mine = [work for work in works if work.open]
        await waves.run(self._packer, [(work, self._steps(work, now)) for work in mine])
        await self._check_amounts([work for work in mine if work.open], now)
        for work in mine:
            outcome = Outcome.CREATED if work.creates else Outcome.UPDATED
            work.end(outcome, detail=work.remark)

    def _steps(self, work: DealWork, now: datetime) -> Steps:
        match work.plan:
            case CreateDeal() as plan:
                return self._create(work, plan, now)
            case UpdateDeal() as plan:
                return self._update(work, plan, now)
            case _:
                raise AssertionError(f"{work.key} has nothing to write: {work.plan}")

    def _create(self, work: DealWork, plan: CreateDeal, now: datetime) -> Steps:
        added = yield from self._add(work, plan, now)
        if added is None or work.bitrix_id is None:
            return
        work.written = {**_memory(work.target), **plan.fields}
        if not plan.rows:
            work.written = dict(work.target)
            _look_at_stage(work, plan.fields, added)
            return
        (result,) = yield (set_rows(work.bitrix_id, plan.rows),)
        yield from self._rows_written(work, plan.rows, result, now)
        if isinstance(work.ending, Ended) and work.ending.outcome is Outcome.FAILED:
            # Never half a deal: without its rows it would show no amount.
            yield (crm.delete_item(crm.DEAL, work.bitrix_id),)
            work.bitrix_id = work.written = None
        else:
            _look_at_stage(work, plan.fields, added)

    def _add(
        self, work: DealWork, plan: CreateDeal, now: datetime
    ) -> Generator[Sequence[Command], Sequence[Result], Result | None]:
        """The deal as the portal shows it then; None when it was not made."""
        quiet = is_quiet(work)
        (added,) = yield ((crm.import_item if quiet else crm.add_item)(crm.DEAL, plan.fields),)
        try:
            if isinstance(added, Failed):
                raise added.error
            read = crm.imported_item_id if quiet else crm.written_item_id
            work.bitrix_id = read(added.result)
        except VendorError as error:
            self._faults.create_failed(work, error, now)
            return None
        if quiet and STAGE_FIELD in plan.fields:
            # Its answer names the id alone.
            (added,) = yield (crm.get_item(crm.DEAL, work.bitrix_id),)
        return added

    def _update(self, work: DealWork, plan: UpdateDeal, now: datetime) -> Steps:
        work.bitrix_id = plan.bitrix_id
        work.written = dict(work.memory or work.before)
        commands: list[Command] = []
        if plan.fields:
            commands.append(crm.update_item(crm.DEAL, plan.bitrix_id, plan.fields))
        if plan.rows is not None:
            commands.append(set_rows(plan.bitrix_id, plan.rows))
        if plan.comment:
            commands.append(crm.add_comment(crm.DEAL, plan.bitrix_id, plan.comment))
        results = list((yield commands))
        answer = results.pop(0) if plan.fields else None
        if answer is not None:
            self._fields_written(work, plan.fields, answer, now)
        if plan.rows is not None:
            yield from self._rows_written(work, plan.rows, results.pop(0), now)
        if plan.comment and isinstance(results[0], Failed):
            self._faults.write_failed(work, results[0].error, now)
        if work.open:
            work.written = {**(work.written or {}), **work.target}
        if answer is not None:
            _look_at_stage(work, plan.fields, answer)

    def _fields_written(self, work: DealWork, fields: Target, result: Result, now: datetime) -> None:
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, now)
        else:
            work.written = {**(work.written or {}), **fields}

    def _rows_written(
        self, work: DealWork, wanted: tuple[DealRow, ...], result: Result, now: datetime
    ) -> Steps:
        """A product that the portal refuses in a row does not stop the deal: then rows go by name."""
        if (
            isinstance(result, Failed)
            and isinstance(result.error, Rejected)
            and any(r.product for r in wanted)
        ):
            refusal = result.error.text
            (result,) = yield (set_rows(work.bitrix_id or 0, [_by_name(row) for row in wanted]),)
            work.remark = f"linhas gravadas sem vínculo com o catálogo: {refusal}"
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, now)
        elif fault := _wrong(crm.rows(result.result), wanted):
            self._faults.write_failed(work, Transient(fault, code="rows", unknown=False), now)
        else:
            work.rows = wanted
            work.written = {**(work.written or {}), ROWS_FIELD: rows_text(wanted)}
            work.written |= work.target

    async def _check_amounts(self, works: list[DealWork], now: datetime) -> None:
        """The portal's own sum of each deal whose rows were written, 50 deals a command."""
        wanted = {work.bitrix_id: work for work in works if work.rows and work.bitrix_id is not None}
        found = await self._deals.by_id(wanted, (MANUAL_FIELD,), now) if wanted else {}
        found |= await self._unfixed(
            {one: wanted[one] for one, deal in found.items() if _is_fixed(deal)}, now
        )
        for bitrix_id, work in wanted.items():
            shown = found.get(bitrix_id, {}).get("opportunity")
            expected = amount_of(work.rows)
            if work.open and (shown is None or Decimal(str(shown)).quantize(CENT) != expected):
                text = f"o Bitrix24 mostra {shown} no negócio, e as linhas somam {expected}"
                work.written = {n: v for n, v in (work.written or {}).items() if n != ROWS_FIELD}
                self._faults.write_failed(work, Transient(text, code="amount", unknown=False), now)

    async def _unfixed(self, works: Mapping[int, DealWork], now: datetime) -> dict[int, dict[str, Any]]:
        """Deals whose amount somebody fixed by hand, after it has followed their rows again."""
        if not works:
            return {}
        commands = [crm.update_item(crm.DEAL, bitrix_id, {MANUAL_FIELD: "N"}) for bitrix_id in works]
        results = await self._packer.run(commands)
        for work, result in zip(works.values(), results, strict=True):
            work.called(result.call_id)
            if isinstance(result, Failed):
                self._faults.write_failed(work, result.error, now)
        return await self._deals.by_id(works, (), now)


def set_rows(deal_id: int, rows: Sequence[DealRow]) -> Command:
    """Replace a deal's rows."""
    return crm.set_rows(deal_id, [_params(row, place) for place, row in enumerate(rows, 1)])


def _params(row: DealRow, place: int) -> crm.RowParams:
    rate = Decimal(row.discount) if row.discount else None
    return crm.RowParams(
        product_id=row.product,
        product_name=row.name,
        price=Decimal(row.price),
        quantity=Decimal(row.quantity),
        discount_type_id=PERCENT if rate is not None else 0,
        discount_rate=rate,
        measure_code=crm.usual_measure(row.unit),
        sort=place * 10,
    )


def _by_name(row: DealRow) -> DealRow:
    return DealRow(
        name=row.name, quantity=row.quantity, price=row.price, discount=row.discount, unit=row.unit
    )


def _wrong(found: Sequence[crm.Row], wanted: Sequence[DealRow]) -> str:
    """What differs between the rows that were sent and those that the portal says it has; "" for nothing."""
    if len(found) != len(wanted):
        return f"o Bitrix24 guardou {len(found)} de {len(wanted)} linhas"
    shown = amount_of(
        [DealRow(name="", quantity=f"{row.quantity:f}", price=f"{row.price:f}") for row in found]
    )
    expected = amount_of(wanted)
    return "" if shown == expected else f"as linhas no Bitrix24 somam {shown}, e deviam somar {expected}"


def _is_fixed(deal: Mapping[str, Any]) -> bool:
    return deal.get(MANUAL_FIELD) == "Y"


def _look_at_stage(work: DealWork, sent: Target, result: Result) -> None:
    """The portal passes over a stage that it does not have (its source): then a person has to choose another.

    The link forgets the situation, so that the stage is written when the event is released.
    """
    if isinstance(result, Failed) or STAGE_FIELD not in sent or not work.open:
        return
    shown = str(crm.item(result.result).get(STAGE_FIELD))
    if shown != sent[STAGE_FIELD]:
        kept = {n: v for n, v in (work.written or {}).items() if n not in (STAGE_FIELD, SITUATION)}
        work.written = {**kept, STAGE_FIELD: shown}
        work.hold(Reason.STAGE_MISSING, f"o funil não tem mais a etapa {sent[STAGE_FIELD]}")


def _memory(target: Target) -> Target:
    return {name: value for name, value in target.items() if name[0] == "@"}
