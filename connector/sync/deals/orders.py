"""Orders on their way to a plan: who, which products, which stage, which deal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain import born, orders
from connector.domain.deals import (
    COMPANY_FIELD,
    CONTACT_FIELD,
    ROWS_FIELD,
    SITUATION,
    Allowed,
    UpdateDeal,
    changes,
    plan_known,
    plan_new,
    without_former,
)
from connector.domain.events import TRUSTING, Kind, Outcome, Reason, RecordKey
from connector.domain.mapping import (
    PIPELINE_FIELD,
    STAGE_FIELD,
    BadField,
    Target,
    edited,
    fingerprint,
    kept_in,
)
from connector.domain.money import Row
from connector.domain.orders import BadOrder, Person, ProductOf
from connector.domain.pipelines import counterpart, lost, pipeline_of
from connector.domain.products import Hold, Shape, Skip, Unchanged
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.born import first_situation, is_news, remember
from connector.sync.deals.decide import is_half_made
from connector.sync.deals.lookup import Finder, held_by, held_rows
from connector.sync.deals.work import DealWork

#: When a deal is expected to close, and then did.
END_FIELD = "closedate"
#: What the link remembers of an order that was deleted in Bling: the choice that was carried out.
DELETED = "@deleted"


@dataclass(slots=True)
class Orders:
    """The orders of one group; every one of them ends or gets a plan."""

    context: Context
    places: CrmPlaces
    finder: Finder
    #: Links of the products that the orders name.
    links: Mapping[RecordKey, Link]
    #: The sales that belong to orders, by the orders' keys.
    sales: Mapping[RecordKey, Link]
    #: The pipelines of the deals whose stage may be written: people move deals.
    _pipelines: dict[int, int] = field(default_factory=dict)

    async def plan(
        self, works: Iterable[DealWork], people: Mapping[RecordKey, Person], now: datetime
    ) -> None:
        """Plan what is open: `people` by the orders' keys."""
        await self._locate([work for work in works if work.open], now)
        mine = [work for work in works if work.open]
        for work in mine:
            if work.gone_in_bling:
                self._remove(work)
            else:
                self._want(work, people.get(work.key, Person()))
        ready = [work for work in mine if work.open and work.plan is None]
        await self._find(ready, now)
        for work in ready:
            if work.open:
                self._plan(work)

    def stage(self, work: DealWork) -> str | None:
        """The stage of the order's situation; the one it has while the situation stays the same."""
        assert work.source is not None
        lens, memory = self.context.deals.order, work.memory
        situation = orders.situation_of(work.source)
        if work.bitrix_id is not None and memory.get(SITUATION) == str(situation):
            return memory.get(STAGE_FIELD, "")
        home = _pipeline_in(memory, orders.pipeline_number(lens))
        return self._there(work, orders.stage_of(lens, self.places.pipelines, home, work.source), home)

    async def _locate(self, works: list[DealWork], now: datetime) -> None:
        """A stage belongs to a pipeline, and Bitrix24 silently passes over one of another pipeline."""
        moving = {work.bitrix_id: work for work in works if work.bitrix_id is not None and self._moves(work)}
        if moving:
            there = await self.finder.by_id(moving, (), now)
            self._pipelines |= {one: int(deal.get(PIPELINE_FIELD) or 0) for one, deal in there.items()}

    def _moves(self, work: DealWork) -> bool:
        """Whether a stage may be written."""
        if work.gone_in_bling:
            return self.context.deals.on_deleted == "lost"
        return work.memory.get(SITUATION) != str(orders.situation_of(work.source or {}))

    def _there(self, work: DealWork, stage: str | None, home: int) -> str | None:
        """A stage of the pipeline `home` in the one that the deal is in; "" where it has none like it."""
        number = self._pipelines.get(work.bitrix_id or 0, home)
        if not stage or number == home:
            return stage
        return counterpart(self.places.pipelines, stage, number) or ""

    def _want(self, work: DealWork, person: Person) -> None:
        assert work.source is not None
        stage = self.stage(work)
        if stage is None:
            name = orders.situation_of(work.source)
            return work.hold(Reason.STAGE_MISSING, f"a situação {name} do Bling não tem etapa no funil")
        company = self.context.companies[work.key.account_id]
        try:
            work.target = orders.wanted(
                self.context.deals.order, work.source, company, stage, person, self._product_of(work)
            )
        except (BadField, BadOrder) as error:
            return work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
        if work.bitrix_id is not None:
            work.target = without_former(work.target, work.memory)
        return None

    def _remove(self, work: DealWork) -> None:
        """The order was deleted in Bling: what the tenant chose for that."""
        memory, choice = work.memory, self.context.deals.on_deleted
        if work.bitrix_id is None:
            return work.end(Outcome.SKIPPED, Reason.NOT_LINKED)
        if memory.get(DELETED) == choice:
            return work.end(Outcome.UNCHANGED)
        work.target = {**memory, DELETED: choice}
        match choice:
            case "lost":
                number = self._pipelines.get(work.bitrix_id, _pipeline_in(memory, 0))
                pipeline = pipeline_of(self.places.pipelines, number)
                stage = lost(pipeline) if pipeline is not None else None
                if stage is None:
                    return work.hold(Reason.STAGE_MISSING, "o funil não tem etapa de negócio perdido")
                work.target[STAGE_FIELD] = stage
                plan = UpdateDeal(bitrix_id=work.bitrix_id, fields={STAGE_FIELD: stage})
            case "comment":
                text = f"{work.label} foi excluído no Bling."
                plan = UpdateDeal(bitrix_id=work.bitrix_id, fields={}, comment=text)
            case _:
                text = "pedido excluído no Bling; o negócio fica como está"
                return work.end(Outcome.SKIPPED, Reason.TOGGLE_OFF, text)
        return adopt(work, self.context, plan, memory)

    def _product_of(self, work: DealWork) -> ProductOf:
        def product_of(row: Row) -> int:
            link = self.links.get(RecordKey(Kind.PRODUCT, work.key.account_id, row.product_id))
            return in_catalogue(link)

        return product_of

    async def _find(self, works: list[DealWork], now: datetime) -> None:
        """Deals that carry an order's origin, or its invoice's; those that are to be compared."""
        company = self.context.companies
        unlinked = [work for work in works if work.bitrix_id is None]
        for work in unlinked:
            self._take_over(work)
        unlinked = [work for work in unlinked if work.bitrix_id is None]
        origins = {orders.origin(company[w.key.account_id], w.source or {}): w for w in unlinked}
        fields = {name for work in works for name in work.target if name[0] != "@" and name != ROWS_FIELD}
        for origin, rows in (await self.finder.by_origin(origins, fields, now)).items():
            found(origins[origin], rows[0], origins[origin].target)
        doubted = {
            work.bitrix_id: work
            for work in works
            if work.open
            and work.bitrix_id is not None
            and work.present is None
            and (_is_doubted(work) or self._may_be_edited(work))
        }
        if doubted:
            await self._compare(doubted, fields, now)

    def _take_over(self, work: DealWork) -> None:
        """The invoice of an order may have come first and made a deal of its own."""
        sale = self.sales.get(work.key)
        if sale is not None and sale.bitrix_id is not None and sale.gone_at is None:
            work.bitrix_id, work.taken_over = sale.bitrix_id, sale
            # It stands where its sale has brought it.
            work.target.pop(STAGE_FIELD, None)

    async def _compare(self, works: Mapping[int, DealWork], fields: set[str], now: datetime) -> None:
        there = await self.finder.by_id(works, fields, now)
        rows = await self.finder.rows_of({one: works[one] for one in there if _is_doubted(works[one])}, now)
        for bitrix_id, work in works.items():
            if not work.open:
                continue
            deal = there.get(bitrix_id)
            if deal is None:
                work.gone_in_bitrix24 = True
                work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
                continue
            found(work, deal, work.target)
            if work.present is not None and bitrix_id in rows:
                work.present[ROWS_FIELD] = held_rows(rows[bitrix_id], work.target, work.memory)

    def _plan(self, work: DealWork) -> None:
        if is_news(work):
            return self._plan_born(work)
        if work.bitrix_id is None:
            return adopt(work, self.context, plan_new(work.target, self.context.deals.allowed), {})
        allowed = self.context.deals.allowed
        if work.link is None or is_half_made(work) or work.taken_over is not None:
            # Finishing what a create began belongs to the create.
            allowed = Allowed(create=allowed.create, update=allowed.create or allowed.update)
        before = work.memory if work.present is None or not _is_doubted(work) else work.present
        plan = plan_known(self._comparable(work), before, work.memory, work.bitrix_id, allowed)
        return adopt(work, self.context, plan, before)

    def _plan_born(self, work: DealWork) -> None:
        """The deal stays as its seller left it, but for what people have changed in Bling since."""
        assert work.source is not None
        assert work.bitrix_id is not None
        try:
            then = born.as_made(work.source, work.memory, first_situation(work))
        except BadOrder:
            then = None
        if then is None:
            return remember(work)
        before = self._target_then(work, then)
        plan = plan_known(work.target, before, before, work.bitrix_id, self.context.deals.allowed)
        if isinstance(plan, Unchanged):
            return remember(work)
        work.written = dict(before)
        return adopt(work, self.context, plan, before)

    def _target_then(self, work: DealWork, then: Mapping[str, Any]) -> Target:
        """What the deal would hold of the order as it was made; its customer is the deal's own."""
        company = self.context.companies[work.key.account_id]
        lens, product_of = self.context.deals.order, self._product_of(work)
        target = orders.wanted(lens, then, company, "", Person(), product_of)
        same = born.is_same_customer(work.source or {}, then)
        people = work.target if same else work.memory
        return target | {name: people[name] for name in (CONTACT_FIELD, COMPANY_FIELD) if name in people}

    def _may_be_edited(self, work: DealWork) -> bool:
        """Something is to be written, and a rule keeps what somebody edited: the deal shows whether."""
        keeps = self.context.deals.order.keeps
        return bool(keeps) and work.link is not None and work.link.fingerprint != fingerprint(work.target)

    def _comparable(self, work: DealWork) -> Target:
        """Without what somebody edited and the tenant keeps, and without what the portal writes by itself.

        It dates a deal's end when the deal is won or lost (its source).
        """
        keeps = self.context.deals.order.keeps
        if work.present is None:
            known = keeps & kept_in(work.memory).keys()
            return {name: value for name, value in work.target.items() if name not in known}
        kept = edited(work.target, work.present, work.memory, keeps)
        work.kept = {name: work.present.get(name, "") for name in kept}
        stages = {stage.id: stage for pipeline in self.places.pipelines for stage in pipeline.stages}
        stage = stages.get(work.present.get(STAGE_FIELD, ""))
        if stage is not None and stage.semantics != "" and _is_doubted(work):
            kept |= {END_FIELD}
        return {name: value for name, value in work.target.items() if name not in kept}


