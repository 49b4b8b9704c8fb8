"""Connecting, and tokens: refreshed when needed, by one process, never lost silently."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from connector import pace
from connector.account import connect_bitrix24, connect_bling
from connector.account.connections import Connections
from connector.account.people import PONTE
from connector.domain.vendor import ConnectionState, Disconnected, Provider, Rejected
from connector.store import connections as rows
from connector.store.connections import Account
from tests.support.office import Customer, Office, message
from tests.support.sandbox import Sandbox


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """A tenant whose limiters know that nothing was spent."""
    await pace.assume_idle(office.parts.redis)
    return await office.customer()


@pytest.fixture
async def other_process(office: Office) -> AsyncIterator[Connections]:
    """The same tenant's tokens as another process holds them."""
    parts = office.parts
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Connections(parts.settings, parts.database, parts.redis, http, parts.vault, parts.clock)


async def _connected(office: Office, sandbox: Sandbox, tenant: Customer, company: int = 0) -> Account:
    company_id = sandbox.ready["companies"][company]["company_id"]
    code = sandbox.control("grant", {"provider": "bling", "company_id": company_id})["code"]
    return await connect_bling.connect(office.parts.connecting, tenant.tenant_id, code, PONTE)


async def _install(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    member_id = sandbox.ready["portals"][0]["member_id"]
    form = sandbox.control("grant", {"provider": "bitrix24", "member_id": member_id})
    await connect_bitrix24.connect(office.parts.connecting, tenant.tenant_id, form, PONTE)


def _token_calls(sandbox: Sandbox) -> int:
    calls = sandbox.control("calls?provider=bling", method="GET")
    calls = calls["items"] if isinstance(calls, dict) else calls
    return sum(call["path"].endswith("/oauth/token") for call in calls)


async def _expire(office: Office, table: str) -> None:
    async with office.database.system() as conn:
        await conn.execute(f"UPDATE {table} SET expires_at = now() - interval '1 minute'")


async def test_connecting_bling_keeps_the_account_and_its_route(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    account = await _connected(office, sandbox, tenant)
    async with office.database.tenant(tenant.tenant_id) as conn:
        stored = await rows.account(conn, tenant.tenant_id, account.id)
    assert stored is not None
    assert (stored.state, stored.main) == (ConnectionState.CONNECTED, False)
    assert (await office.bling_sends(message(account.company_id))).status_code == 200
    assert [row["account_id"] for row in await office.rows("inbox")] == [account.id]


async def test_what_came_between_consent_and_connection_is_not_lost(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    company_id = sandbox.ready["companies"][0]["company_id"]
    await office.bling_sends(message(company_id))
    account = await _connected(office, sandbox, tenant)
    assert [row["account_id"] for row in await office.rows("inbox")] == [account.id]
    assert not await office.rows("unclaimed")


async def test_tokens_are_sealed_at_rest(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    account = await _connected(office, sandbox, tenant)
    token = await office.parts.connections.bling_tokens(tenant.tenant_id, account.id).token()
    (row,) = await office.rows("account", "id = $1", account.id)
    assert token.encode() not in row["access_token"]


async def test_a_code_is_good_once(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    with pytest.raises(Rejected):
        await connect_bling.connect(office.parts.connecting, tenant.tenant_id, "no code", PONTE)


async def test_connecting_bitrix24_prepares_the_catalogue(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    await _install(office, sandbox, tenant)
    (portal,) = await office.rows("portal")
    assert (portal["state"], portal["product_link_property"] is not None) == ("connected", True)
    assert len(await office.rows("portal_route")) == 1


async def test_a_portal_belongs_to_one_tenant(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    await _install(office, sandbox, tenant)
    with pytest.raises(Rejected):
        await _install(office, sandbox, await office.customer())


async def test_a_forged_install_is_refused(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    member_id = sandbox.ready["portals"][0]["member_id"]
    form = {"member_id": member_id, "AUTH_ID": "x", "REFRESH_ID": "x"}
    with pytest.raises(Rejected):
        await connect_bitrix24.connect(office.parts.connecting, tenant.tenant_id, form, PONTE)
    assert not await office.rows("portal")


async def test_a_good_token_costs_no_call(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    account = await _connected(office, sandbox, tenant)
    before = _token_calls(sandbox)
    tokens = office.parts.connections.bling_tokens(tenant.tenant_id, account.id)
    assert await tokens.token() == await tokens.token()
    assert _token_calls(sandbox) == before


async def test_two_processes_refresh_once_and_both_get_the_new_token(
    office: Office, sandbox: Sandbox, tenant: Customer, other_process: Connections
) -> None:
    account = await _connected(office, sandbox, tenant)
    await _expire(office, "account")
    before = _token_calls(sandbox)
    ours, theirs = (
        one.bling_tokens(tenant.tenant_id, account.id) for one in (office.parts.connections, other_process)
    )
    found = await asyncio.gather(*(source.token() for source in (ours, theirs, ours, theirs)))
    assert len(set(found)) == 1
    assert _token_calls(sandbox) == before + 1


async def test_a_refused_token_is_renewed_once_for_both(
    office: Office, sandbox: Sandbox, tenant: Customer, other_process: Connections
) -> None:
    account = await _connected(office, sandbox, tenant)
    ours, theirs = (
        one.bling_tokens(tenant.tenant_id, account.id) for one in (office.parts.connections, other_process)
    )
    old = await ours.token()
    before = _token_calls(sandbox)
    found = await asyncio.gather(ours.renewed(old), theirs.renewed(old))
    assert len(set(found)) == 1
    assert found[0] != old
    assert _token_calls(sandbox) == before + 1


async def test_the_portals_token_is_renewed_too(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    await _install(office, sandbox, tenant)
    tokens = office.parts.connections.bitrix24_tokens(tenant.tenant_id)
    old = await tokens.token()
    new = await tokens.renewed(old)
    assert new != old
    assert await tokens.token() == new


async def test_a_pair_lost_in_a_crash_is_noticed(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    account = await _connected(office, sandbox, tenant)
    (before,) = await office.rows("account", "id = $1", account.id)
    tokens = office.parts.connections.bling_tokens(tenant.tenant_id, account.id)
    await tokens.renewed(await tokens.token())
    async with office.database.system() as conn:  # as if the process had died before its commit
        await conn.execute(
            "UPDATE account SET access_token = $2, refresh_token = $3, expires_at = now() WHERE id = $1",
            account.id,
            before["access_token"],
            before["refresh_token"],
        )
    office.parts.connections.forget_account(tenant.tenant_id, account.id)
    with pytest.raises(Disconnected):
        await office.parts.connections.bling_tokens(tenant.tenant_id, account.id).token()
    (row,) = await office.rows("account", "id = $1", account.id)
    assert row["state"] == "needs_reconnect"
    assert "bling.broken" in {row["action"] for row in await office.rows("audit")}


async def test_reconnecting_releases_what_waited(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    account = await _connected(office, sandbox, tenant)
    await office.bling_sends(message(account.company_id))
    state = ConnectionState.NEEDS_RECONNECT
    await office.parts.connections.broken(tenant.tenant_id, Provider.BLING, account.id, state, "gone")
    async with office.database.system() as conn:
        await conn.execute("UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'needs_reconnect'")
    again = await _connected(office, sandbox, tenant)
    assert again.id == account.id
    (event,) = await office.rows("inbox")
    assert (event["due_at"] is not None, event["outcome"]) == (True, None)
    (row,) = await office.rows("account", "id = $1", account.id)
    assert row["state"] == "connected"


async def test_a_broken_connection_is_told_once(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    account = await _connected(office, sandbox, tenant)
    for _ in range(3):
        await office.parts.connections.broken(
            tenant.tenant_id, Provider.BLING, account.id, ConnectionState.INACTIVE, "inactive"
        )
    actions = [row["action"] for row in await office.rows("audit")]
    assert actions.count("bling.broken") == 1
