"""The client against the sandbox: tokens, errors, the call log, lists without Bling's hiding defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bling import oauth
from connector.bling.errors import ADDRESS, DAY
from connector.bling.limits import Rates
from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Gone,
    Provider,
    Rejected,
    Throttled,
    Transient,
)
from tests.support import vendors
from tests.support.sandbox import Sandbox


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
async def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.BlingSide:
    return await vendors.bling(sandbox, redis, http)


def fault(sandbox: Sandbox, **more: object) -> None:
    sandbox.control("faults", {"provider": "bling", "method": "produtos", "times": 1, **more})


def post_product(sandbox: Sandbox, **fields: object) -> int:
    """A product made by the company's own people."""
    company = sandbox.ready["companies"][0]
    body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 4.99, **fields}
    answer = sandbox.client.post(
        "/bling/Api/v3/produtos", json=body, headers={"authorization": f"Bearer {company['access_token']}"}
    )
    product_id: int = answer.raise_for_status().json()["data"]["id"]
    return product_id


async def test_the_company_is_the_webhooks_company(side: vendors.BlingSide) -> None:
    company = await side.client.company()
    assert company["id"] == side.company_id
    (call,) = side.calls
    assert (call.provider, call.method, call.status) == (
        Provider.BLING,
        "GET /empresas/me/dados-basicos",
        200,
    )
    assert side.tokens.current not in call.request + call.response


async def test_a_product_is_read_with_exact_money(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    product_id = post_product(sandbox, preco=19.9)
    product = await side.client.product(product_id)
    assert product["preco"] == Decimal("19.9")
    assert isinstance(product["preco"], Decimal)
    assert side.calls[0].method == "GET /produtos/{id}"


async def test_the_list_hides_nothing(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    ids = [post_product(sandbox, situacao=state, codigo=f"S-{state}") for state in "AI"]
    rows = await side.client.products(ids=ids)
    assert sorted(row["id"] for row in rows) == sorted(ids)
    (row,) = await side.client.products(codes=["S-I"])
    assert row["id"] == ids[1]


async def test_what_does_not_exist_is_gone(side: vendors.BlingSide) -> None:
    with pytest.raises(Gone):
        await side.client.product(16842389999)


async def test_an_expired_token_is_renewed_once(
    sandbox: Sandbox, side: vendors.BlingSide, redis: Redis, http: httpx.AsyncClient
) -> None:
    sandbox.control("clock", {"advance_s": 22_000})
    pair = await vendors.bling_oauth(sandbox, redis, http).refresh(side.tokens.next.pop())
    side.tokens.next = [pair.access_token]
    old = side.tokens.current
    assert (await side.client.company())["id"] == side.company_id
    assert side.tokens.renewals == [old]
    assert [call.status for call in side.calls] == [401, 200]


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        (401, "UNAUTHORIZED_ERROR", ConnectionState.INACTIVE),
        (403, "insufficient_scope", ConnectionState.SCOPE_MISSING),
    ],
)
async def test_broken_connections(
    sandbox: Sandbox, side: vendors.BlingSide, status: int, error: str, state: ConnectionState
) -> None:
    fault(sandbox, status=status, error=error)
    with pytest.raises(Disconnected) as broken:
        await side.client.products()
    assert broken.value.state is state


async def test_a_second_unauthorized_breaks_the_connection(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    fault(sandbox, status=401, error="invalid_token", times=2)
    side.tokens.next = [side.tokens.current]
    with pytest.raises(Disconnected) as broken:
        await side.client.products()
    assert broken.value.state is ConnectionState.NEEDS_RECONNECT
    assert len(side.calls) == 2


async def test_a_crowded_second_is_waited_out(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    fault(sandbox, status=429, error="second")
    await side.client.products()
    assert [call.status for call in side.calls] == [429, 200]
    assert (await side.limiter.usage()).others_today == 1


async def test_a_used_up_day_stops_the_account(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    fault(sandbox, status=429, error="day")
    for _ in range(2):
        with pytest.raises(Throttled) as stopped:
            await side.client.products()
        assert stopped.value.code == DAY
    assert len(side.calls) == 1, "nothing is sent until the day is over"


@pytest.mark.parametrize("error", ["html", "SERVER_ERROR"])
async def test_5xx_are_transient(sandbox: Sandbox, side: vendors.BlingSide, error: str) -> None:
    fault(sandbox, status=500, error=error)
    with pytest.raises(Transient):
        await side.client.products()
    assert side.calls[0].status == 500


async def test_a_lost_answer_is_transient(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    fault(sandbox, drop=True)
    with pytest.raises(Transient) as lost:
        await side.client.products()
    assert lost.value.unknown


async def test_a_code_is_good_once(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> None:
    app = vendors.bling_oauth(sandbox, redis, http)
    code = vendors.bling_code(sandbox)
    pair = await app.exchange(code)
    assert pair.refresh_token
    assert pair.expires_in == 21600
    with pytest.raises(Rejected):
        await app.exchange(code)


async def test_a_refresh_token_rotates(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> None:
    app = vendors.bling_oauth(sandbox, redis, http)
    first = await app.exchange(vendors.bling_code(sandbox))
    second = await app.refresh(first.refresh_token or "")
    assert second.access_token != first.access_token
    with pytest.raises(Disconnected) as refused:
        await app.refresh(first.refresh_token or "")
    assert refused.value.state is ConnectionState.NEEDS_RECONNECT


async def test_a_wrong_secret_is_our_mistake_and_no_tenants(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    app = vendors.bling_oauth(sandbox, redis, http)
    app._basic = httpx.BasicAuth("x", "y")
    with pytest.raises(Transient) as wrong:
        await app.refresh("any")
    assert wrong.value.code == "invalid_client"


async def test_a_revoked_token_is_refused(side: vendors.BlingSide, sandbox: Sandbox, redis: Redis) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        await vendors.bling_oauth(sandbox, redis, http).revoke(side.tokens.current)
    side.tokens.next = [side.tokens.current]
    with pytest.raises(Disconnected):
        await side.client.company()


async def test_a_blocked_address_stops_all_its_callers(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient
) -> None:
    boundless = Rates(per_second=3, address_per_second=10_000, error_burst=10_000)
    side = await vendors.bling(sandbox, redis, http, boundless)
    for _ in range(601):
        sandbox.client.get("/bling/Api/v3/produtos")
    for _ in range(3):
        with pytest.raises(Throttled) as blocked:
            await side.client.company()
        assert blocked.value.code == ADDRESS
    assert len(side.calls) == 1, "nobody calls from a blocked address"
    with pytest.raises(Throttled):
        await vendors.bling_oauth(sandbox, redis, http).refresh("any")


def test_the_consent_page_is_told_only_what_counts() -> None:
    url = oauth.authorize_url("https://www.bling.com.br/Api/v3/oauth/authorize", "app", "a b")
    assert url.endswith("?response_type=code&client_id=app&state=a+b")
