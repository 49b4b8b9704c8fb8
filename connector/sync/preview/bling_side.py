"""What Bling says of the records of a preview: by lists where the rules allow, else one by one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from connector.bling.client import Bling
from connector.domain.events import Kind
from connector.domain.vendor import Call, ConnectionState, Gone, VendorError
from connector.store.links import Link
from connector.sync.clients import bling_client
from connector.sync.context import Context
from connector.sync.engine import Engine
from connector.sync.preview.cache import Record, Shelf

_T = TypeVar("_T")

log = structlog.get_logger(__name__)

#: How long a person waits for records that were not kept; those that came by then are shown.
PATIENCE_S = 8.0


class One(msgspec.Struct, frozen=True):
    """A record to be looked at; `found` when a list of Bling's showed it already."""

    account_id: UUID
    bling_id: int
    link: Link | None = None
    found: Record | None = None

    @property
    def name(self) -> str:
        """As shelves know it."""
        return f"{self.account_id}:{self.bling_id}"


class BlingSide:
    """The tenant's accounts, as one preview reads them; `calls` and their `scopes` are for the log."""

    def __init__(self, engine: Engine, context: Context, kind: Kind) -> None:
        self._engine, self._context, self._kind = engine, context, kind
        self._blings: dict[UUID, Bling] = {}
        self.calls: list[Call] = []
        self.scopes: dict[UUID, str] = {}

    async def first(self, limit: int) -> list[One]:
        """A fresh tenant: what its accounts' lists show first; invoices have none."""
        if self._kind is Kind.SALE:
            return []
        shelf = self._shelf("fresh")
        found: list[One] = []
        for account_id in self._connected():
            kept = await shelf.load([str(account_id)])
            rows = kept[str(account_id)]["rows"] if kept else await self._tried(self._listed(account_id))
            if rows and not kept:
                await shelf.keep({str(account_id): {"rows": rows}})
            found += [One(account_id, int(row["id"]), None, row) for row in rows or []]
        return found[:limit]

    async def _listed(self, account_id: UUID) -> list[Record]:
        client = self._bling(account_id)
        return await (client.products() if self._kind is Kind.PRODUCT else client.orders())

    async def sources(self, ones: list[One], *, by_list: bool) -> dict[str, Record]:
        """By name; those that are gone or did not come in time are missing."""
        if by_list:
            listed = {one.name: one.found for one in ones if one.found is not None}
            missing = [one for one in ones if one.name not in listed]
            return listed | await self._shelved("list", missing, self._read_lists)
        return await self._shelved("whole", ones, self._read_singly)

    async def _shelved(
        self,
        purpose: str,
        ones: list[One],
        read: Callable[[list[One], dict[str, Record]], Awaitable[None]],
    ) -> dict[str, Record]:
        """What is kept, and what `read` puts beside it while there is patience."""
        shelf = self._shelf(purpose)
        kept = await shelf.load(one.name for one in ones)
        missing = [one for one in ones if one.name not in kept]
        new: dict[str, Record] = {}
        if missing:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await read(missing, new)
            except TimeoutError:
                log.info("preview_unread", missing=len(missing) - len(new))
            await shelf.keep(new)
        return kept | new

    async def _read_lists(self, ones: list[One], into: dict[str, Record]) -> None:
        for account_id, group in self._by_account(ones).items():
            client = self._bling(account_id)
            rows = await self._tried(client.products(ids=[one.bling_id for one in group]))
            into |= {f"{account_id}:{row['id']}": row for row in rows or []}

    async def _read_singly(self, ones: list[One], into: dict[str, Record]) -> None:
        async def read(one: One) -> None:
            found = await self._tried(self._read_one(one))
            if found is not None:
                into[one.name] = found

        groups = self._by_account(ones).values()
        await asyncio.gather(*(read(one) for group in groups for one in group))

    async def _read_one(self, one: One) -> Record:
        client = self._bling(one.account_id)
        match self._kind:
            case Kind.PRODUCT:
                return await client.product(one.bling_id)
            case Kind.ORDER:
                return await client.order(one.bling_id)
            case _:
                consumer = one.link is not None and (one.link.shape or "").startswith("nfce")
                return await client.invoice(one.bling_id, consumer=consumer)

    def _by_account(self, ones: Iterable[One]) -> dict[UUID, list[One]]:
        """Of accounts that can be asked."""
        connected = set(self._connected())
        groups: dict[UUID, list[One]] = defaultdict(list)
        for one in ones:
            if one.account_id in connected:
                groups[one.account_id].append(one)
        return groups

    def _shelf(self, purpose: str) -> Shelf:
        return Shelf(self._engine.redis, self._context.tenant_id, f"{self._kind}:{purpose}")

    def _connected(self) -> list[UUID]:
        states = self._context.accounts.items()
        return [one for one, state in states if state is ConnectionState.CONNECTED]

    def _bling(self, account_id: UUID) -> Bling:
        if account_id not in self._blings:
            company = self._context.companies[account_id]

            def observe(call: Call) -> None:
                self.calls.append(call)
                self.scopes[call.id] = str(account_id)

            self._blings[account_id] = bling_client(
                self._engine, self._context.tenant_id, account_id, company, observe
            )
        return self._blings[account_id]

    async def _tried(self, asked: Awaitable[_T]) -> _T | None:
        """What the vendor says; None for what is gone or cannot be read just now."""
        try:
            return await asked
        except Gone:
            return None
        except VendorError as error:
            log.info("preview_unread", error=error.text)
            return None
