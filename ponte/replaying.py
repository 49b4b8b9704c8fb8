"""`ponte replay --tenant ID …`: runs again what a filter shows, as a tenant's own people can from Eventos."""

from __future__ import annotations

import argparse
import asyncio
import sys
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from connector.account import replaying
from connector.account.clock import now
from connector.account.licence import right_of
from connector.account.people import PONTE
from connector.account.replaying import BadWish, Wish
from connector.settings import Settings
from connector.store import tenants
from connector.store.event_lists import Filter
from connector.store.ids import new_id
from connector.store.scope import Database, DatabaseAway
from connector.sync import replaying as bulk
from connector.sync.replaying import Replayed
from connector.sync.wake import Waker
from ponte.cli import REPLAY_FILTERS
from server.app import make_redis


class Refused(Exception):
    """Says why nothing was queued."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Print one line of JSON; 1 when nothing could be done and 2 for a bad filter, with the reason."""
    given = {name: value for name in REPLAY_FILTERS if (value := getattr(options, name)) is not None}
    try:
        wish = replaying.checked(given)
        done = asyncio.run(_replay(settings, options.tenant, wish, dry_run=options.dry_run))
    except BadWish as error:
        return _say(2, str(error))
    except Refused as error:
        return _say(1, str(error))
    except DatabaseAway as error:
        return _say(1, f"the database does not answer: {error}; look at DATABASE_URL")
    except (RedisError, OSError) as error:
        return _say(1, f"Redis does not answer: {error}; what was queued runs within a minute all the same")
    sys.stdout.write(msgspec.json.encode(done).decode() + "\n")
    return 0


async def _replay(settings: Settings, tenant_id: UUID, wish: Wish, *, dry_run: bool) -> Replayed:
    database, redis = await Database.open(settings.database_url, 2), make_redis(settings.redis_url)
    try:
        wanted = await _wanted(database, tenant_id, wish)
        at = now()
        if dry_run:
            return await bulk.survey(database, tenant_id, wanted, new_id(at))
        await _refuse_without_right(database, tenant_id)
        done = await bulk.replay_all(database, Waker(redis), tenant_id, wanted, new_id(at), at)
        await replaying.note(database, tenant_id, PONTE, wish, done.records, at)
        return done
    finally:
        await redis.aclose()
        await database.close()


async def _wanted(database: Database, tenant_id: UUID, wish: Wish) -> Filter:
    async with database.tenant(tenant_id) as conn:
        if await tenants.load(tenant_id) is None:
            raise Refused(f"there is no tenant {tenant_id}")
        found = await replaying.filter_of(conn, tenant_id, wish)
    return Filter(events=()) if found is None else found


async def _refuse_without_right(database: Database, tenant_id: UUID) -> None:
    async with database.tenant(tenant_id):
        right = await right_of(tenant_id, now())
    if right is None or right.refusal is not None:
        why = "has no licence" if right is None else f"may not sync now: {right.refusal}"
        raise Refused(f"tenant {tenant_id} {why}")


def _say(code: int, text: str) -> int:
    sys.stderr.write(f"ponte: {text}\n")
    return code
