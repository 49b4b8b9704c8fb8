"""Won deals through every room: decide → read → customer → order in Bling → link and origin.

Orders are made one after the other: they are few, and two deals of one customer must know of each other. An
order is looked for by our mark before it is made, so one whose answer was lost is found and never repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from connector.bitrix24 import crm
from connector.bitrix24.packer import Failed
from connector.bling import selling
from connector.domain.born import memory_of
from connector.domain.buyers import Buyer
from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.inverse import invert
from connector.domain.mapping import MappingVersion, Target
from connector.domain.pipelines import Pipeline
from connector.domain.products import Change
from connector.domain.selling import BadDeal, SoldRow, WonDeal, mark_of, order_of
from connector.domain.vendor import Rejected, Transient, VendorError
from connector.store import links as link_rows
from connector.store.links import Link
from connector.store.standing import PortalStanding
from connector.sync.context import Context
from connector.sync.deals.born import born_link, born_memory
from connector.sync.deals.places import Places
from connector.sync.deals.wishes import BRAZIL
from connector.sync.deals.work import BORN_SHAPE
from connector.sync.reading import reading
from connector.sync.selling.customers import BlingCustomers
from connector.sync.selling.reading import DealReader, Sold, customer_of, dressed
from connector.sync.selling.work import SellOrder, WonWork
from connector.sync.shared import Shared

TOGGLE = "deal.won"
#: Said on the event: an order is a document, and Bling takes a change of it only as a whole.
AFTERWARDS = "daqui em diante, mude o pedido no Bling: o que mudar no negócio não vai para lá"
#: Bling's fields of an order that the tenant's own rules may fill on the way back.
WRITABLE = frozenset({"vendedor", "observacoes", "numeroPedidoCompra"})


class Selling:
    """The rooms of won deals in one turn."""

    def __init__(self, shared: Shared, places: Places) -> None:
        self._shared = shared
        self._places = places
        self._clock = shared.engine.clock
        #: Means of payment by account.
        self._payments: dict[UUID, int] = {}
        self._companies: Mapping[UUID, str] = {}

    async def process(self, works: list[WonWork], context: Context, portal: PortalStanding) -> None:
        """Work on deals that no other chunk holds; every one of them is settled, held or postponed."""
        self._companies = context.companies
        for work in works:
            _decide(work, context)
        await self._leave_linked([work for work in works if work.open])
        mine = [work for work in works if work.open]
        if mine:
            await self._read(mine, context, portal)
        for work in mine:
            if work.open:
                await self._sell(work, context, portal)
        await self._shared.settle(works)

    async def _leave_linked(self, works: list[WonWork]) -> None:
        """A deal that came from Bling, or that an order was made of, makes none."""
        tenant_id, ids = self._shared.tenant_id, [work.deal_id for work in works]
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            known = [
                *await link_rows.all_by_bitrix(conn, tenant_id, Kind.ORDER, ids),
                *await link_rows.all_by_bitrix(conn, tenant_id, Kind.SALE, ids),
            ]
        orders = {link.bitrix_id: link for link in known if link.record.bling_id > 0 and link.gone_at is None}
        for work in works:
            link = orders.get(work.deal_id)
            if link is not None and link.shape == BORN_SHAPE:
                # The deal's own note of its order may have failed when it was made.
                work.written = born_memory(link)
                await self._dress(work, link.record)
            elif link is not None:
                work.end(Outcome.UNCHANGED, None, "este negócio já tem um pedido no Bling")

    async def _read(self, works: list[WonWork], context: Context, portal: PortalStanding) -> None:
        now = self._clock()
        try:
            places = await self._places.get(portal)
        except VendorError as error:
            for work in works:
                self._shared.faults.write_failed(work, error, now)
            return
        reader = DealReader(self._shared.packer, places)
        await self._read_deals(reader, works, places.pipelines, context)
        await self._read_rows(reader, [work for work in works if work.open])
        await self._read_buyers(reader, [work for work in works if work.open])

    async def _read_deals(
        self, reader: DealReader, works: list[WonWork], pipelines: Iterable[Pipeline], context: Context
    ) -> None:
        won = {stage.id for pipeline in pipelines for stage in pipeline.stages if stage.semantics == "S"}
        more = sorted({back.rule.bitrix24 for back in invert(_version(context)).backs})
        found = await reader.deals([work.deal_id for work in works], more)
        for work in works:
            deal = found.get(work.deal_id)
            if deal is None:
                work.gone_in_bitrix24 = True
                work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
            elif isinstance(deal, VendorError):
                self._shared.faults.write_failed(work, deal, self._clock())
            elif str(deal.get("stageId")) not in won:
                work.end(Outcome.SKIPPED, Reason.NOT_A_SALE, "o negócio não está em uma etapa ganha")
            else:
                work.sold = Sold(fields=deal)

    async def _read_rows(self, reader: DealReader, works: list[WonWork]) -> None:
        found = await reader.rows([work.deal_id for work in works]) if works else {}
        for work in works:
            rows = found[work.deal_id]
            if isinstance(rows, VendorError):
                self._shared.faults.write_failed(work, rows, self._clock())
            elif work.sold is not None:
                work.sold = Sold(fields=work.sold.fields, rows=rows)

    async def _read_buyers(self, reader: DealReader, works: list[WonWork]) -> None:
        wanted = {work: customer_of(work.sold.fields) for work in works if work.sold is not None}
        found = await reader.buyers(list({who for who in wanted.values() if who is not None}))
        for work, who in wanted.items():
            buyer = found.get(who) if who is not None else None
            if isinstance(buyer, VendorError):
                self._shared.faults.write_failed(work, buyer, self._clock())
            elif buyer is None:
                text = "o negócio não tem cliente: o Bling só aceita pedidos com um contato"
                work.end(Outcome.FAILED, Reason.INVALID_VALUE, text)
            elif work.sold is not None:
                work.sold = Sold(fields=work.sold.fields, rows=work.sold.rows, buyer=buyer)

    async def _sell(self, work: WonWork, context: Context, portal: PortalStanding) -> None:
        account = work.key.account_id
        work.mark = mark = mark_of(portal.member_id, work.deal_id)
        if self._is_under_way(work):
            return None
        reading.set((work,))
        try:
            order_id = await selling.order_marked(self._shared.bling(account), mark)
            if order_id is None:
                order_id = await self._make(work, context, portal, mark)
        except BadDeal as error:
            return work.end(Outcome.FAILED, Reason.INVALID_VALUE, str(error))
        except VendorError as error:
            return self._failed(work, error)
        if order_id is not None:
            record = RecordKey(Kind.ORDER, account, order_id)
            work.written = _memory(work)
            work.also.append(born_link(record, work.deal_id, work.label, mark, self._clock(), work.written))
            await self._dress(work, record)
        return None

    def _is_under_way(self, work: WonWork) -> bool:
        """A create whose answer never came may still be under way at Bling."""
        sent = work.link.creating_at if work.link is not None else None
        settles = self._shared.engine.create_settles
        if sent is None or self._clock() >= sent + settles:
            return False
        work.create_in_doubt = True
        work.postpone(sent + settles, counts=False)
        return True

    async def _make(self, work: WonWork, context: Context, portal: PortalStanding, mark: str) -> int | None:
        """Make the order, and its customer before it; None on paper. Raises `BadDeal`, `VendorError`."""
        assert work.sold is not None
        assert work.sold.buyer is not None
        account, bling = work.key.account_id, self._shared.bling(work.key.account_id)
        who, buyer = customer_of(work.sold.fields), work.sold.buyer
        assert who is not None
        customers = BlingCustomers(self._shared, account, portal.member_id)
        contact = await customers.linked(who[0], buyer) or await customers.found(bling, buyer)
        payment = await self._payment(account)
        order = await self._order(work, context, mark, contact or 0, payment)
        body = customers.body(buyer) if contact is None else None
        work.plan = SellOrder(deal=work.deal_id, order=order, contact=body)
        work.changes = _changes(order, buyer, context.deals.order.version)
        if not self._shared.ends.real:
            work.end(Outcome.CREATED)
            return None
        await self._shared.ends.mark_creating({work.key: work.label}, self._clock())
        lasts = self._shared.ends.lasts
        if contact is None:
            contact = await selling.add_contact(bling, body or {}, lasts)
        work.also.append(customers.link(who[0], buyer, contact))
        made = {**order, "contato": {"id": contact}}
        order_id = await selling.add_order(bling, made, lasts)
        work.made = made
        return order_id

    async def _payment(self, account: UUID) -> int:
        """The account's default means of payment, else its first; read once a turn."""
        if account not in self._payments:
            rows = await selling.means_of_payment(self._shared.bling(account))
            chosen = next((row for row in rows if row.get("padrao") == 1), rows[0] if rows else None)
            if chosen is None:
                raise Rejected("a conta do Bling não tem forma de pagamento ativa: cadastre uma")
            self._payments[account] = int(chosen["id"])
        return self._payments[account]

    async def _order(
        self, work: WonWork, context: Context, mark: str, contact: int, payment: int
    ) -> dict[str, Any]:
        assert work.sold is not None
        fields = work.sold.fields
        products = await self._products(work)
        deal = WonDeal(
            deal_id=work.deal_id,
            title=work.label,
            amount=Decimal(str(fields.get("opportunity") or 0)),
            currency=str(fields.get("currencyId") or "BRL"),
            closes=_day(fields.get("closedate")),
            rows=tuple(_sold_row(row, products.get(row.product_id)) for row in work.sold.rows),
        )
        today = self._clock().astimezone(BRAZIL).date()
        more = _led_back(context, fields)
        return order_of(deal, mark=mark, contact=contact, payment=payment, today=today, more=more)

    async def _products(self, work: WonWork) -> dict[int, Link]:
        """The links of the rows' products, those of the order's own account."""
        assert work.sold is not None
        tenant_id = self._shared.tenant_id
        ids = {row.product_id for row in work.sold.rows if row.product_id}
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            known = await link_rows.all_by_bitrix(conn, tenant_id, Kind.PRODUCT, ids)
        return {
            link.bitrix_id: link
            for link in known
            if link.bitrix_id is not None
            and link.record.account_id == work.key.account_id
            and link.record.bling_id > 0
        }

    async def _dress(self, work: WonWork, record: RecordKey) -> None:
        """Note the order in its deal; the pair is remembered whatever becomes of that."""
        now = self._clock()
        origin = f"{self._companies[record.account_id]}:{record.bling_id}"
        (result,) = await self._shared.packer.run([dressed(work.deal_id, origin)])
        work.called(result.call_id)
        if isinstance(result, Failed) and not isinstance(result.error, Rejected):
            return self._shared.faults.write_failed(work, result.error, now)
        if isinstance(result, Failed):
            work.remark = f"o Bitrix24 não guardou o número do pedido no negócio: {result.error.text}"
        # From here on the record has its name of Bling's; its stand-in goes.
        work.key, work.born = record, work.deal_id
        return work.end(Outcome.CREATED, detail=work.remark or AFTERWARDS)

    def _failed(self, work: WonWork, error: VendorError) -> None:
        """A create that nobody knows the end of is looked for before it is repeated."""
        now = self._clock()
        if isinstance(error, Transient) and error.unknown and work.plan is not None:
            work.create_in_doubt = True
            return work.postpone(now + self._shared.engine.create_settles, counts=True)
        return self._shared.faults.read_failed(work, error, now)


