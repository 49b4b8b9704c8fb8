"""Carrying products' plans out: each record's writes as steps (connector.sync.waves)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Command, Done, Failed, Packer, Result
from connector.domain.events import Outcome
from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Create, Plan, Update
from connector.domain.vendor import Gone, Rejected, VendorError
from connector.sync import waves
from connector.sync.faults import Faults
from connector.sync.products import elements
from connector.sync.products.images import Pictures
from connector.sync.products.work import ProductWork
from connector.sync.waves import Steps
from connector.sync.work import Work

log = structlog.get_logger(__name__)

#: Texts of Bitrix24's refusals (its source, module catalog): a second price of a type; a price that is gone.
SECOND_PRICE = "single price"
UNKNOWN_PRICE = "Price is not exists"


class Carrier:
    """Writes the plans of one wave of records."""

    def __init__(
        self,
        packer: Packer,
        catalogue: Catalogue,
        faults: Faults,
        pictures: Pictures,
        lists: frozenset[str] = frozenset(),
    ) -> None:
        """`lists`: fields with several values, which targets hold as JSON."""
        self._lists = lists
        self._pictures = pictures
        self._packer = packer
        self._catalogue = catalogue
        self._faults = faults

    async def carry_out(self, works: Iterable[ProductWork], now: datetime) -> None:
        """Run all records' steps, wave by wave; each ends created, updated, failed or postponed."""
        mine = [work for work in works if work.open]
        steps: list[tuple[Work, Steps]] = []
        for work in mine:
            plan = self._pictures.without(work.plan)
            if isinstance(plan, Update) and not plan.fields and plan.price is None:
                _begin_update(work, plan)
            else:
                steps.append((work, self._steps(work, plan, now)))
        await waves.run(self._packer, steps)
        await self._pictures.carry_out(mine, now)

    async def merge_doubles(self, works: Iterable[ProductWork]) -> None:
        """Of records that carry one link the oldest stays; the others lose it and are deactivated."""
        doubles = [(work, double) for work in works for double in work.doubles]
        commands = [elements.retire(self._catalogue, work.shape, double) for work, double in doubles]
        results = await self._packer.run(commands)
        for (work, double), result in zip(doubles, results, strict=True):
            log.warning(
                "double_merged",
                record=work.key.bling_id,
                kept=work.bitrix_id,
                retired=double,
                done=isinstance(result, Done),
            )

    def _steps(self, work: ProductWork, plan: Plan | None, now: datetime) -> Steps:
        match plan:
            case Create():
                return self._create(work, plan, now)
            case Update():
                return self._update(work, plan, now)
            case _:
                raise AssertionError(f"{work.key} has nothing to write: {plan}")

    def _create(self, work: ProductWork, plan: Create, now: datetime) -> Steps:
        (added,) = yield (elements.add(self._catalogue, plan.shape, plan.fields, plan.parent, self._lists),)
        if isinstance(added, Failed):
            self._faults.create_failed(work, added.error, now)
            return
        work.bitrix_id = vendor.written_id(added.result)
        work.written = dict(plan.fields)
        if plan.replaces is not None:
            yield (vendor.deactivate(plan.replaces),)
        if plan.price is not None:
            yield from self._first_price(work, work.bitrix_id, plan.price, now)
        work.end(Outcome.CREATED, detail=work.remark)

    def _first_price(self, work: ProductWork, product_id: int, price: str, now: datetime) -> Steps:
        (result,) = yield (vendor.add_price(product_id, self._catalogue.base_price_type, price),)
        if isinstance(result, Failed) and SECOND_PRICE in result.error.text:
            yield from self._known_price(work, product_id, price, now)
        elif isinstance(result, Failed):
            self._faults.write_failed(work, result.error, now)
        else:
            self._priced(work, vendor.written_id(result.result), price)

    def _update(self, work: ProductWork, plan: Update, now: datetime) -> Steps:
        _begin_update(work, plan)
        commands: list[Command] = []
        if plan.fields:
            commands.append(
                elements.update(self._catalogue, plan.shape, plan.bitrix_id, plan.fields, self._lists)
            )
        if plan.price is not None and plan.price_id is not None:
            commands.append(vendor.update_price(plan.price_id, plan.price))
        results = (yield commands) if commands else ()
        if plan.fields:
            self._fields_written(work, results[0], plan, now)
        if plan.price is not None and work.open:
            known = results[-1] if plan.price_id is not None else None
            yield from self._changed_price(work, plan, known, now)
        work.end(Outcome.UPDATED, work.left_out, work.remark)

    def _fields_written(self, work: ProductWork, result: Result, plan: Update, now: datetime) -> None:
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, now)
        else:
            work.written = {**(work.written or {}), **plan.fields}

    def _changed_price(self, work: ProductWork, plan: Update, known: Result | None, now: datetime) -> Steps:
        price = plan.price or ""
        match known:
            case Done():
                self._priced(work, plan.price_id, price)
            case Failed(error=error) if not _is_unknown_price(error):
                self._faults.write_failed(work, error, now)
            case _:
                yield from self._known_price(work, plan.bitrix_id, price, now)

    def _known_price(self, work: ProductWork, product_id: int, price: str, now: datetime) -> Steps:
        """Find the price record of the base type, and write it or make it."""
        listed, seen = yield (
            vendor.prices_of([product_id], self._catalogue.base_price_type),
            elements.find(self._catalogue, work.shape, product_id),
        )
        for result in (listed, seen):
            if isinstance(result, Failed):
                self._faults.write_failed(work, result.error, now)
                return
        assert isinstance(listed, Done)
        assert isinstance(seen, Done)
        if not elements.is_found(seen.result):
            # A price cannot be given to a product that is gone; Bitrix24 would say "access denied".
            self._faults.write_failed(work, Gone("O produto não existe mais no Bitrix24."), now)
            return
        found = next(iter(vendor.prices(listed.result)), None)
        if found is None:
            command = vendor.add_price(product_id, self._catalogue.base_price_type, price)
        else:
            command = vendor.update_price(found.id, price)
        (result,) = yield (command,)
        if isinstance(result, Failed):
            self._faults.write_failed(work, result.error, now)
        else:
            self._priced(work, found.id if found else vendor.written_id(result.result), price)

    def _priced(self, work: ProductWork, price_id: int | None, price: str) -> None:
        work.price_id = price_id
        work.written = {**(work.written or {}), PRICE_FIELD: price}


def _begin_update(work: ProductWork, plan: Update) -> None:
    work.bitrix_id = plan.bitrix_id
    work.written = dict(work.before)


def _is_unknown_price(error: VendorError) -> bool:
    return isinstance(error, Rejected) and UNKNOWN_PRICE in error.text
