"""Opening the app inside a portal: who gets in, whose the portal becomes, and what a forged POST does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from connector.account.openings import Openings
from connector.account.signin import SignedIn, sign_in
from connector.domain.vendor import Rejected
from connector.settings import Settings
from connector.store.people import Role
from server.sessions import cookie_name
from tests.support.apps import whole_app
from tests.support.frame import Frame, ancestors
from tests.support.office import PASSWORD, Customer, Office, running
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
def frame(office: Office, sandbox: Sandbox) -> Frame:
    """The spare portal."""
    return Frame(office.client, sandbox)


async def _founded(frame: Frame) -> httpx.Response:
    return await frame.submit(await frame.open(), "/bitrix24/continuar")


def _calls(sandbox: Sandbox) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sandbox.control("calls?provider=bitrix24", method="GET")
    return [row for row in rows if not row["outsider"]]


async def _nothing_happened(office: Office) -> None:
    for table in ("portal_route", "tenant", "person", "session"):
        assert await office.rows(table) == []


async def test_a_new_portal_is_asked_whose_it_is(frame: Frame, office: Office) -> None:
    shown = await frame.open()
    assert shown.status_code == 200
    assert "Continuar" in shown.text
    assert "Já tenho conta" in shown.text
    assert ancestors(shown) == f"'self' {frame.sandbox.url}"
    await _nothing_happened(office)


async def test_continuar_makes_a_tenant_of_the_administrators(frame: Frame, office: Office) -> None:
    answer = await _founded(frame)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    inside = await frame.get("/")
    assert inside.status_code == 200
    assert 'class="in-frame"' in inside.text
    assert "Ana Administradora" in inside.text
    assert [row["role"] for row in await office.rows("membership")] == ["owner"]
    assert [row["state"] for row in await office.rows("licence")] == ["trial"]


async def test_the_portal_is_ready_after_that(frame: Frame, office: Office) -> None:
    await _founded(frame)
    (portal,) = await office.rows("portal")
    assert (portal["member_id"], portal["state"]) == (frame.member_id, "connected")
    assert None not in (
        portal["product_link_property"],
        portal["offer_link_property"],
        portal["base_price_type"],
    )
    (kept,) = await office.rows("portal")
    assert '"id":0' in kept["crm"].replace(" ", "")
    bound = await _bound(office, frame)
    assert {"ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE"} <= bound
    assert {"bitrix24.connected", "person.joined"} <= {row["action"] for row in await office.rows("audit")}


async def _bound(office: Office, frame: Frame) -> set[str]:
    (portal,) = await office.rows("portal")
    token = await office.parts.connections.bitrix24_tokens(portal["tenant_id"]).token()
    rows = Portal(frame.sandbox, 2, token).call("event.get")
    return {row["event"] for row in rows}


async def test_handlers_are_bound_again_after_an_update(frame: Frame, office: Office) -> None:
    await _founded(frame)
    frame.sandbox.client.post(f"/bitrix24/{frame.member_id}/acts/update-app").raise_for_status()
    assert await _bound(office, frame) == set()
    await frame.open()
    assert "ONAPPUNINSTALL" in await _bound(office, frame)


async def test_the_cookies_are_the_frames_own(frame: Frame) -> None:
    for answer in (await frame.open(), await _founded(frame)):
        for line in answer.headers.get_list("set-cookie"):
            for word in ("SameSite=none", "Secure", "HttpOnly", "Partitioned", "Path=/"):
                assert word in line
            assert line.startswith("ponte-")


async def test_opening_again_signs_in(frame: Frame, office: Office) -> None:
    await _founded(frame)
    again = Frame(office.client, frame.sandbox)
    assert (await again.open()).headers["location"] == "/"
    assert "Ana Administradora" in (await again.get("/")).text
    assert len(await office.rows("person")) == 1
    assert [row["role"] for row in await office.rows("membership")] == ["owner"]


async def test_a_colleague_without_rights_only_reads(frame: Frame, office: Office) -> None:
    await _founded(frame)
    colleague = Frame(office.client, frame.sandbox)
    await colleague.open(form=colleague.form(5))
    assert "Vítor Vendedor" in (await colleague.get("/")).text
    (member,) = await office.rows("membership", "role <> 'owner'")
    assert member["role"] == "viewer"


async def test_an_administrators_lost_rights_are_noticed_at_the_next_opening(
    frame: Frame, office: Office
) -> None:
    await _founded(frame)
    async with office.database.system() as conn:
        await conn.execute("UPDATE membership SET role = 'admin'")
    frame.sandbox.client.post(f"/bitrix24/{frame.member_id}/acts/dismiss-administrator").raise_for_status()
    await frame.open()
    assert [row["role"] for row in await office.rows("membership")] == ["viewer"]


async def test_who_was_removed_stays_out(frame: Frame, office: Office) -> None:
    await _founded(frame)
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM membership")
    refused = await frame.open()
    assert refused.status_code == 403
    assert "Seu acesso foi retirado" in refused.text
    assert ancestors(refused).endswith(frame.sandbox.url)


async def test_only_an_administrator_connects(frame: Frame, office: Office) -> None:
    refused = await frame.open(form=frame.form(5))
    assert refused.status_code == 403
    assert "administrador" in refused.text
    await _nothing_happened(office)


async def test_who_has_an_account_brings_the_portal_to_it(
    frame: Frame, office: Office, customer: Customer
) -> None:
    await frame.open()
    form = await frame.get("/bitrix24/entrar")
    answer = await frame.submit(form, "/bitrix24/entrar", email=customer.email, password=PASSWORD)
    assert answer.headers["location"] == "/"
    assert "Dona" in (await frame.get("/")).text
    (door,) = await office.rows("portal_route")
    assert door["tenant_id"] == customer.tenant_id


async def test_a_wrong_password_brings_nothing(frame: Frame, office: Office, customer: Customer) -> None:
    await frame.open()
    form = await frame.get("/bitrix24/entrar")
    answer = await frame.submit(form, "/bitrix24/entrar", email=customer.email, password="errada")
    assert answer.status_code == 422
    assert customer.email in answer.text
    assert await office.rows("portal_route") == []
    right = await frame.submit(answer, "/bitrix24/entrar", email=customer.email, password=PASSWORD)
    assert right.status_code == 303


async def test_a_viewer_brings_no_portal(frame: Frame, office: Office, customer: Customer) -> None:
    email = await office.colleague(customer, Role.VIEWER)
    await frame.open()
    form = await frame.get("/bitrix24/entrar")
    answer = await frame.submit(form, "/bitrix24/entrar", email=email, password=PASSWORD)
    assert answer.status_code == 403
    assert await office.rows("portal_route") == []


async def test_a_tenant_has_one_portal(frame: Frame, office: Office, customer: Customer) -> None:
    for number, status in ((2, 303), (3, 403)):
        other = Frame(office.client, frame.sandbox, number)
        await other.open()
        form = await other.get("/bitrix24/entrar")
        answer = await other.submit(form, "/bitrix24/entrar", email=customer.email, password=PASSWORD)
        assert answer.status_code == status
    assert "já tem outro portal" in answer.text


async def test_a_choice_is_made_once(frame: Frame, office: Office) -> None:
    shown, cookies = await frame.open(), dict(frame.cookies)
    await frame.submit(shown, "/bitrix24/continuar")
    frame.cookies = cookies
    again = await frame.submit(shown, "/bitrix24/continuar")
    assert again.status_code == 403
    assert len(await office.rows("tenant")) == 1


async def test_a_choice_needs_the_word_of_its_page(frame: Frame, office: Office) -> None:
    shown = await frame.open()
    without = await frame.submit(httpx.Response(200, text=""), "/bitrix24/continuar")
    assert without.status_code == 403
    other = Frame(office.client, frame.sandbox)
    await other.open()
    assert (await other.submit(shown, "/bitrix24/continuar")).status_code == 403
    await _nothing_happened(office)


@pytest.mark.parametrize(
    "claim",
    [
        {"member_id": "f" * 32},
        {"AUTH_ID": "forged", "REFRESH_ID": "forged"},
        {"AUTH_ID": ""},
        {"AUTH_ID": "x" * 3000},
        {"member_id": "\0"},
    ],
    ids=["unknown portal", "forged tokens", "no token", "long", "nul"],
)
@pytest.mark.parametrize("door", ["app", "install"])
async def test_a_forged_form_changes_nothing(
    frame: Frame, office: Office, door: str, claim: dict[str, str]
) -> None:
    with capture_logs() as logs:
        refused = await frame.open(door, claims=claim)
    assert refused.status_code == 403
    assert "Não reconhecemos este portal" in refused.text
    assert ancestors(refused) == "'none'"
    assert refused.headers.get_list("set-cookie") == []
    assert [line["log_level"] for line in logs if line["event"] == "bitrix24_opening_refused"] == ["warning"]
    await _nothing_happened(office)


async def test_another_portals_token_is_no_proof(frame: Frame, office: Office) -> None:
    stolen = Frame(office.client, frame.sandbox, 3).form()
    refused = await frame.open(form=stolen, claims={"member_id": frame.member_id})
    assert refused.status_code == 403
    await _nothing_happened(office)


@pytest.mark.parametrize("where", ["127.0.0.1:1", "169.254.169.254", "10.0.0.1", "localhost", "evil.example"])
async def test_addresses_in_a_form_are_never_called(frame: Frame, office: Office, where: str) -> None:
    claims = {"DOMAIN": where, "SERVER_ENDPOINT": f"http://{where}/rest/", "PROTOCOL": "0"}
    shown = await frame.open(claims=claims)
    assert shown.status_code == 200
    assert ancestors(shown) == f"'self' {frame.sandbox.url}"
    assert {
        row["path"].split("/rest/")[0] for row in _calls(frame.sandbox) if "/oauth/" not in row["path"]
    } == {f"/bitrix24/{frame.member_id}"}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"x=" + b"y" * 20_000, 413), (b"&".join([b"a=b"] * 100), 403), (b"\xff\xfe", 403), (b"", 403)],
    ids=["large", "many", "binary", "empty"],
)
async def test_an_odd_body_is_refused_without_a_call(
    frame: Frame, office: Office, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    answer = await office.client.post("/bitrix24/app", content=body, headers=headers)
    assert answer.status_code == status
    assert _calls(frame.sandbox) == []


async def test_forgers_have_a_small_budget(frame: Frame, office: Office) -> None:
    statuses = [(await frame.open(claims={"AUTH_ID": "x", "REFRESH_ID": "y"})).status_code for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2
    assert len(_calls(frame.sandbox)) == 20
    answer = await frame.open()
    assert 1 <= int(answer.headers["retry-after"]) <= 61


async def test_the_install_page_finishes_the_installation(frame: Frame, office: Office) -> None:
    page = await frame.open("install")
    assert page.status_code == 200
    assert f"{frame.sandbox.url}/bitrix24/api/v1/" in page.text
    assert ancestors(page) == f"'self' {frame.sandbox.url}"
    await _nothing_happened(office)


async def test_installing_again_mends_the_connection(frame: Frame, office: Office) -> None:
    await _founded(frame)
    async with office.database.system() as conn:
        await conn.execute("UPDATE portal SET state = 'needs_reconnect', access_token = NULL")
    await frame.open("install")
    (portal,) = await office.rows("portal")
    assert portal["state"] == "connected"
    assert portal["access_token"] is not None


async def test_opening_mends_a_broken_connection(frame: Frame, office: Office) -> None:
    await _founded(frame)
    async with office.database.system() as conn:
        await conn.execute("UPDATE portal SET state = 'uninstalled', access_token = NULL")
    await Frame(office.client, frame.sandbox).open(form=frame.form(5))
    assert [row["state"] for row in await office.rows("portal")] == ["uninstalled"]
    await frame.open()
    assert [row["state"] for row in await office.rows("portal")] == ["connected"]


async def test_the_frame_and_the_tab_have_sessions_of_their_own(
    frame: Frame, office: Office, customer: Customer
) -> None:
    await _founded(frame)
    opened = await sign_in(office.database, customer.email, PASSWORD, office.parts.clock.now())
    assert isinstance(opened, SignedIn)
    frame.cookies[cookie_name(office.parts.settings)] = opened.token
    assert "Ana Administradora" in (await frame.get("/")).text
    outside = await frame.get("/", {"sec-fetch-dest": "document"})
    assert "Dona" in outside.text
    assert ancestors(outside) == "'none'"
    marked = await frame.get("/", {"sec-fetch-dest": "empty", "x-ponte-frame": "1"})
    assert "Ana Administradora" in marked.text


async def test_the_authorisation_server_away_is_said(frame: Frame, office: Office) -> None:
    frame.sandbox.control("faults", {"provider": "bitrix24", "method": "oauth", "status": 502, "times": 5})
    answer = await frame.open()
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    await _nothing_happened(office)


async def test_sair_ends_the_frames_session_and_says_how_to_come_back(frame: Frame, office: Office) -> None:
    await _founded(frame)
    left = await frame.submit(await frame.get("/"), "/sair")
    assert left.status_code == 200
    assert "Você saiu" in left.text
    assert ancestors(left).endswith(frame.sandbox.url)
    assert await office.rows("session") == []
    assert (await frame.get("/")).headers["location"] == "/entrar"


async def test_production_calls_no_portal_inside_our_network(frame: Frame, office: Office) -> None:
    """The authorisation server itself names an inner address: a portal of its owner's may have any name."""
    parts = office.parts
    production = replace(parts.connecting, settings=msgspec.structs.replace(parts.settings, env="production"))
    with pytest.raises(Rejected) as refused:
        await Openings(production, parts.redis).prove(frame.form(), "192.0.2.1")
    assert refused.value.code == "not_https"
    assert {row["method"] for row in _calls(frame.sandbox)} == {"oauth"}
