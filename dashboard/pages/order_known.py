"""What Configuração › Pedido is told from: mappings in force, lists to choose from, orders that wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from connector.account import deal_lists, mappings, toggles
from connector.account.deal_lists import DealLists
from connector.account.vendors import bling_client
from connector.domain.events import Kind
from connector.domain.vendor import Call, ConnectionState, VendorError
from connector.store import account_lists, calls, connections, history
from connector.store import deal_lists as waiting_rows
from connector.store import mappings as versions
from connector.store.account_lists import ListName
from connector.store.scope import Connection
from dashboard.telling.order_known import Known
from server.parts import Parts

#: How long the example waits for Bling; the page shows an invented one meanwhile.
PATIENCE_S = 6.0


async def known(conn: Connection, tenant_id: UUID, lists: DealLists) -> Known:
    """Inside the tenant's scope; `lists` as fresh as the screen wants them."""
    order = await mappings.current(conn, tenant_id, Kind.ORDER)
    saved = await versions.latest(tenant_id, Kind.ORDER)
    bodies = await waiting_rows.held_for_stage(conn, tenant_id, deal_lists.MOST_HELD)
    return Known(
        order=order,
        sale=await mappings.current(conn, tenant_id, Kind.SALE),
        saved_at=saved.created_at if saved else None,
        lists=lists,
        unknown=await deal_lists.unknown_situations(conn, tenant_id, order, lists),
        colours=await _colours(tenant_id),
        waiting=_waiting(bodies),
        toggles=await toggles.load(tenant_id),
        on_deleted=await toggles.on_deleted(tenant_id),
    )


async def last_order(parts: Parts, tenant_id: UUID) -> Mapping[str, object] | None:
    """The order that came last, as Bling has it now; None without one, or when Bling does not answer."""
    async with parts.database.tenant(tenant_id) as conn:
        found = await history.events(conn, tenant_id, history.Filter(kind=Kind.ORDER), None, 1)
        key = found[0].record if found else None
        account = await connections.account(conn, tenant_id, key.account_id) if key else None
    if key is None or account is None or account.state is not ConnectionState.CONNECTED:
        return None
    made: list[Call] = []
    client = bling_client(parts.connecting, tenant_id, account, made.append)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await client.order(key.bling_id)
    except (VendorError, TimeoutError):
        return None
    finally:
        async with parts.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})


async def _colours(tenant_id: UUID) -> dict[int, str]:
    """As the accounts paint their situations."""
    saved = await account_lists.load(tenant_id)
    rows = [row for one in saved if one.name is ListName.SITUATIONS for row in one.rows]
    return {int(row["id"]): str(row.get("cor") or "") for row in rows if row.get("id")}


class _Situation(msgspec.Struct):
    id: int


class _Order(msgspec.Struct):
    situacao: _Situation


class _Message(msgspec.Struct):
    data: _Order


_MESSAGES = msgspec.json.Decoder(_Message)


def _waiting(bodies: Iterable[bytes]) -> Counter[int]:
    """How many messages wait for each situation's stage."""
    return Counter(number for body in bodies if (number := _situation(body)) is not None)


def _situation(body: bytes) -> int | None:
    try:
        return _MESSAGES.decode(body).data.situacao.id
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
