"""Reading orders and invoices from Bling: the messages about them have neither items nor amounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connector.bling.client import Bling
from connector.domain.sales import Document
from connector.domain.vendor import Gone, VendorError
from connector.sync.deals.work import DealWork
from connector.sync.reading import reading
from connector.sync.shared import Shared


async def read(shared: Shared, works: Iterable[DealWork], now: datetime) -> None:
    """Fill `source` of each record; one that Bling does not know any more is marked as gone."""
    await asyncio.gather(*(_read_one(shared, work, now) for work in works))


async def _read_one(shared: Shared, work: DealWork, now: datetime) -> None:
    reading.set((work,))
    client = shared.bling(work.key.account_id)
    try:
        found = await (_invoice(client, work) if work.is_sale else client.order(work.key.bling_id))
    except Gone:
        work.gone_in_bling = True
    except VendorError as error:
        shared.faults.read_failed(work, error, now)
    else:
        work.source, work.read = found, True


async def _invoice(client: Bling, work: DealWork) -> dict[str, Any]:
    """Of the kind that its messages named; a replay of a record that was never read tries both."""
    if work.document is not None:
        return await client.invoice(work.key.bling_id, consumer=work.document is Document.NFCE)
    try:
        found = await client.invoice(work.key.bling_id, consumer=False)
    except Gone:
        found = await client.invoice(work.key.bling_id, consumer=True)
        work.document = Document.NFCE
    else:
        work.document = Document.NFE
    return found
