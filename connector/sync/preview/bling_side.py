"""What Bling says of the records of a preview: by lists where the rules allow, else one by one."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Iterable
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from connector.bling.client import Bling
from connector.domain.events import Kind
from connector.domain.sales import AUTHORISED
from connector.domain.vendor import Call, ConnectionState, Gone, VendorError
from connector.store.links import Link
from connector.sync.clients import bling_client
from connector.sync.context import Context
from connector.sync.engine import Engine
from connector.sync.preview.cache import Record, Shelf

_T = TypeVar("_T")

log = structlog.get_logger(__name__)

#: How long a program waits for records that were not kept, and how long a person, who is shown what is there
#: and asks again. No new read begins after that; one that is under way has a little longer.
PATIENCE_S, GLANCE_S, GRACE_S = 8.0, 1.0, 3.0
#: Seconds that the first rows of an account are kept while nothing is synced: one request brings them.
FRESH_S = 60
#: Reads of one account at a time: an account's turns are given beforehand, so more would be kept from syncs.
TOGETHER = 3


#: In a listed row: it is an NFC-e.
_CONSUMER = "_consumer"


class One(msgspec.Struct, frozen=True):
    """A record to be looked at; `found` when a list of Bling's showed it already; `consumer` = an NFC-e."""

    account_id: UUID
    bling_id: int
    link: Link | None = None
    found: Record | None = None
    consumer: bool = False

    @property
    def name(self) -> str:
        """As shelves know it: after a sync of the record by another name, for it may have changed."""
        return f"{self.account_id}:{self.bling_id}:{stamp(self.link)}"


def stamp(link: Link | None) -> str:
    """What the last sync of a record left."""
    return str(link.updated_at.timestamp()) if link is not None else ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What Bling said so far, by name; who is nowhere is still being read, or `silent`: gone or refused."""

    #: All that the rules read.
    whole: dict[str, Record] = {}
    #: As a list shows them.
    rough: dict[str, Record] = {}
    silent: frozenset[str] = frozenset()


class BlingSide:
    """The tenant's accounts, as one preview reads them; `calls` and their `scopes` are for the log."""

    def __init__(self, engine: Engine, context: Context, kind: Kind, patience: float) -> None:
        self._engine, self._context, self._kind = engine, context, kind
        self._until = asyncio.get_running_loop().time() + patience
        self._blings: dict[UUID, Bling] = {}
        self._silent: set[str] = set()
        self.calls: list[Call] = []
        self.scopes: dict[UUID, str] = {}

    async def first(self, limit: int) -> list[One]:
        """A fresh tenant: what its accounts' lists show first."""
        shelf = Shelf(self._engine.redis, self._context.tenant_id, f"{self._kind}:fresh", FRESH_S)
        found: list[One] = []
        for account_id in self._connected():
            kept = await shelf.load([str(account_id)])
            rows = kept[str(account_id)]["rows"] if kept else await self._in_time(self._listed(account_id))
            if rows and not kept:
                await shelf.keep({str(account_id): {"rows": rows}})
            found += [
                One(account_id, int(row["id"]), None, row, row.get(_CONSUMER) is True) for row in rows or []
            ]
        return found[:limit]

    async def _listed(self, account_id: UUID) -> list[Record]:
        client = self._bling(account_id)
        match self._kind:
            case Kind.PRODUCT:
                return await client.products()
            case Kind.ORDER:
                return await client.orders()
            case _:
                notes = await client.invoices(consumer=False)
                receipts = [{**row, _CONSUMER: True} for row in await client.invoices(consumer=True)]
                return [row for row in (*notes, *receipts) if row.get("situacao") in AUTHORISED]

    async def sources(self, ones: list[One], *, by_list: bool) -> Told:
        """As far as it can be told in time: all from lists where the rules allow, else what is read whole."""
        listed = {one.name: one.found for one in ones if one.found is not None}
        missing = [one for one in ones if one.name not in listed]
        if by_list:
            rough = listed | await self._lists(missing)
            # A list that was read without a record: it is gone.
            return Told(whole=rough, silent=frozenset(self._silent))
        if self._kind is not Kind.PRODUCT:
            whole = await self._singly(ones)
            return Told(whole=whole, rough=listed, silent=frozenset(self._silent))
        rough, whole = await asyncio.gather(self._lists(missing), self._singly(ones))
        return Told(whole=whole, rough=listed | rough, silent=frozenset(self._silent))

    async def _lists(self, ones: list[One]) -> dict[str, Record]:
        """Products as lists show them: a call for each account."""
        shelf = self._shelf("list")
        kept = await shelf.load(one.name for one in ones)
        new: dict[str, Record] = {}
        for account_id, group in self._by_account(one for one in ones if one.name not in kept).items():
            client = self._bling(account_id)
            names = {one.bling_id: one.name for one in group}
            rows = await self._in_time(client.products(ids=list(names)))
            new |= {names[row["id"]]: row for row in rows or [] if row["id"] in names}
            self._silent |= {one.name for one in group} - new.keys() if rows is not None else set()
        await shelf.keep(new)
        return kept | new

    async def _singly(self, ones: list[One]) -> dict[str, Record]:
        """Records read whole, those of the last ten minutes not again."""
        shelf = self._shelf("whole")
        kept = await shelf.load(one.name for one in ones)
        new: dict[str, Record] = {}
        groups = self._by_account(one for one in ones if one.name not in kept).values()
        try:
            async with asyncio.timeout_at(self._until + GRACE_S):
                await asyncio.gather(
                    *(self._next(line, new) for line in map(deque, groups) for _ in range(TOGETHER))
                )
        except TimeoutError:
            log.info("preview_unread", read=len(new))
        await shelf.keep(new)
        return kept | new

    async def _next(self, line: deque[One], into: dict[str, Record]) -> None:
        while line and asyncio.get_running_loop().time() < self._until:
            one = line.popleft()
            found = await self._tried(self._read_one(one))
            if found is not None:
                into[one.name] = found
            else:
                self._silent.add(one.name)

    async def _in_time(self, asked: Awaitable[_T]) -> _T | None:
        """A list, or nothing when it does not come in time."""
        try:
            async with asyncio.timeout_at(self._until + GRACE_S):
                return await self._tried(asked)
        except TimeoutError:
            return None

    async def _read_one(self, one: One) -> Record:
        client = self._bling(one.account_id)
        match self._kind:
            case Kind.PRODUCT:
                return await client.product(one.bling_id)
            case Kind.ORDER:
                return await client.order(one.bling_id)
            case _:
                consumer = one.consumer or (
                    one.link is not None and (one.link.shape or "").startswith("nfce")
                )
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
