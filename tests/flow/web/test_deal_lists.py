"""What there is to choose from for orders: read from a real portal and a real account, and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import msgspec
import pytest

from connector.account import deal_lists
from connector.account.deal_lists import DealLists, Trouble
from connector.domain.events import Kind
from connector.domain.pipelines import SEEDED
from connector.settings import Settings
from connector.store import standing
from ponte.runtime.redis import Redis
from server.app import create_server
from tests.support.mapped import get, held_order, lists_of, never_read, paths_called, put, rule_in, settled
from tests.support.office import Customer, Office, running
from tests.support.sandbox import Sandbox

TABLE = {"9": "WON", "12": "LOSE"}


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """Connected on both sides."""
    return await settled(office, sandbox)


async def test_lists_are_read_once_and_kept(office: Office, tenant: Customer, sandbox: Sandbox) -> None:
    await never_read(office)
    lists = await lists_of(office, tenant)
    (account,) = lists.accounts
    assert (account.trouble, lists.trouble) == (None, None)
    assert {one.id for one in SEEDED} < {one.id for one in account.situations}
    assert {one.name: one.valor for one in account.situations}["Despachado"] == 3
    assert account.sellers
    assert account.channels
    assert lists.places is not None
    assert [one.id for one in lists.places.pipelines][:1] == [0]
    sandbox.control("calls", method="DELETE")
    assert await lists_of(office, tenant) == lists
    assert paths_called(sandbox) == []
    assert (await lists_of(office, tenant, timedelta(minutes=11))).places == lists.places
    assert any(path.endswith("/canais-venda") for path in paths_called(sandbox))


async def test_reading_lists_stands_in_the_call_log(office: Office, tenant: Customer) -> None:
    await never_read(office)
    before = len(await office.rows("api_call"))
    await lists_of(office, tenant)
    calls = await office.rows("api_call")
    assert len(calls) - before >= 6
    assert {row["method"] for row in calls} >= {"GET /vendedores", "GET /canais-venda", "batch"}


async def test_a_vendor_that_is_away_leaves_what_was_known(
    office: Office, tenant: Customer, sandbox: Sandbox
) -> None:
    known = await lists_of(office, tenant)
    for provider, method in (("bling", "situacoes"), ("bling", "vendedores"), ("bitrix24", "batch")):
        sandbox.control("faults", {"provider": provider, "method": method, "status": 503, "times": 20})
    found = await lists_of(office, tenant, timedelta(minutes=11))
    assert (found.accounts[0].trouble, found.trouble) == (Trouble.AWAY, Trouble.AWAY)
    assert found.situations == known.situations
    assert found.places == known.places


async def test_without_a_connection_there_are_the_situations_of_every_account(
    office: Office, customer: Customer
) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'needs_reconnect'")
    lists = await lists_of(office, customer)
    assert (lists.accounts[0].trouble, lists.trouble) == (Trouble.DISCONNECTED, Trouble.DISCONNECTED)
    assert lists.situations == SEEDED
    assert lists.places is None


async def test_a_list_without_its_scope_takes_none_from_the_others(
    office: Office, tenant: Customer, sandbox: Sandbox
) -> None:
    fault = {"provider": "bling", "method": "vendedores", "status": 403, "error": "insufficient_scope"}
    sandbox.control("faults", {**fault, "times": 20})
    (account,) = (await lists_of(office, tenant)).accounts
    assert (account.trouble, account.sellers) == (Trouble.REFUSED, ())
    assert account.situations
    assert account.channels
    assert (await office.api(tenant, "GET", "/status")).json()["connections"]["bling"][0][
        "state"
    ] == "connected"


async def test_situations_without_a_stage_are_told(office: Office, tenant: Customer) -> None:
    lists = await lists_of(office, tenant)
    await held_order(office, tenant, 777, "stage_missing")
    assert await _unknown(office, tenant, lists) == {777}
    sent = await get(office, tenant)
    rule_in(sent, "etapa")["transform"]["table"] = TABLE
    await put(office, tenant, sent)
    await held_order(office, tenant, 778, "stage_missing")
    assert await _unknown(office, tenant, lists) == {one.id for one in lists.situations} - {9, 12} | {778}


async def _unknown(office: Office, tenant: Customer, lists: DealLists) -> set[int]:
    async with office.database.tenant(tenant.tenant_id) as conn:
        mapping = await standing.mapping(conn, tenant.tenant_id, Kind.ORDER)
        found = await deal_lists.unknown_situations(conn, tenant.tenant_id, mapping, lists)
    return {one.id for one in found}


async def test_another_tenants_lists_are_not_seen(office: Office, tenant: Customer) -> None:
    await lists_of(office, tenant)
    other = await office.customer()
    async with office.database.tenant(other.tenant_id) as conn:
        found = await deal_lists.kept(conn, other.tenant_id)
    assert (found.places, found.situations) == (None, SEEDED)


async def test_without_redis_no_vendor_is_asked_and_mappings_are_there(
    settings: Settings, sandbox: Sandbox, own_redis: Callable[[], Redis]
) -> None:
    redis = own_redis()
    app = create_server(msgspec.structs.replace(settings, redis_url=redis.url()))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
        office = Office(app.state.parts, client)
        tenant = await settled(office, sandbox)
        await never_read(office)
        redis.kill()
        sandbox.control("calls", method="DELETE")
        shown = await get(office, tenant)
        rule_in(shown, "etapa")["transform"]["table"] = TABLE
        assert (await put(office, tenant, shown))["version"] == 2
        lists = await lists_of(office, tenant)
        assert (lists.trouble, lists.accounts[0].trouble) == (Trouble.AWAY, Trouble.AWAY)
        assert paths_called(sandbox) == []
