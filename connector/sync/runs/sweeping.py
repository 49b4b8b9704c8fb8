"""What Bling changed and nobody told: messages that were lost, or a webhook that Bling has disabled.

Every few hours one list of what changed since the last sweep, for each account and kind. A record whose pair
was synced since then, or whose event waits, was heard of; the others are put into the inbox. A second change
that was missed after a first one that was heard is the nightly comparison's to find.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from connector import pace
from connector.bling.client import PAGE
from connector.domain.events import LANES, RecordKey, Source
from connector.domain.vendor import Call, ConnectionState, Disconnected, Provider, VendorError
from connector.store import calls as call_rows
from connector.store import drift as rows
from connector.store import inbox, links, silences
from connector.store.drift import Sweep
from connector.store.scope import Connection
from connector.sync.asking import named_arrival
from connector.sync.clients import bling_client
from connector.sync.context import Context, load_context
from connector.sync.engine import Engine
from connector.sync.runs import listing, slices
from connector.sync.runs.slices import Asked

#: Between two sweeps of an account.
EVERY = timedelta(hours=2)
#: Bling's clock and ours may differ by so much, and what just changed may still be on its way to us.
OVERLAP = timedelta(minutes=10)
#: Sweeps of one look; the next one is a minute away.
AT_ONCE = 20

log = structlog.get_logger(__name__)


async def sweep_due(engine: Engine) -> int:
    """Sweep the accounts that are due; how many records were missed. Raises `DatabaseAway`."""
    now = engine.clock()
    async with engine.database.system() as conn:
        # What stands in an account before its options are ticked is an import's to bring.
        await rows.add_sweeps(conn, now + OVERLAP, now + EVERY)
        due = await rows.due_sweeps(conn, now, AT_ONCE)
    missed = 0
    for one in due:
        async with engine.database.system() as conn:
            taken = await rows.put_off_sweep(conn, one, now, now + EVERY)
        if taken:
            missed += await _sweep(engine, one)
    return missed


async def _sweep(engine: Engine, sweep: Sweep) -> int:
    """One account's; where it cannot be read now, the next sweep goes back as far."""
    context = await load_context(engine, sweep.tenant_id)
    is_connected = context.accounts.get(sweep.account_id) is ConnectionState.CONNECTED
    if context.everything_waits is not None or not is_connected:
        return 0
    now, calls = engine.clock(), list[Call]()
    try:
        changed = await _changed(engine, context, sweep, now, calls)
    except Disconnected as error:
        tell = engine.connections.broken
        await tell(sweep.tenant_id, Provider.BLING, sweep.account_id, error.state, error.text)
        return 0
    except VendorError as error:
        log.warning("sweep_put_off", tenant=str(sweep.tenant_id), code=error.code)
        return 0
    finally:
        async with engine.database.system() as conn:
            scopes = {call.id: str(sweep.account_id) for call in calls}
            await call_rows.record(conn, sweep.tenant_id, calls, scopes)
    async with engine.database.system() as conn:
        missed = await _queue(conn, sweep, changed, now)
    if missed:
        await engine.waker.wake([sweep.tenant_id])
    return missed


async def _changed(
    engine: Engine, context: Context, sweep: Sweep, now: datetime, calls: list[Call]
) -> list[RecordKey]:
    """What Bling's lists show as changed since the last sweep, as far as the mapping lets it pass."""
    pace.urgency.set(pace.Urgency.LATER)
    company = context.companies[sweep.account_id]
    bling = bling_client(engine, sweep.tenant_id, sweep.account_id, company, calls.append)
    asked = Asked(since=sweep.swept_until - OVERLAP)
    found: dict[int, None] = {}
    for one in slices.slices(sweep.kind, asked, listing.bounds_of(context), [sweep.account_id], now):
        page, is_full = 1, True
        while is_full:
            listed = await listing.page_of(bling, sweep.kind, one, page)
            found |= dict.fromkeys(int(row["id"]) for row in listed)
            page, is_full = page + 1, len(listed) >= PAGE
    return [RecordKey(sweep.kind, sweep.account_id, bling_id) for bling_id in found]


async def _queue(conn: Connection, sweep: Sweep, changed: Iterable[RecordKey], now: datetime) -> int:
    """Put what was missed into the inbox, and remember how far the account is known; how many."""
    records = list(changed)
    since = sweep.swept_until - OVERLAP
    known = await links.load(conn, sweep.tenant_id, records)
    waiting = await inbox.waiting_for(conn, sweep.tenant_id, records)
    heard = {key for key, link in known.items() if link.synced_at is not None and link.synced_at >= since}
    missed = [key for key in records if key not in waiting and key not in heard]
    source = Source.RECONCILE
    arrivals = [
        named_arrival(sweep.tenant_id, key, source, LANES[source], _name(key, since), now) for key in missed
    ]
    await inbox.insert(conn, arrivals)
    is_silent = not await _is_heard(conn, sweep, since)
    silent_since = (sweep.silent_since or (since if missed else None)) if is_silent else None
    await rows.swept(conn, sweep, now, len(missed), silent_since)
    return len(missed)


async def _is_heard(conn: Connection, sweep: Sweep, since: datetime) -> bool:
    """Whether Bling told anything of the account, be it written or left out by an option or a filter."""
    key = (sweep.tenant_id, sweep.account_id)
    last = await rows.last_heard(conn, *key)
    return (last is not None and last >= since) or await silences.is_heard(conn, *key, since)


def _name(key: RecordKey, since: datetime) -> str:
    return f"sweep:{key.kind}:{key.account_id}:{key.bling_id}:{since.timestamp():.0f}"
