"""Finding the order of an invoice.

Only the order knows its invoice for sure (facts of Bling, sales and their orders): first our own links, by
the invoice that an order names and by the number in the shop; then Bling's lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from connector.bling.client import Bling
from connector.domain import orders, sales
from connector.domain.events import Kind, RecordKey
from connector.domain.vendor import Gone
from connector.store import links as link_rows
from connector.store.links import Link
from connector.sync.deals.work import DealWork
from connector.sync.reading import reading
from connector.sync.shared import Shared

#: How far back an order of an invoice may lie.
RECENT = timedelta(days=60)
#: Orders of one contact that are looked into for one invoice.
MOST_READ = 10

#: An order that was read from Bling while looking for it.
Found = tuple[RecordKey, dict[str, Any]]


class Matching:
    """The orders of a group's invoices."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def sales_of(self, works: Iterable[DealWork]) -> dict[RecordKey, Link]:
        """Sales of ours that came before their orders, by the orders' keys."""
        by_invoice: dict[RecordKey, RecordKey] = {}
        by_number: dict[tuple[UUID, str], RecordKey] = {}
        for work in works:
            source, account = work.source or {}, work.key.account_id
            if (invoice := orders.invoice_of(source)) is not None:
                by_invoice[RecordKey(Kind.SALE, account, invoice)] = work.key
            elif (number := orders.store_number(source)) is not None:
                by_number[account, number] = work.key
        tenant_id = self._shared.tenant_id
        named = await self._shared.load_links(by_invoice)
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            numbered = await link_rows.of_store_numbers(conn, tenant_id, Kind.SALE, list(by_number))
        found = {by_number[one]: link for one, link in numbered.items()}
        return found | {by_invoice[one]: link for one, link in named.items()}

    async def known(self, works: Iterable[DealWork]) -> dict[RecordKey, Link]:
        """Orders of ours, by the sales' keys."""
        mine = list(works)
        by_invoice = {(work.key.account_id, work.key.bling_id): work.key for work in mine}
        by_number = {
            (work.key.account_id, number): work.key
            for work in mine
            if (number := orders.store_number(work.source or {}, "numeroPedidoLoja")) is not None
        }
        tenant_id = self._shared.tenant_id
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            numbered = await link_rows.of_store_numbers(conn, tenant_id, Kind.ORDER, list(by_number))
            named = await link_rows.of_invoices(conn, tenant_id, list(by_invoice))
            deals = {work.bitrix_id: work.key for work in mine if work.bitrix_id is not None}
            joined = await link_rows.by_bitrix(conn, tenant_id, Kind.ORDER, list(deals))
        found = {deals[one]: link for one, link in joined.items()}
        found |= {by_number[one]: link for one, link in numbered.items()}
        return found | {by_invoice[one]: link for one, link in named.items()}

    async def in_bling(self, work: DealWork) -> Found | None:
        """The order that names this invoice, or carries its shop's number; raises `VendorError`."""
        source = work.source or {}
        client = self._shared.bling(work.key.account_id)
        reading.set((work,))
        if orders.store_number(source, "numeroPedidoLoja") is not None:
            return await self._by_number(client, work, source)
        contact = sales.contact_id(source)
        if not contact:
            return None
        since = _day(source, self._shared.engine.clock()) - RECENT
        rows = await client.orders(contact=contact, since=since.isoformat())
        return await self._among(client, work, sorted(rows, key=lambda row: _likeness(row, source)))

    async def _by_number(self, client: Bling, work: DealWork, source: dict[str, object]) -> Found | None:
        wanted = orders.store_number(source, "numeroPedidoLoja")
        rows = await client.orders(store_numbers=[str(source["numeroPedidoLoja"])])
        for row in rows:
            if orders.store_number(row) == wanted:
                return RecordKey(Kind.ORDER, work.key.account_id, int(row["id"])), row
        return None

    async def _among(self, client: Bling, work: DealWork, rows: list[dict[str, Any]]) -> Found | None:
        """Lists don't name the invoice: each order is looked into, the likeliest first."""
        keys = [RecordKey(Kind.ORDER, work.key.account_id, int(row["id"])) for row in rows]
        known = await self._shared.load_links(keys)
        taken = {key for key, link in known.items() if link.invoice_id not in (None, work.key.bling_id)}
        for key in [key for key in keys if key not in taken][:MOST_READ]:
            try:
                order = await client.order(key.bling_id)
            except Gone:
                continue
            if orders.invoice_of(order) == work.key.bling_id:
                return key, order
        return None


def _likeness(row: dict[str, Any], invoice: dict[str, object]) -> tuple[bool, int]:
    """Same amount first, then the newest."""
    return str(row.get("total")) != str(invoice.get("valorNota")), -int(row["id"])


def _day(source: dict[str, object], now: datetime) -> date:
    """The invoice's day."""
    try:
        return date.fromisoformat(str(source.get("dataEmissao"))[:10])
    except ValueError:
        return now.date()
