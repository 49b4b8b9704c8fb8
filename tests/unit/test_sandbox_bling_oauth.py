"""Bling's authorisation server in the sandbox."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from sandbox.bling.oauth import CLIENT_ID, CLIENT_SECRET
from tests.support.bling_world import BlingWorld

BASIC = {"authorization": "Basic " + b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()}
DAY = 86_400


@pytest.fixture
def bling() -> BlingWorld:
    return BlingWorld()


async def token(
    bling: BlingWorld, headers: dict[str, str] = BASIC, **form: str
) -> tuple[int, dict[str, Any]]:
    return await bling.call("POST", "oauth/token", form=form, headers=headers)


async def exchange(bling: BlingWorld, code: str) -> tuple[int, dict[str, Any]]:
    return await token(bling, grant_type="authorization_code", code=code)


async def renew(bling: BlingWorld, refresh: str) -> tuple[int, dict[str, Any]]:
    return await token(bling, grant_type="refresh_token", refresh_token=refresh)


async def connect(bling: BlingWorld) -> dict[str, Any]:
    status, pair = await exchange(bling, bling.world.bling.oauth.grant_code(bling.company.id))
    assert status == 200
    return pair


async def may_call(bling: BlingWorld, access: str) -> bool:
    status, _ = await bling.call("GET", "empresas/me/dados-basicos", token=access)
    return status == 200


async def test_a_code_becomes_a_pair_of_a_real_ones_form(bling: BlingWorld) -> None:
    pair = await connect(bling)
    assert 1_500 <= len(pair["access_token"]) <= 3_000
    assert pair["access_token"].count(".") == 2
    assert pair["expires_in"] == 21_600
    assert all(scope.isdecimal() for scope in pair["scope"].split(" "))
    assert await may_call(bling, pair["access_token"])


async def test_a_code_dies_after_a_minute(bling: BlingWorld) -> None:
    code = bling.world.bling.oauth.grant_code(bling.company.id)
    bling.clock.advance(61)
    status, body = await exchange(bling, code)
    assert (status, body["error"]["type"]) == (400, "invalid_grant")


async def test_a_code_used_twice_ends_all_access_of_its_user(bling: BlingWorld) -> None:
    earlier = await connect(bling)
    code = bling.world.bling.oauth.grant_code(bling.company.id)
    _, pair = await exchange(bling, code)
    status, body = await exchange(bling, code)
    assert (status, body["error"]["type"]) == (400, "VALIDATION_ERROR")
    assert body["error"]["message"] == "Invalid authorization code"
    assert not await may_call(bling, pair["access_token"])
    assert not await may_call(bling, earlier["access_token"])
    assert (await renew(bling, earlier["refresh_token"]))[0] == 400


async def test_a_refresh_token_works_once(bling: BlingWorld) -> None:
    pair = await connect(bling)
    status, newer = await renew(bling, pair["refresh_token"])
    assert status == 200
    assert newer["refresh_token"] != pair["refresh_token"]
    status, body = await renew(bling, pair["refresh_token"])
    assert (status, body["error"]["type"]) == (400, "invalid_grant")
    assert (await renew(bling, newer["refresh_token"]))[0] == 200


async def test_access_ends_after_six_hours_on_the_sandboxs_clock(bling: BlingWorld) -> None:
    pair = await connect(bling)
    bling.clock.advance(21_601)
    status, body = await bling.call("GET", "depositos", token=pair["access_token"])
    assert (status, body["error"]["type"]) == (401, "invalid_token")


async def test_a_refresh_token_ends_after_thirty_days(bling: BlingWorld) -> None:
    pair = await connect(bling)
    bling.clock.advance(30 * DAY + 1)
    assert (await renew(bling, pair["refresh_token"]))[0] == 400


async def test_the_outsiders_token_survives_clock_and_reset(bling: BlingWorld) -> None:
    bling.clock.advance(400 * DAY)
    bling.world.bling.reset()
    assert await may_call(bling, bling.token)


async def test_credentials_in_the_body_are_refused(bling: BlingWorld) -> None:
    status, body = await token(
        bling,
        headers={"authorization": ""},
        grant_type="refresh_token",
        refresh_token="x",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    assert (status, body["error"]["type"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("header", "status", "kind"),
    [
        ("Basic !!!", 400, "invalid_request"),
        ("Bearer abc", 400, "invalid_request"),
        ("Basic " + b64encode(b"who:what").decode(), 401, "invalid_client"),
    ],
)
async def test_wrong_credentials(bling: BlingWorld, header: str, status: int, kind: str) -> None:
    got, body = await token(bling, {"authorization": header}, grant_type="refresh_token", refresh_token="x")
    assert (got, body["error"]["type"]) == (status, kind)


async def test_revoking_ends_one_token(bling: BlingWorld) -> None:
    pair, other = await connect(bling), await connect(bling)
    status, _ = await bling.call("POST", "oauth/revoke", form={"token": pair["access_token"]}, headers=BASIC)
    assert status == 200
    assert not await may_call(bling, pair["access_token"])
    assert await may_call(bling, other["access_token"])


async def test_a_missing_scope_refuses_that_resource_alone(bling: BlingWorld) -> None:
    pair = await connect(bling)
    bling.world.bling.missing_scopes[bling.company.id] = frozenset({"depositos"})
    status, body = await bling.call("GET", "depositos", token=pair["access_token"])
    assert (status, body["error"]["type"]) == (403, "insufficient_scope")
    assert (await bling.call("GET", "produtos", token=pair["access_token"]))[0] == 200


async def test_oauth_calls_are_rows_of_their_tenant(bling: BlingWorld) -> None:
    bling.world.tenants.put("tenant-1", bling.company.id, None)
    pair = await connect(bling)
    await renew(bling, pair["refresh_token"])
    await renew(bling, "unknown")
    rows = bling.world.calls.rows("bling")
    assert [(row.method, row.tenant, row.status) for row in rows] == [
        ("oauth", "tenant-1", 200),
        ("oauth", "tenant-1", 200),
        ("oauth", None, 400),
    ]


async def test_consent_goes_back_to_the_registered_address(bling: BlingWorld) -> None:
    query = f"response_type=code&client_id={CLIENT_ID}&state=abc&redirect_uri=http%3A%2F%2Felsewhere.test"
    page = await bling.answer("GET", f"oauth/authorize?{query}")
    assert bling.company.id.encode() in page.body
    assert b"Autorizar" in page.body
    assert b"Recusar" in page.body
    form = {"company": bling.company.id, "state": "abc", "decision": "authorize"}
    answer = await bling.answer("POST", f"oauth/authorize?{query}", form=form)
    location = dict(answer.headers)["location"]
    assert location.startswith("http://app.test/oauth/bling/callback?code=")
    assert location.endswith("&state=abc")


async def test_a_refused_consent_says_so(bling: BlingWorld) -> None:
    form = {"company": bling.company.id, "state": "abc", "decision": "refuse"}
    path = f"oauth/authorize?response_type=code&client_id={CLIENT_ID}&state=abc"
    answer = await bling.answer("POST", path, form=form)
    location = dict(answer.headers)["location"]
    assert "error=access_denied" in location
    assert location.endswith("&state=abc")
