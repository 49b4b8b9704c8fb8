"""What an import will cost, before it begins: records, calls on both sides, time.

Bling tells no totals, so the last page of each list is searched for: a list of n pages costs about two calls
for each doubling of n.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from connector.bling.client import PAGE, Bling
from connector.bling.limits import AccountLimiter, AddressLimiter
from connector.domain.events import Kind
from connector.domain.products import LIST_FIELDS, needed
from connector.domain.vendor import Call
from connector.store import calls as call_rows
from connector.sync.clients import bling_client
from connector.sync.context import Context, load_context
from connector.sync.engine import Engine
from connector.sync.runs import listing
from connector.sync.runs.slices import Asked, Slice

#: Lists that are counted; of more the rest is estimated.
COUNTED = 24
#: No list has more pages: one that never ends is not searched for its end.
MOST_PAGES = 2**20
#: Commands that a new record costs in Bitrix24: look-up, create, price; customer, deal, rows, check.
COMMANDS = {Kind.PRODUCT: 2.1, Kind.ORDER: 6.0, Kind.CONTACT: 4.0}
#: Requests a second that the limits allow (facts of both vendors), and commands of a request.
BLING_PER_SECOND, BITRIX24_PER_SECOND, BATCH = 3.0, 2.0, 50


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """At most: what is narrowed row by row, or known already, costs less."""

    records: int
    #: Everything was counted.
    exact: bool
    bling_calls: int
    bitrix24_requests: int
    seconds: int
    #: Of the accounts' requests of today, those that are left for long work; the smallest account's.
    left_today: int

    @property
    def days(self) -> int:
        """Days over which Bling's budget spreads it."""
        over = self.bling_calls - self.left_today
        return 1 if over <= 0 else 1 + math.ceil(over / PER_DAY)


#: Requests that an account may spend on long work in a day.
PER_DAY = 108_000


async def forecast(engine: Engine, tenant_id: UUID, kind: Kind, asked: Asked) -> Forecast:
    """Count and reckon. Raises errors of `connector.domain.vendor`."""
    context = await load_context(engine, tenant_id)
    place = listing.begin(kind, asked, context, engine.clock())
    calls: list[Call] = []
    blings: dict[UUID, Bling] = {}
    counted = place.lists[:COUNTED]
    try:
        found = 0
        for one in counted:
            if one.account not in blings:
                company = context.companies[one.account]
                blings[one.account] = bling_client(engine, tenant_id, one.account, company, calls.append)
            found += await _records(blings[one.account], kind, one)
    finally:
        async with engine.database.system() as conn:
            await call_rows.record(conn, tenant_id, calls, {})
    records = found if len(counted) == len(place.lists) else found * len(place.lists) // len(counted)
    left = await _left_today(engine, context, {one.account for one in place.lists})
    return reckon(kind, records, _reads_lists(kind, context), left, len(counted) == len(place.lists))


def reckon(kind: Kind, records: int, by_list: bool, left_today: int, exact: bool) -> Forecast:
    """The cost of so many records; `by_list`: they are read 100 a call."""
    pages = math.ceil(records / PAGE) + 1
    reads = math.ceil(records / PAGE) if by_list else records * (2 if kind is Kind.ORDER else 1)
    requests = math.ceil(records * COMMANDS[kind] / BATCH)
    seconds = max((pages + reads) / BLING_PER_SECOND, requests / BITRIX24_PER_SECOND)
    return Forecast(
        records=records,
        exact=exact,
        bling_calls=pages + reads,
        bitrix24_requests=requests,
        seconds=math.ceil(timedelta(seconds=seconds).total_seconds()),
        left_today=left_today,
    )


async def _records(bling: Bling, kind: Kind, one: Slice) -> int:
    async def rows(page: int) -> int:
        return len(await listing.page_of(bling, kind, one, page))

    return await count(rows)


async def count(rows: Callable[[int], Awaitable[int]]) -> int:
    """How many rows a list has, by as few of its pages as will do."""
    last, shown = 1, await rows(1)
    if shown < PAGE:
        return shown
    beyond = 2
    while (shown := await rows(beyond)) == PAGE:
        last, beyond = beyond, beyond * 2
        if beyond > MOST_PAGES:
            return last * PAGE
    while beyond - last > 1 and not shown:
        middle = (last + beyond) // 2
        seen = await rows(middle)
        if seen == PAGE:
            last = middle
        else:
            beyond, shown = middle, seen
    # A page with rows that is not full is the last one.
    return (beyond - 1) * PAGE + shown if shown else last * PAGE


def _reads_lists(kind: Kind, context: Context) -> bool:
    return kind is Kind.PRODUCT and needed(context.lens, context.filter) <= LIST_FIELDS


async def _left_today(engine: Engine, context: Context, accounts: set[UUID]) -> int:
    address = AddressLimiter(engine.redis)
    left = [
        PER_DAY - usage.ours_today - usage.others_today
        for one in accounts
        for usage in [await AccountLimiter(context.companies[one], address, clock=engine.clock).usage()]
    ]
    return max(0, min(left, default=PER_DAY))
