"""The client against the sandbox: tokens, errors, the call log, setting up, and proofs of installs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bitrix24 import oauth
from connector.bitrix24.setup import LINK_CODE, prepare
from connector.domain.vendor import ConnectionState, Disconnected, Provider, Rejected, Transient
from tests.support import vendors
from tests.support.sandbox import Sandbox


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
async def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.Bitrix24Side:
    return vendors.bitrix24(sandbox, redis, http)


def fault(sandbox: Sandbox, **more: object) -> None:
    sandbox.control("faults", {"provider": "bitrix24", "method": "profile", "times": 1, **more})


async def test_an_answer_tells_its_call(side: vendors.Bitrix24Side) -> None:
    answer = await side.client.call("catalog.priceType.list", {"select": ["id", "name"]})
    (call,) = side.calls
    assert answer.call_id == call.id
    assert answer.total == len(answer.result["priceTypes"])
    assert (call.provider, call.method, call.status, call.error) == (
        Provider.BITRIX24,
        "catalog.priceType.list",
        200,
        None,
    )
    assert "select" in call.request
    assert "priceTypes" in call.response


async def test_no_token_enters_the_call_log(side: vendors.Bitrix24Side) -> None:
    await side.client.call("profile", {})
    (call,) = side.calls
    assert side.tokens.current not in call.request + call.response


async def test_an_expired_token_is_renewed_once(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    sandbox.control("clock", {"advance_s": 3700})
    side.tokens.next = [await vendors.renew_bitrix24(sandbox, http, side.form["REFRESH_ID"])]
    old = side.tokens.current
    assert (await side.client.call("profile", {})).result["ADMIN"]
    assert side.tokens.renewals == [old]
    assert [call.status for call in side.calls] == [401, 200]


async def test_a_second_refusal_breaks_the_connection(sandbox: Sandbox, side: vendors.Bitrix24Side) -> None:
    sandbox.control("clock", {"advance_s": 3700})
    side.tokens.next = [side.tokens.current]
    with pytest.raises(Disconnected) as broken:
        await side.client.call("profile", {})
    assert broken.value.state is ConnectionState.NEEDS_RECONNECT
    assert len(side.calls) == 2


async def test_a_refusal_is_the_vendors_text(side: vendors.Bitrix24Side) -> None:
    with pytest.raises(Rejected) as refused:
        await side.client.call("catalog.product.add", {"fields": {"iblockId": 1}})
    assert "name" in refused.value.text
    assert side.calls[0].error


@pytest.mark.parametrize("error", ["html", "INTERNAL_SERVER_ERROR"])
async def test_5xx_leave_the_outcome_unknown(
    sandbox: Sandbox, side: vendors.Bitrix24Side, error: str
) -> None:
    fault(sandbox, status=500, error=error)
    with pytest.raises(Transient) as failed:
        await side.client.call("profile", {})
    assert failed.value.unknown


async def test_a_lost_answer_leaves_the_outcome_unknown(sandbox: Sandbox, side: vendors.Bitrix24Side) -> None:
    fault(sandbox, drop=True)
    with pytest.raises(Transient) as failed:
        await side.client.call("profile", {})
    assert failed.value.unknown
    assert side.calls[0].status == 0


async def test_an_unreachable_portal_carried_nothing_out(side: vendors.Bitrix24Side) -> None:
    side.client.portal = type(side.client.portal)("http://127.0.0.1:1/rest/", "m")
    with pytest.raises(Transient) as failed:
        await side.client.call("profile", {})
    assert not failed.value.unknown


async def test_a_late_answer_is_a_lost_one(sandbox: Sandbox, side: vendors.Bitrix24Side) -> None:
    fault(sandbox, delay_ms=400)
    with pytest.raises(Transient) as failed:
        await side.client.call("profile", {}, timeout=0.1)
    assert failed.value.unknown


async def test_preparing_finds_and_makes_what_sync_needs_once(side: vendors.Bitrix24Side) -> None:
    parts = await prepare(side.client)
    assert parts.offer_iblock_id not in (None, parts.product_iblock_id)
    assert parts.product_link_property != parts.offer_link_property
    assert await prepare(side.client) == parts
    assert len(side.calls) == 3 + 2, "nothing is made the second time"
    filters = {"iblockId": parts.product_iblock_id, "code": LINK_CODE}
    listed = await side.client.call("catalog.productProperty.list", {"filter": filters})
    (row,) = listed.result["productProperties"]
    assert (row["name"], row["propertyType"]) == ("Bling ID", "S")


async def test_a_refresh_rotates_and_tells_the_portal(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    app = sandbox.ready["bitrix24"]
    keys = (app["oauth_url"], app["client_id"], app["client_secret"])
    pair = await oauth.refresh(http, *keys, side.form["REFRESH_ID"])
    assert pair.member_id == side.client.portal.member_id
    assert pair.client_endpoint == side.client.portal.client_endpoint
    assert pair.user_id
    with pytest.raises(Disconnected) as refused:
        await oauth.refresh(http, *keys, side.form["REFRESH_ID"])
    assert refused.value.state is ConnectionState.NEEDS_RECONNECT


async def test_a_wrong_secret_is_an_uninstalled_app(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    app = sandbox.ready["bitrix24"]
    with pytest.raises(Disconnected) as refused:
        await oauth.refresh(http, app["oauth_url"], app["client_id"], "wrong", side.form["REFRESH_ID"])
    assert refused.value.state is ConnectionState.UNINSTALLED


async def verify(sandbox: Sandbox, http: httpx.AsyncClient, form: dict[str, str]) -> oauth.Install:
    app = sandbox.ready["bitrix24"]
    return await oauth.verify_install(http, [app["oauth_url"]], app["client_id"], app["client_secret"], form)


async def test_an_install_is_proved_by_its_access_token(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    install = await verify(sandbox, http, side.form)
    assert install.portal == side.client.portal
    assert install.pair is None


async def test_else_by_a_renewal(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    install = await verify(sandbox, http, {**side.form, "AUTH_ID": "x"})
    assert install.portal == side.client.portal
    assert install.pair is not None


@pytest.mark.parametrize(
    "forged",
    [{"member_id": "0" * 32}, {"AUTH_ID": "x", "REFRESH_ID": "y"}, {"AUTH_ID": "", "REFRESH_ID": ""}],
)
async def test_a_forged_install_is_rejected(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient, forged: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        await verify(sandbox, http, {**side.form, **forged})


async def test_only_configured_servers_are_asked(
    sandbox: Sandbox, side: vendors.Bitrix24Side, http: httpx.AsyncClient
) -> None:
    claims = {**side.form, "SERVER_ENDPOINT": "http://127.0.0.1:1/rest/", "DOMAIN": "127.0.0.1:1"}
    assert (await verify(sandbox, http, claims)).portal == side.client.portal
