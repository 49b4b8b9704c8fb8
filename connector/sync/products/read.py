"""Reading from Bling what the messages do not tell."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from connector.bling.client import Bling
from connector.domain.events import Kind, RecordKey
from connector.domain.products import LIST_FIELDS, parent_of
from connector.domain.vendor import Gone, VendorError
from connector.sync.faults import Faults
from connector.sync.reading import reading
from connector.sync.work import Work

Fields = dict[str, Any]

#: Largest page of Bling's lists (facts: 100).
PAGE = 100


class Reader:
    """Reads the present records of one tenant's accounts."""

    def __init__(self, client_of: Callable[[UUID], Bling], reads: frozenset[str], faults: Faults) -> None:
        self._client_of = client_of
        self._by_list = reads <= LIST_FIELDS
        self._faults = faults

    async def read(self, works: Iterable[Work], now: datetime) -> None:
        """Fill `source` of each record; one that Bling does not know any more is marked as gone."""
        by_account: dict[UUID, list[Work]] = defaultdict(list)
        for work in works:
            by_account[work.key.account_id].append(work)
        reads = (self._read_account(account, group, now) for account, group in by_account.items())
        await asyncio.gather(*reads)

    async def family(
        self, account_id: UUID, parent_id: int, members: Iterable[Work]
    ) -> tuple[Fields, list[Fields]]:
        """A parent and its variations, each as a record of its own, for `members`; raises `VendorError`."""
        reading.set(tuple(members))
        parent = await self._client_of(account_id).variations(parent_id)
        children = [{**child, "idProdutoPai": parent_id} for child in parent.get("variacoes") or ()]
        return parent, children

    async def _read_account(self, account_id: UUID, works: list[Work], now: datetime) -> None:
        client = self._client_of(account_id)
        rest = works
        if self._by_list and len(works) > 1:
            rest = await self._read_lists(client, works, now)
        await asyncio.gather(*(self._read_one(client, work, now) for work in rest))

    async def _read_lists(self, client: Bling, works: list[Work], now: datetime) -> list[Work]:
        """Gives back those that the lists did not show: they are asked for one by one."""
        missing: list[Work] = []
        for start in range(0, len(works), PAGE):
            group = works[start : start + PAGE]
            reading.set(tuple(group))
            try:
                rows = await client.products(ids=[work.key.bling_id for work in group])
            except VendorError as error:
                for work in group:
                    self._faults.read_failed(work, error, now)
                continue
            found = {row["id"]: row for row in rows}
            for work in group:
                work.source = found.get(work.key.bling_id)
            missing += [work for work in group if work.source is None]
        return missing

    async def _read_one(self, client: Bling, work: Work, now: datetime) -> None:
        reading.set((work,))
        try:
            work.source = await client.product(work.key.bling_id)
        except Gone:
            work.gone_in_bling = True
        except VendorError as error:
            self._faults.read_failed(work, error, now)


def root_of(work: Work) -> int:
    """Bling id of the family's parent: the record itself when it is one."""
    return parent_of(work.source or {}) or work.key.bling_id


def key_of(account_id: UUID, fields: Fields) -> RecordKey:
    """The key of a product that was read."""
    return RecordKey(Kind.PRODUCT, account_id, int(fields["id"]))
