"""The facts of a self-check: both vendors are asked at most every 30 s, the database each time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from connector.account import deal_lists, field_lists, mappings, toggles
from connector.account.connect import Connecting
from connector.account.deal_lists import DealLists, Trouble, tried
from connector.account.field_lists import FieldLists
from connector.account.licence import right_of
from connector.account.self_check import Answers, Facts
from connector.account.vendors import bling_client, portal_client
from connector.domain.events import Kind, RecordState
from connector.domain.field_watch import What
from connector.domain.vendor import Call, ConnectionState, Provider
from connector.store import calls, connections, heard, history, inbox, tenants
from connector.store.connections import Account, Portal
from connector.store.scope import Connection

#: Seconds that answers of vendors are good for.
GOOD_FOR_S = 30
#: Seconds that somebody else's asking may take (`deal_lists.PATIENCE_S` and some more).
ASKING_S = 10
_LOOK_AGAIN_S = 0.25
#: The mapping editor's kinds.
_MAPPED = (Kind.PRODUCT, Kind.ORDER, Kind.SALE)
#: Says that the account exists and that its token works; costs one request.
_PORTAL_METHOD = "app.info"


class Times(msgspec.Struct, frozen=True):
    """The real time, and the one of licences."""

    now: datetime
    business_now: datetime


async def gather(connecting: Connecting, tenant_id: UUID, times: Times) -> Facts:
    """Everything that is known of the tenant now. Vendors first: what they say may change a connection."""
    answers = await _answers(connecting, tenant_id, times.now)
    async with connecting.database.tenant(tenant_id) as conn:
        return await _facts(conn, tenant_id, times, answers)


async def _facts(conn: Connection, tenant_id: UUID, times: Times, answers: Answers) -> Facts:
    lists = await field_lists.kept(conn, tenant_id)
    tenant, portal = await tenants.load(tenant_id), await connections.portal(conn, tenant_id)
    _, oldest = await inbox.depth(conn, tenant_id)
    return Facts(
        now=times.now,
        accounts=tuple(await connections.accounts(conn, tenant_id)),
        portal=portal,
        portal_name=urlsplit(portal.client_endpoint).netloc if portal else "",
        right=await right_of(tenant_id, times.business_now),
        paused=tenant is not None and tenant.paused_at is not None,
        toggles=await toggles.load(tenant_id),
        answers=answers,
        heard_at=await heard.bling(conn, tenant_id, times.now),
        stages_missing=await _stages_missing(conn, tenant_id, lists.deals),
        rules_broken=await _rules_broken(conn, tenant_id, lists),
        held=await inbox.held(conn, tenant_id),
        oldest_due_at=oldest,
        records_in_need=_in_need(await history.summary(conn, tenant_id)),
    )


async def _stages_missing(conn: Connection, tenant_id: UUID, lists: DealLists) -> int | None:
    if lists.places is None:
        return None
    mapping = await mappings.current(conn, tenant_id, Kind.ORDER)
    return len(await deal_lists.unknown_situations(conn, tenant_id, mapping, lists))


async def _rules_broken(conn: Connection, tenant_id: UUID, lists: FieldLists) -> int:
    """Rules that name what is there no more, by what was read of both sides last."""
    broken: set[tuple[Kind, str]] = set()
    for kind in _MAPPED:
        mapping = await mappings.current(conn, tenant_id, kind)
        changes = await field_lists.watch(conn, tenant_id, mapping, lists)
        broken |= {(kind, rule) for one in changes if one.what is What.REMOVED for rule in one.rules}
    return len(broken)


def _in_need(states: Mapping[Kind, Mapping[RecordState, int]]) -> int:
    return sum(one.get(RecordState.NEEDS_YOU, 0) for one in states.values())


async def _answers(connecting: Connecting, tenant_id: UUID, now: datetime) -> Answers:
    """Kept ones while they are fresh. One asks, the others wait for it; without Redis nobody is asked."""
    key = f"self_check:{tenant_id}"
    try:
        if (kept := await connecting.redis.get(key)) is not None:
            return msgspec.json.decode(kept, type=Answers)
        if not await connecting.redis.set(f"{key}:asking", 1, nx=True, ex=ASKING_S):
            return await _wait(connecting, key)
        found = await _ask(connecting, tenant_id, now)
        await connecting.redis.set(key, msgspec.json.encode(found), ex=GOOD_FOR_S)
        await connecting.redis.delete(f"{key}:asking")
    except (RedisError, OSError):
        return Answers()
    return found


async def _wait(connecting: Connecting, key: str) -> Answers:
    for _ in range(round(ASKING_S / _LOOK_AGAIN_S)):
        await asyncio.sleep(_LOOK_AGAIN_S)
        if (kept := await connecting.redis.get(key)) is not None:
            return msgspec.json.decode(kept, type=Answers)
    return Answers()


async def _ask(connecting: Connecting, tenant_id: UUID, now: datetime) -> Answers:
    async with connecting.database.tenant(tenant_id) as conn:
        accounts = await connections.accounts(conn, tenant_id)
        portal = await connections.portal(conn, tenant_id)
    working = [one for one in accounts if one.state is ConnectionState.CONNECTED]
    there = portal if portal is not None and portal.state is ConnectionState.CONNECTED else None
    *bling, bitrix24 = await asyncio.gather(
        *(_ask_bling(connecting, tenant_id, one) for one in working),
        _ask_portal(connecting, tenant_id, there),
    )
    by_account = {str(one.id): trouble for one, trouble in zip(working, bling, strict=True)}
    return Answers(bling=by_account, bitrix24=bitrix24, bitrix24_asked=there is not None, at=now)


async def _ask_bling(connecting: Connecting, tenant_id: UUID, account: Account) -> Trouble | None:
    made: list[Call] = []
    client = bling_client(connecting, tenant_id, account, made.append)

    async def read() -> None:
        await client.company()

    trouble = await tried(connecting, tenant_id, Provider.BLING, account.id, read)
    async with connecting.database.tenant(tenant_id) as conn:
        await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
    return trouble


async def _ask_portal(connecting: Connecting, tenant_id: UUID, portal: Portal | None) -> Trouble | None:
    if portal is None:
        return None
    made: list[Call] = []
    client = portal_client(connecting, tenant_id, portal, made.append)

    async def read() -> None:
        await client.call(_PORTAL_METHOD, {})

    trouble = await tried(connecting, tenant_id, Provider.BITRIX24, None, read)
    async with connecting.database.tenant(tenant_id) as conn:
        await calls.record(conn, tenant_id, made)
    return trouble