def _decide(work: WonWork, context: Context) -> None:
    if reason := context.waits(work.key):
        return work.hold(reason)
    if TOGGLE not in context.toggles:
        return work.end(Outcome.SKIPPED, Reason.CREATE_OFF)
    return None


def _memory(work: WonWork) -> Target | None:
    """How the order was made; None for one whose answer was lost."""
    if work.made is None or work.sold is None or work.sold.buyer is None:
        return None
    buyer = work.sold.buyer
    return memory_of(work.made, company=buyer.company, customer=buyer.bitrix_id)


def _version(context: Context) -> MappingVersion:
    lens = context.deals.order
    return MappingVersion(kind=lens.kind, version=lens.version, rules=lens.rules)


def _led_back(context: Context, deal: Mapping[str, Any]) -> dict[str, Any]:
    """What the order mapping's own rules say of Bling's fields; a rule that cannot be applied is left out."""
    texts = {name: "" if value is None else str(value) for name, value in deal.items()}
    led = invert(_version(context)).apply(texts, [])
    return {name: value for name, value in led.items() if name in WRITABLE and value not in ("", None)}


def _sold_row(row: crm.Row, link: Link | None) -> SoldRow:
    return SoldRow(
        name=row.product_name,
        quantity=row.quantity,
        price=row.price,
        product_id=link.record.bling_id if link is not None else 0,
        code=(link.sku or "") if link is not None else "",
    )


def _changes(order: Mapping[str, Any], buyer: Buyer, version: int) -> list[Change]:
    """What history shows, in Bling's names."""
    shown = {
        "contato": buyer.name,
        "itens": str(len(order["itens"])),
        "total": str(order["parcelas"][0]["valor"]),
        "numeroLoja": str(order["numeroLoja"]),
    }
    return [Change(name, None, value, TOGGLE, version) for name, value in shown.items()]


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
