"""Where the doors' messages go: each group becomes rows of the inbox, of `unclaimed` or of `quarantined`.

Whose message it is (a Bling company may belong to several tenants) is decided in the transaction that stores
it, with one look-up for all companies of a group that are not remembered. Only found ones are remembered, and
for a second, so that a connection made a moment ago counts in every process.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec

from connector.account.messages import Message, Strange, strange
from connector.store import directory, inbox
from connector.store.directory import Quarantined, Route, Unclaimed
from connector.store.inbox import Arrival
from connector.store.scope import Connection, Database
from connector.sync.wake import Waker
from server.heard import Heard
from server.ingest import GroupCommit, Unstorable
from server.metrics import GROUP_SIZE, MESSAGES

#: Seconds that a company's tenants are remembered, and how many companies at most.
MEMORY_S = 1.0
MEMORY = 20_000
#: Seconds to wait for a connection: the callers have none to lose.
POOL_PATIENCE_S = 0.6
#: Under load wake-ups of so many seconds go out together; a first one goes at once.
BREATH_S = 0.01
#: Classes of SQLSTATE that speak of the values: data exception, constraint violation, limit exceeded.
ABOUT_DATA = frozenset({"22", "23", "54"})


class Rows(msgspec.Struct, frozen=True):
    """What a group of messages becomes."""

    arrivals: list[Arrival]
    unclaimed: list[Unclaimed]
    quarantined: list[Quarantined]


class Inlet:
    """Stores messages, then wakes their tenants."""

    def __init__(self, database: Database, waker: Waker, heard: Heard | None = None) -> None:
        """`heard` is told of every message that was stored."""
        self._database, self._waker, self._heard = database, waker, heard
        self._routes: dict[str, tuple[float, list[Route]]] = {}
        self._group: GroupCommit[Message | Strange] = GroupCommit(self._write, self._bury)
        self._to_wake: set[UUID] = set()
        self._fresh = asyncio.Event()
        self._waking: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to take messages."""
        self._group.start()
        self._waking = asyncio.create_task(self._wake_for_ever(), name="wake")

    async def stop(self) -> None:
        """Store what waits and wake its tenants, then end."""
        await self._group.stop()
        # Not cancelled: the Redis client may take a cancellation for a time-out, and swallow it.
        self._stopping = True
        self._fresh.set()
        if self._waking is not None:
            await self._waking

    def put(self, item: Message | Strange, until: float) -> asyncio.Future[None]:
        """Done when the item is durable; raises `StoreAway` when the loop's time is `until` at the latest."""
        return self._group.put(item, until)

    async def _write(self, items: Sequence[Message | Strange]) -> None:
        try:
            async with self._database.system(patience=POOL_PATIENCE_S) as conn:
                routes = await self._recipients(conn, {i.company_id for i in items if isinstance(i, Message)})
                rows = _rows(items, routes)
                await _insert(conn, rows)
        except Exception as error:
            if is_about_data(error):
                raise Unstorable from error
            raise
        _count(rows, len(items))
        if self._heard is not None:
            self._heard.note(items)
        self._to_wake.update(arrival.tenant_id for arrival in rows.arrivals)
        self._fresh.set()

    async def _bury(self, item: Message | Strange) -> None:
        """What the database refuses as data still is a message of Bling's: its bytes are always storable."""
        odd = item if isinstance(item, Strange) else strange(item, "refused_by_database")
        async with self._database.system(patience=POOL_PATIENCE_S) as conn:
            await directory.quarantined(conn, [_quarantined(odd)])
        MESSAGES["quarantined"].inc()

    async def _recipients(self, conn: Connection, companies: Collection[str]) -> dict[str, list[Route]]:
        now = time.monotonic()
        known = {
            company: memory[1]
            for company in companies
            if (memory := self._routes.get(company)) is not None and memory[0] > now
        }
        missing = [company for company in companies if company not in known]
        if missing:
            known |= await self._look_up(conn, missing, now + MEMORY_S)
        return known

    async def _look_up(self, conn: Connection, companies: list[str], until: float) -> dict[str, list[Route]]:
        found: defaultdict[str, list[Route]] = defaultdict(list)
        for route in await directory.routes(conn, companies):
            found[route.company_id].append(route)
        if len(self._routes) > MEMORY:
            self._routes.clear()
        self._routes.update((company, (until, routes)) for company, routes in found.items())
        return found

    async def _wake_for_ever(self) -> None:
        while not self._stopping or self._to_wake:
            await self._fresh.wait()
            await self._wake()
            await asyncio.sleep(BREATH_S)

    async def _wake(self) -> None:
        """Not before the answers: whoever sweeps wakes a tenant whose wake-up is lost here."""
        self._fresh.clear()
        tenants, self._to_wake = self._to_wake, set()
        if tenants:
            await self._waker.wake(tenants)


def is_about_data(error: Exception) -> bool:
    """Whether the values were refused (by PostgreSQL, or by the driver when it encoded them)."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate or "")[:2] in ABOUT_DATA
    return isinstance(error, asyncpg.DataError | ValueError | OverflowError)


def _rows(items: Sequence[Message | Strange], routes: dict[str, list[Route]]) -> Rows:
    rows = Rows([], [], [])
    for item in items:
        if isinstance(item, Strange):
            rows.quarantined.append(_quarantined(item))
            continue
        known = routes.get(item.company_id, [])
        mine = [route for route in known if item.account_key in (None, route.account_key)]
        rows.arrivals.extend(item.arrival(route.tenant_id, route.account_id) for route in mine)
        if not mine and item.account_key is not None:
            rows.quarantined.append(_quarantined(strange(item, "another_company")))
        elif not mine:
            rows.unclaimed.append(_unclaimed(item))
    return rows


async def _insert(conn: Connection, rows: Rows) -> None:
    await inbox.insert(conn, rows.arrivals)
    if rows.unclaimed:
        await directory.unclaimed(conn, rows.unclaimed)
    if rows.quarantined:
        await directory.quarantined(conn, rows.quarantined)


def _count(rows: Rows, messages: int) -> None:
    GROUP_SIZE.observe(messages)
    MESSAGES["stored"].inc(messages - len(rows.unclaimed) - len(rows.quarantined))
    MESSAGES["unclaimed"].inc(len(rows.unclaimed))
    MESSAGES["quarantined"].inc(len(rows.quarantined))


def _quarantined(item: Strange) -> Quarantined:
    return Quarantined(
        id=item.id,
        received_at=item.received_at,
        reason=item.reason,
        account_key=item.account_key,
        body=item.body,
    )


def _unclaimed(message: Message) -> Unclaimed:
    return Unclaimed(
        id=message.id,
        received_at=message.received_at,
        company_id=message.company_id,
        event=message.event,
        provider_event_id=message.provider_event_id,
        body=message.body,
    )
