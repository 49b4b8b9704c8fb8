"""Leaving Bling and coming back: links and history stay, what came meanwhile is held and then released."""

from __future__ import annotations

import pytest

from connector.account import connect_bitrix24, connect_bling
from connector.account.people import PONTE
from connector.domain.vendor import ConnectionState, Disconnected
from connector.store.connections import Account
from connector.store.people import Role
from connector.sync.drain import drain
from tests.support.consent import Visitor, connected, oauth_calls, visitor
from tests.support.office import Customer, Office, message
from tests.support.sandbox import Sandbox


@pytest.fixture
async def account(office: Office, sandbox: Sandbox, tenant: Customer) -> Account:
    """An account of its that Ponte connected."""
    return await connected(office, sandbox, tenant)


async def _state(office: Office, account: Account) -> str:
    (row,) = await office.rows("account", "id = $1", account.id)
    return str(row["state"])


async def test_disconnecting_gives_the_tokens_back_and_forgets_them(
    office: Office, sandbox: Sandbox, owner: Visitor, account: Account
) -> None:
    answer = await owner.post(f"/configuracao/conexoes/{account.id}/desconectar")
    assert "foi desconectada" in (await owner.get(answer.headers["location"])).text
    (row,) = await office.rows("account", "id = $1", account.id)
    assert (row["state"], row["access_token"], row["refresh_token"]) == ("none", None, None)
    assert [call["status"] for call in oauth_calls(sandbox, "revoke")] == [200, 200]
    assert "bling.disconnected" in {row["action"] for row in await office.rows("audit")}


async def test_the_same_company_of_another_tenant_stays_connected(
    office: Office, sandbox: Sandbox, owner: Visitor, account: Account
) -> None:
    other = await office.customer()
    theirs = await connected(office, sandbox, other)
    await owner.post(f"/configuracao/conexoes/{account.id}/desconectar")
    tokens = office.parts.connections.bling_tokens(other.tenant_id, theirs.id)
    assert await tokens.renewed(await tokens.token())
    assert await _state(office, theirs) == "connected"


async def test_nobody_calls_in_its_name_any_more(office: Office, tenant: Customer, account: Account) -> None:
    await connect_bling.disconnect(office.parts.connecting, tenant.tenant_id, account.id, PONTE)
    with pytest.raises(Disconnected) as refusal:
        await office.parts.connections.bling_tokens(tenant.tenant_id, account.id).token()
    assert refusal.value.state is ConnectionState.NONE


async def test_a_bling_that_does_not_answer_does_not_keep_the_account(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account
) -> None:
    sandbox.control("faults", {"provider": "bling", "method": "oauth", "status": 500, "times": 1})
    assert (
        await connect_bling.disconnect(office.parts.connecting, tenant.tenant_id, account.id, PONTE) is False
    )
    assert await _state(office, account) == "none"


async def test_what_comes_meanwhile_is_held_and_released_by_reconnecting(
    office: Office, sandbox: Sandbox, owner: Visitor, tenant: Customer, account: Account
) -> None:
    async with office.database.system() as conn:  # so that nothing but this account keeps events waiting
        await conn.execute("DELETE FROM account WHERE id = $1", tenant.account_id)
    form = sandbox.control(
        "grant", {"provider": "bitrix24", "member_id": sandbox.ready["portals"][0]["member_id"]}
    )
    await connect_bitrix24.connect(office.parts.connecting, tenant.tenant_id, form, PONTE)
    await owner.post(f"/configuracao/conexoes/{account.id}/desconectar")
    await office.bling_sends(message(account.company_id))
    await drain(office.parts.engine, tenant.tenant_id, "test")
    (event,) = await office.rows("inbox")
    assert (event["outcome"], event["reason"]) == ("held", "not_connected")
    status = (await office.api(tenant, "GET", "/status")).json()["connections"]["bling"][0]
    assert (status["state"], status["held"]) == ("none", 1)
    page = await owner.get("/configuracao/conexoes")
    assert "Reconecte para liberar 1 alteração" in page.text
    await owner.connect(query=f"?conta={account.id}")
    (event,) = await office.rows("inbox")
    assert (event["outcome"], event["due_at"] is not None) == (None, True)
    (row,) = await office.rows("account", "company_id = $1", account.company_id)
    assert (row["id"], row["state"], row["account_key"]) == (account.id, "connected", account.account_key)


async def test_another_account_becomes_the_main_one(
    office: Office, sandbox: Sandbox, owner: Visitor, tenant: Customer, account: Account
) -> None:
    await connect_bling.disconnect(office.parts.connecting, tenant.tenant_id, tenant.account_id, PONTE)
    (main,) = await office.rows("account", "main")
    assert main["id"] == account.id


async def test_the_main_account_is_the_tenants_choice(
    office: Office, owner: Visitor, tenant: Customer, account: Account
) -> None:
    assert (await owner.post(f"/configuracao/conexoes/{account.id}/principal")).status_code == 303
    (main,) = await office.rows("account", "main")
    assert main["id"] == account.id
    await connect_bling.disconnect(office.parts.connecting, tenant.tenant_id, tenant.account_id, PONTE)
    refused = await owner.post(f"/configuracao/conexoes/{tenant.account_id}/principal")
    assert refused.status_code == 409


@pytest.mark.parametrize("what", ["desconectar", "principal"])
async def test_another_tenants_account_is_out_of_reach(
    office: Office, owner: Visitor, account: Account, what: str
) -> None:
    stranger = await office.customer()
    answer = await owner.post(f"/configuracao/conexoes/{stranger.account_id}/{what}")
    assert answer.status_code in (404, 409)
    (row,) = await office.rows("account", "id = $1", stranger.account_id)
    assert (row["state"], row["main"]) == ("connected", True)


async def test_who_may_only_read_disconnects_nothing(
    office: Office, sandbox: Sandbox, tenant: Customer, account: Account
) -> None:
    reader = await visitor(office, sandbox, tenant, await office.colleague(tenant, Role.VIEWER))
    answer = await reader.post(f"/configuracao/conexoes/{account.id}/desconectar")
    assert answer.status_code == 403
    assert await _state(office, account) == "connected"


async def test_every_page_says_reconecte_while_a_connection_needs_it(
    office: Office, owner: Visitor, account: Account
) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'needs_reconnect' WHERE id = $1", account.id)
    for path in ("/", "/configuracao/conexoes", "/configuracao/produto", "/eventos"):
        page = await owner.get(path)
        assert "Reconecte" in page.text
        # Pages that read lists find out that the tenant's other account never had tokens: it may stand first.
        assert "/oauth/bling/start?conta=" in page.text
