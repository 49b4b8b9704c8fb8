"""Sales on their way to a plan: into their order's deal, or a deal of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.bitrix24 import crm
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain import orders, sales
from connector.domain.deals import ORIGIN_FIELD, ROWS_FIELD, SITUATION, VALOR, Allowed, plan_known, plan_new
from connector.domain.events import TRUSTING, Outcome, Reason, RecordKey
from connector.domain.mapping import PIPELINE_FIELD, STAGE_FIELD, BadField, Target, edited
from connector.domain.money import Row
from connector.domain.orders import BadOrder, Person, ProductOf
from connector.domain.pipelines import Pipeline, lost, pipeline_of, won
from connector.domain.products import Unchanged
from connector.domain.sales import Document, Standing
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.lookup import Finder, held_by, same_rows
from connector.sync.deals.orders import adopt, found, in_catalogue
from connector.sync.deals.work import DealWork

#: What a sale's link remembers: how it stands, its number, where it can be seen.
STANDING, NUMBER, LINK = "@standing", "@number", "@link"
#: A sale may do whatever its one toggle allows.
_ALLOWED = Allowed(create=True, update=True)


@dataclass(slots=True)
class Sales:
    """The sales of one group; every one of them ends or gets a plan."""

    context: Context
    places: CrmPlaces
    finder: Finder
    #: The deals of the orders that the sales belong to, by the sales' keys.
    orders: Mapping[RecordKey, Link]
    #: Every sale that went into a deal, by the deal.
    sharers: Mapping[int, list[Link]]
    #: Products by account and SKU in lower case; SKUs are not unique.
    products: Mapping[tuple[Any, str], list[Link]]

    async def plan(
        self, works: Iterable[DealWork], people: Mapping[RecordKey, Person], now: datetime
    ) -> None:
        """Plan what is open."""
        mine = [work for work in works if work.open]
        for work in mine:
            order = self.orders.get(work.key)
            if work.bitrix_id is None and order is not None:
                work.bitrix_id, work.own = order.bitrix_id, False
        await self._own([work for work in mine if work.bitrix_id is None or work.own], people, now)
        joining = [work for work in mine if work.open and work.plan is None and not work.own]
        await self._join(joining, now)

    async def _own(self, works: list[DealWork], people: Mapping[RecordKey, Person], now: datetime) -> None:
        """Deals that stand for a sale alone."""
        for work in works:
            work.own = True
            self._want(work, people.get(work.key, Person()))
        new = {work.target[ORIGIN_FIELD]: work for work in works if work.open and work.bitrix_id is None}
        fields = {name for work in works for name in work.target if name[0] != "@"}
        for origin, rows in (await self.finder.by_origin(new, fields, now)).items():
            found(new[origin], rows[0], new[origin].target)
        for work in works:
            self._end_known(work)
        known = {work.bitrix_id: work for work in works if work.open and work.bitrix_id is not None}
        there = await self.finder.by_id(known, fields, now)
        asked = {one: known[one] for one in there if known[one].event.source not in TRUSTING}
        held = await self.finder.rows_of(asked, now)
        for work in works:
            if work.open:
                self._plan_own(work, there.get(work.bitrix_id or 0), held.get(work.bitrix_id or 0))

    def _want(self, work: DealWork, person: Person) -> None:
        assert work.source is not None
        lens = self.context.deals.sale
        company = self.context.companies[work.key.account_id]
        try:
            rows = orders.rows(
                sales.items_of(work.source), sales.amounts_of(work.source), self._product_of(work)
            )
            target = orders.dressed(lens.apply(work.source), "", person, rows)
        except (BadField, BadOrder) as error:
            return work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
        target[ORIGIN_FIELD] = sales.origin(company, work.document or Document.NFE, work.key.bling_id)
        work.target = {**target, **self._told(work)}
        return None

    def _end_known(self, work: DealWork) -> None:
        """A message that tells nothing new needs no look at the portal, and overwrites no hand's edit."""
        if not work.open or work.event.source not in TRUSTING:
            return
        if work.link is None or work.bitrix_id is None or work.bitrix_id != work.link.bitrix_id:
            return
        memory = work.memory
        if all(memory.get(name) == value for name, value in work.target.items()):
            adopt(work, self.context, Unchanged(), memory)

    def _plan_own(
        self, work: DealWork, deal: Mapping[str, Any] | None, rows: Sequence[crm.Row] | None
    ) -> None:
        cancelled = sales.standing(work.source or {}) is Standing.CANCELLED
        if work.bitrix_id is None:
            pipeline = pipeline_of(self.places.pipelines, orders.pipeline_number(self.context.deals.sale))
            if not self._stage(work, won(pipeline) if pipeline is not None else None):
                return None
            return adopt(work, self.context, plan_new(work.target, _ALLOWED), {})
        if deal is None:
            return _gone(work)
        pipeline = self._pipeline(deal)
        if cancelled and pipeline is not None and deal.get(STAGE_FIELD) == won(pipeline):
            # It was a sale by itself: without it there is nothing left to win.
            work.target[STAGE_FIELD] = lost(pipeline) or str(deal.get(STAGE_FIELD))
        elif not cancelled and work.memory.get(STANDING) != Standing.SALE and pipeline is not None:
            work.target[STAGE_FIELD] = won(pipeline) or str(deal.get(STAGE_FIELD))
        return self._adopt_known(work, deal, rows)

    async def _join(self, works: list[DealWork], now: datetime) -> None:
        """Sales in their orders' deals: number, link, and the won stage."""
        for work in works:
            work.target = self._told(work)
            self._end_known(work)
        wanted = {work.bitrix_id: work for work in works if work.open and work.bitrix_id is not None}
        fields = {name for work in works for name in work.target if name[0] != "@"}
        there = await self.finder.by_id(wanted, fields, now)
        for work in works:
            if not work.open:
                continue
            deal = there.get(work.bitrix_id or 0)
            if deal is None:
                _gone(work)
                continue
            if stage := self._joined_stage(work, deal):
                work.target[STAGE_FIELD] = stage
            self._adopt_known(work, deal)

    def _joined_stage(self, work: DealWork, deal: Mapping[str, Any]) -> str | None:
        """Won with the first word of the authorisation; back to the order's own stage with a cancellation.

        None: the stage stays, because it was moved by hand or another invoice still stands.
        """
        pipeline = self._pipeline(deal)
        if pipeline is None:
            return None
        before = work.memory.get(STANDING)
        if sales.standing(work.source or {}) is Standing.SALE:
            return won(pipeline) if before != Standing.SALE else None
        others = self._others(work)
        if before != Standing.SALE or others or deal.get(STAGE_FIELD) != won(pipeline):
            return None
        return self._stage_of_order(work, pipeline)

    def _stage_of_order(self, work: DealWork, pipeline: Pipeline) -> str | None:
        """What the order's situation says by itself; the first stage when it says nothing."""
        memory = _memory(self.orders.get(work.key))
        valor, situation = memory.get(VALOR, ""), memory.get(SITUATION, "")
        source = {
            "situacao": {
                "id": int(situation) if situation.isdecimal() else 0,
                "valor": int(valor) if valor.isdecimal() else None,
            }
        }
        stage = orders.stage_of(self.context.deals.order, self.places.pipelines, pipeline.id, source)
        return stage or next((one.id for one in pipeline.stages if one.semantics == ""), None)

    def _told(self, work: DealWork) -> Target:
        """The deal's invoices, in the fields made for them, and what the link remembers."""
        source = work.source or {}
        standing, number = sales.standing(source), str(source.get("numero") or work.key.bling_id)
        target = {STANDING: standing.value, NUMBER: number, LINK: sales.link_to(source)}
        standing_ones = {one.record.bling_id: _memory(one) for one in self._others(work)}
        if standing is Standing.SALE:
            standing_ones[work.key.bling_id] = target
        # Always in the same order, whichever of them is told of.
        shown = [memory for _, memory in sorted(standing_ones.items())]
        if self.places.invoice_field:
            target[self.places.invoice_field] = ", ".join(one.get(NUMBER, "") for one in shown)
        if self.places.invoice_link_field:
            target[self.places.invoice_link_field] = shown[-1].get(LINK, "") if shown else ""
        return target

    def _others(self, work: DealWork) -> list[Link]:
        """Further sales of the deal that still stand."""
        links = self.sharers.get(work.bitrix_id or 0, [])
        return [
            one for one in links if one.record != work.key and _memory(one).get(STANDING) == Standing.SALE
        ]

    def _adopt_known(
        self, work: DealWork, deal: Mapping[str, Any], rows: Sequence[crm.Row] | None = None
    ) -> None:
        """Compare with the deal as it is, and with its `rows` if they were read; else they are remembered."""
        work.present = held_by(deal, work.target)
        memory = {name: value for name, value in work.memory.items() if name != SITUATION}
        before = {**memory, **work.present}
        if rows is not None and not same_rows(rows, work.target):
            before.pop(ROWS_FIELD, None)
        kept = edited(work.target, work.present, memory, self.context.deals.sale.keeps)
        work.kept = {name: work.present.get(name, "") for name in kept}
        target = {name: value for name, value in work.target.items() if name not in kept}
        plan = plan_known(target, before, memory, work.bitrix_id or 0, _ALLOWED)
        adopt(work, self.context, plan, before)

    def _stage(self, work: DealWork, stage: str | None) -> bool:
        """Whether there is one; without it the sale waits for a person."""
        if stage is None:
            work.hold(Reason.STAGE_MISSING, "o funil das vendas não tem etapa de negócio ganho")
            return False
        work.target[STAGE_FIELD] = stage
        return True

    def _pipeline(self, deal: Mapping[str, Any]) -> Pipeline | None:
        return pipeline_of(self.places.pipelines, int(deal.get(PIPELINE_FIELD) or 0))

    def _product_of(self, work: DealWork) -> ProductOf:
        def product_of(row: Row) -> int:
            links = self.products.get((work.key.account_id, row.code.lower()), []) if row.code else []
            return in_catalogue(links[0]) if len(links) == 1 else 0

        return product_of


def _gone(work: DealWork) -> None:
    work.gone_in_bitrix24 = True
    work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)


def _memory(link: Link | None) -> Target:
    if link is None or not link.written:
        return {}
    return msgspec.json.decode(link.written, type=dict[str, str])