def found(work: DealWork, deal: Mapping[str, Any], target: Target) -> None:
    """A deal of Bitrix24 is this record's."""
    work.bitrix_id = int(deal["id"])
    work.present = held_by(deal, target)


def in_catalogue(link: Link | None) -> int:
    """The product that a row can name; 0 for one that is not there, or a parent, which no deal takes."""
    if link is None or link.bitrix_id is None or link.gone_at is not None or link.shape == Shape.SKU:
        return 0
    return link.bitrix_id


def adopt(work: DealWork, context: Context, plan: Any, before: Target) -> None:
    """Take a plan over; one that writes nothing ends the work."""
    work.plan, work.before = plan, before
    match plan:
        case Unchanged():
            work.written = {**work.memory, **work.target}
            work.end(Outcome.UNCHANGED)
        case Skip(reason=reason):
            work.end(Outcome.SKIPPED, reason)
        case Hold(reason=reason, detail=detail):
            work.hold(reason, detail)
        case _:
            work.changes = changes(context.deals.lens_of(work.key.kind), plan, before)


def _pipeline_in(memory: Target, otherwise: int) -> int:
    """The pipeline that the deal was made in."""
    kept = memory.get(PIPELINE_FIELD, "")
    return int(kept) if kept.isdecimal() else otherwise


def _is_doubted(work: DealWork) -> bool:
    """Our memory is not enough: a replay asks, or the deal was just found by another way."""
    return work.event.source not in TRUSTING or work.link is None or work.link.bitrix_id is None
