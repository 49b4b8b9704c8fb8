"""Products of Bitrix24 that Bling does not know by our memory: is one of Bling's products the same?

A create happens once. One that was sent and never answered is looked up by its SKU, or without one by its
name among what was made since; a product that Bling has already with that SKU is taken over, if the tenant
lets us and there is exactly one that nothing else is linked to.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from connector.bling.client import PAGE, Bling
from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.products import is_excluded, shape_of
from connector.domain.vendor import Gone, VendorError
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.wishes import BRAZIL
from connector.sync.export.lookup import claimed_keys
from connector.sync.export.work import ExportWork
from connector.sync.faults import Faults
from connector.sync.reading import reading

Row = dict[str, Any]
LoadLinks = Callable[[Iterable[RecordKey]], Awaitable[dict[RecordKey, Link]]]

#: Until a record that is being linked just now is.
SOON = timedelta(seconds=2)
#: How far clocks may be apart.
SKEW = timedelta(minutes=10)


class Matcher:
    """Finds the records of Bling that products of Bitrix24 are."""

    def __init__(
        self, client_of: Callable[[UUID], Bling], faults: Faults, load_links: LoadLinks, context: Context
    ) -> None:
        self._client_of = client_of
        self._faults = faults
        self._load_links = load_links
        self._context = context

    async def match(self, works: Iterable[ExportWork], now: datetime) -> None:
        """Rename what Bling has already, hold what is not clear; what stays `unborn` is new to Bling."""
        mine = [work for work in works if work.open and work.unborn]
        await self._by_property(mine, now)
        accounts: dict[UUID, list[ExportWork]] = defaultdict(list)
        for work in mine:
            if work.open and work.unborn:
                accounts[work.key.account_id].append(work)
        await asyncio.gather(*(self._in_account(one, group, now) for one, group in accounts.items()))

    async def _by_property(self, works: list[ExportWork], now: datetime) -> None:
        """A product that carries a Bling ID is that record's, or being made by us, or a copy of one."""
        claims = claimed_keys(works, self._context.accounts)
        known = await self._load_links(claims)
        for key, link in known.items():
            work = claims[key]
            if link.bitrix_id is None or link.bitrix_id == work.bitrix_id:
                work.postpone(now + SOON, counts=False)
            else:
                work.is_copy = True
        for key, work in claims.items():
            if work.open and work.unborn and not work.is_copy and key.account_id == work.key.account_id:
                await self._adopt_named(key, work, now)

    async def _adopt_named(self, key: RecordKey, work: ExportWork, now: datetime) -> None:
        """The property outlived the link: believe it where Bling has such a product."""
        reading.set((work,))
        try:
            work.source = await self._client_of(key.account_id).product(key.bling_id)
        except Gone:
            return
        except VendorError as error:
            self._faults.read_failed(work, error, now)
            return
        work.becomes(key)

    async def _in_account(self, account_id: UUID, works: list[ExportWork], now: datetime) -> None:
        client = self._client_of(account_id)
        with_sku = [work for work in works if work.sku and (self._adopts(work) or work.doubted_since)]
        for start in range(0, len(with_sku), PAGE):
            await self._by_sku(client, with_sku[start : start + PAGE], now)
        for work in works:
            if work.open and work.unborn and not work.sku and work.doubted_since is not None:
                await self._by_name(client, work, work.doubted_since, now)

    def _adopts(self, work: ExportWork) -> bool:
        return self._context.exports.adopt and not work.is_apart

    async def _by_sku(self, client: Bling, works: list[ExportWork], now: datetime) -> None:
        reading.set(tuple(works))
        codes = sorted({work.sku for work in works if work.sku})
        rows: list[Row] = []
        try:
            while True:
                page = await client.products(codes=codes, page=len(rows) // PAGE + 1)
                rows += page
                if len(page) < PAGE:
                    break
        except VendorError as error:
            for work in works:
                self._faults.read_failed(work, error, now)
            return
        account_id = works[0].key.account_id
        known = await self._load_links(RecordKey(Kind.PRODUCT, account_id, row["id"]) for row in rows)
        for work in works:
            self._choose(work, [row for row in rows if row.get("codigo") == work.sku], known)

    async def _by_name(self, client: Bling, work: ExportWork, since: datetime, now: datetime) -> None:
        """Without a SKU: what was made since the create was sent, has this very name and no SKU either."""
        reading.set((work,))
        added = (since - SKEW).astimezone(BRAZIL).strftime("%Y-%m-%d %H:%M:%S")
        try:
            rows = await client.products(name=work.label, added_since=added)
        except VendorError as error:
            self._faults.read_failed(work, error, now)
            return
        same = [row for row in rows if row.get("nome") == work.label and not row.get("codigo")]
        known = await self._load_links(
            RecordKey(Kind.PRODUCT, work.key.account_id, row["id"]) for row in same
        )
        self._choose(work, same, known)

    def _choose(self, work: ExportWork, rows: list[Row], known: Mapping[RecordKey, Link]) -> None:
        there = [row for row in rows if not is_excluded(row)]
        free = [row for row in there if _is_free(work, row, known)]
        if not there:
            return
        if len(free) == 1:
            work.becomes(RecordKey(Kind.PRODUCT, work.key.account_id, free[0]["id"]))
            work.is_ours = work.doubted_since is not None
            return
        ids = ", ".join(str(row["id"]) for row in there[:5])
        work.hold(Reason.AMBIGUOUS, f"mesmo código nos produtos {ids} do Bling")


def _is_free(work: ExportWork, row: Row, known: Mapping[RecordKey, Link]) -> bool:
    """Not linked to anything else, and of the same shape."""
    link = known.get(RecordKey(Kind.PRODUCT, work.key.account_id, row["id"]))
    if link is not None and link.bitrix_id not in (None, work.bitrix_id):
        return False
    return shape_of(row) is work.shape()
