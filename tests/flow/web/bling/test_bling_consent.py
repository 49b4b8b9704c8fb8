"""Connecting Bling as a person does it: consent, refusal, and all that may be wrong with the way back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import httpx
import msgspec
import pytest

from connector.settings import Settings
from connector.store.people import Role
from ponte.app import create_app
from ponte.runtime.redis import Redis
from tests.support.consent import Visitor, connected, oauth_calls, state_of, visitor
from tests.support.office import Customer, Office, message, running
from tests.support.sandbox import Sandbox


async def _actions(office: Office) -> list[str]:
    return [row["action"] for row in await office.rows("audit")]


async def _accounts(office: Office, sandbox: Sandbox, company: int = 0) -> list[str]:
    company_id = sandbox.ready["companies"][company]["company_id"]
    return [row["state"] for row in await office.rows("account", "company_id = $1", company_id)]


async def test_the_start_leads_to_bling_with_nothing_but_what_it_knows(
    owner: Visitor, settings: Settings
) -> None:
    url = await owner.start()
    assert url.startswith(f"{settings.bling_authorize_url}?response_type=code&client_id=")
    assert {part.partition("=")[0] for part in url.partition("?")[2].split("&")} == {
        "response_type",
        "client_id",
        "state",
    }
    assert len(state_of(url)) >= 22  # 128 bits in base64


async def test_a_state_is_kept_as_a_hash(office: Office, owner: Visitor) -> None:
    state = state_of(await owner.start())
    (row,) = await office.rows("consent")
    assert state.encode() not in row["hash"]
    assert row["started"]


async def test_consent_connects_and_says_so(office: Office, sandbox: Sandbox, owner: Visitor) -> None:
    answer = await owner.connect()
    assert answer.status_code == 303
    page = await owner.get(answer.headers["location"])
    assert "está conectada" in page.text
    assert await _accounts(office, sandbox) == ["connected"]
    assert not await office.rows("consent")


async def test_a_refusal_is_told_in_plain_words(office: Office, sandbox: Sandbox, owner: Visitor) -> None:
    back = owner.decide(await owner.start(), decision="refuse")
    answer = await owner.get(back)
    page = await owner.get(answer.headers["location"])
    assert "Você recusou a autorização no Bling" in page.text
    assert not oauth_calls(sandbox)
    assert await _accounts(office, sandbox) == []
    assert "bling.consent_failed" in await _actions(office)


@pytest.mark.parametrize(
    ("error", "words"),
    [("app_inativo", "está inativo no Bling"), ("UNAUTHORIZED_ERROR", "empresa está inativa")],
)
async def test_blings_own_refusals_are_told(owner: Visitor, sandbox: Sandbox, error: str, words: str) -> None:
    state = state_of(await owner.start())
    answer = await owner.get(f"/oauth/bling/callback?error={error}&state={state}")
    assert words in (await owner.get(answer.headers["location"])).text
    assert not oauth_calls(sandbox)


async def test_a_callback_that_comes_twice_asks_bling_once(
    office: Office, sandbox: Sandbox, owner: Visitor
) -> None:
    back = owner.decide(await owner.start())
    await owner.get(back)
    again = await owner.get(back)
    assert "falha=endereco" in again.headers["location"]
    assert len(oauth_calls(sandbox)) == 1
    assert await _accounts(office, sandbox) == ["connected"]


async def test_a_stolen_state_does_nothing_and_its_owner_still_connects(
    office: Office, sandbox: Sandbox, owner: Visitor, tenant: Customer
) -> None:
    back = owner.decide(await owner.start())
    thief = await visitor(office, sandbox, await office.customer())
    colleague = await visitor(office, sandbox, tenant, await office.colleague(tenant, Role.ADMIN))
    for other in (thief, colleague):
        assert "falha=endereco" in (await other.get(back)).headers["location"]
    assert not oauth_calls(sandbox)
    assert "conectada=" in (await owner.get(back)).headers["location"]


@pytest.mark.parametrize(
    "query", ["", "?code=abc", "?state=&code=abc", "?state=%00&code=%00", "?state=x&code=y"]
)
async def test_a_callback_without_a_state_of_ours_asks_nobody(
    sandbox: Sandbox, office: Office, owner: Visitor, query: str
) -> None:
    answer = await owner.get(f"/oauth/bling/callback{query}")
    assert "falha=endereco" in answer.headers["location"]
    assert not oauth_calls(sandbox)
    assert "bling.consent_failed" in await _actions(office)


async def test_a_callback_without_a_session_is_a_clear_page(
    office: Office, sandbox: Sandbox, owner: Visitor
) -> None:
    back = owner.decide(await owner.start())
    answer = await office.client.get(back, headers={"accept": "text/html"})
    assert (answer.status_code, "Nada foi alterado" in answer.text) == (400, True)
    assert not oauth_calls(sandbox)


async def test_an_old_state_is_refused(office: Office, sandbox: Sandbox, owner: Visitor) -> None:
    back = owner.decide(await owner.start())
    async with office.database.system() as conn:
        await conn.execute("UPDATE consent SET expires_at = now() - interval '1 second'")
    assert "falha=endereco" in (await owner.get(back)).headers["location"]
    assert not oauth_calls(sandbox)


async def test_a_code_that_bling_refuses_is_not_tried_again(
    office: Office, sandbox: Sandbox, owner: Visitor
) -> None:
    state = state_of(await owner.start())
    answer = await owner.get(f"/oauth/bling/callback?code=unknown&state={state}")
    assert "falha=codigo" in answer.headers["location"]
    assert len(oauth_calls(sandbox)) == 1
    assert await _accounts(office, sandbox) == []


async def test_a_token_endpoint_that_fails_is_not_asked_again(sandbox: Sandbox, owner: Visitor) -> None:
    back = owner.decide(await owner.start())
    sandbox.control("faults", {"provider": "bling", "method": "oauth", "status": 500, "times": 1})
    assert "falha=bling" in (await owner.get(back)).headers["location"]
    assert len(oauth_calls(sandbox)) == 1


async def test_who_may_only_read_starts_nothing(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    reader = await visitor(office, sandbox, tenant, await office.colleague(tenant, Role.VIEWER))
    assert (await reader.get("/oauth/bling/start")).status_code == 403
    page = await reader.get("/configuracao/conexoes")
    assert "/oauth/bling/start" not in page.text
    assert not await office.rows("consent")


async def test_another_tenants_account_cannot_be_reconnected(office: Office, owner: Visitor) -> None:
    stranger = await office.customer()
    for account in (stranger.account_id, uuid4(), "nonsense"):
        answer = await owner.get(f"/oauth/bling/start?conta={account}")
        assert "falha=endereco" in answer.headers["location"]
    assert not await office.rows("consent")


async def test_one_company_in_two_tenants(office: Office, sandbox: Sandbox, owner: Visitor) -> None:
    other = await office.customer()
    await owner.connect()
    await (await visitor(office, sandbox, other)).connect()
    company_id = sandbox.ready["companies"][0]["company_id"]
    assert await _accounts(office, sandbox) == ["connected", "connected"]
    await office.bling_sends(message(company_id))
    assert len({row["tenant_id"] for row in await office.rows("inbox")}) == 2


async def test_the_plan_limits_the_accounts_but_not_reconnecting(
    office: Office, sandbox: Sandbox, owner: Visitor, tenant: Customer
) -> None:
    first = await connected(office, sandbox, tenant)
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET plan = 'essencial'")
    assert "falha=plano" in (await owner.get("/oauth/bling/start")).headers["location"]
    assert "conectada=" in (await owner.connect(query=f"?conta={first.id}")).headers["location"]


async def test_another_company_than_the_one_to_be_reconnected_is_pointed_out(
    office: Office, sandbox: Sandbox, owner: Visitor, tenant: Customer
) -> None:
    first = await connected(office, sandbox, tenant)
    answer = await owner.connect(company=1, query=f"?conta={first.id}")
    page = await owner.get(answer.headers["location"])
    assert "Você autorizou outra empresa" in page.text


async def test_an_own_app_is_used_once_its_consent_succeeds(
    office: Office, sandbox: Sandbox, settings: Settings, owner: Visitor
) -> None:
    secret = settings.bling_client_secret
    kept = await owner.post(
        "/configuracao/conexoes/aplicativo", client_id=settings.bling_client_id, client_secret=secret
    )
    page = await owner.get(kept.headers["location"])
    assert secret not in page.text
    ticket = kept.headers["location"].partition("?aplicativo=")[2]
    await owner.connect(query=f"?aplicativo={ticket}")
    (row,) = await office.rows("account", "client_id IS NOT NULL")
    assert row["client_id"] == settings.bling_client_id
    (route,) = await office.rows("account_route", "client_secret IS NOT NULL")
    assert secret.encode() not in route["client_secret"]
    again = await owner.get("/configuracao/conexoes")
    assert f"/webhooks/bling/{row['account_key']}" in again.text
    assert secret not in again.text


async def test_a_ticket_is_good_once_and_for_its_session(
    office: Office, sandbox: Sandbox, settings: Settings, owner: Visitor, tenant: Customer
) -> None:
    kept = await owner.post("/configuracao/conexoes/aplicativo", client_id="mine", client_secret="secret")
    ticket = kept.headers["location"].partition("?aplicativo=")[2]
    colleague = await visitor(office, sandbox, tenant, await office.colleague(tenant, Role.ADMIN))
    refused = await colleague.get(f"/oauth/bling/start?aplicativo={ticket}")
    assert "falha=endereco" in refused.headers["location"]
    assert "client_id=mine" in await owner.start(f"?aplicativo={ticket}")
    again = await owner.get(f"/oauth/bling/start?aplicativo={ticket}")
    assert "falha=endereco" in again.headers["location"]


@pytest.mark.parametrize("form", [{}, {"client_id": "x"}, {"client_id": "x" * 300, "client_secret": "y"}])
async def test_half_an_app_is_not_kept(office: Office, owner: Visitor, form: dict[str, str]) -> None:
    answer = await owner.post("/configuracao/conexoes/aplicativo", **form)
    assert "não foi guardado" in (await owner.get(answer.headers["location"])).text
    assert not await office.rows("consent")


async def test_without_a_limiter_nobody_is_asked(
    settings: Settings, sandbox: Sandbox, own_redis: Callable[[], Redis]
) -> None:
    redis = own_redis()
    app = create_app(msgspec.structs.replace(settings, redis_url=redis.url()))
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
            office = Office(app.state.parts, client)
            owner = await visitor(office, sandbox, await office.customer())
            back = owner.decide(await owner.start())
            redis.stop()
            answer = await owner.get(back)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Um momento" in answer.text
    assert not oauth_calls(sandbox)
