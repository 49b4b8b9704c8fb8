"""Entrar com Bitrix24 from outside: the portal's own page, a state of this browser, a code good once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from litestar import Litestar

from connector.account.portal_login import portal_url
from connector.account.signin import SignedIn, sign_in
from connector.domain.vendor import Rejected
from connector.settings import Settings
from connector.store.people import Role
from server.sessions import cookie_name
from tests.support.apps import whole_app
from tests.support.frame import Frame
from tests.support.office import PASSWORD, Customer, Office, running
from tests.support.sandbox import Sandbox

START, CALLBACK = "/oauth/bitrix24/start", "/oauth/bitrix24/callback"
PAGE = {"accept": "text/html"}


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = whole_app(settings)
    async with running(app):
        yield app


class Tab:
    """A browser's tab: its cookies, and the way over the portal's consent page."""

    def __init__(self, office: Office, sandbox: Sandbox, number: int = 2) -> None:
        self.office, self.sandbox = office, sandbox
        self.portal = f"{sandbox.url}/bitrix24/{sandbox.ready['portals'][number]['member_id']}"
        self.cookies: dict[str, str] = {}

    async def sign_in(self, email: str) -> None:
        opened = await sign_in(self.office.database, email, PASSWORD, self.office.parts.clock.now())
        assert isinstance(opened, SignedIn)
        self.cookies[cookie_name(self.office.parts.settings)] = opened.token

    async def get(self, path: str, query: dict[str, str] | None = None) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.office.client.get(path, params=query, headers=PAGE | {"cookie": cookie})
        for line in answer.headers.get_list("set-cookie"):
            for morsel in SimpleCookie(line).values():
                self.cookies[morsel.key] = morsel.value
        return answer

    async def consented(self) -> dict[str, str]:
        """What the portal's page sends the browser back with."""
        away = (await self.get(START, {"portal": self.portal})).headers["location"]
        back = self.sandbox.client.post(away, data={"decision": "authorize"}).headers["location"]
        assert urlsplit(back).path == CALLBACK
        return dict(parse_qsl(urlsplit(back).query))


@pytest.fixture
def tab(office: Office, sandbox: Sandbox) -> Tab:
    """Outside of the spare portal."""
    return Tab(office, sandbox)


async def _found(office: Office, sandbox: Sandbox) -> None:
    frame = Frame(office.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")


async def test_without_an_address_it_asks_for_one(tab: Tab) -> None:
    asked = await tab.get(START)
    assert asked.status_code == 200
    assert "Qual é o seu Bitrix24?" in asked.text


async def test_it_leads_to_the_portals_own_page(tab: Tab) -> None:
    answer = await tab.get(START, {"portal": tab.portal})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{tab.portal}/oauth/authorize/?client_id=")
    assert len(dict(parse_qsl(urlsplit(answer.headers["location"]).query))["state"]) >= 22


async def test_another_sites_link_leads_nowhere(office: Office, tab: Tab) -> None:
    headers = PAGE | {"sec-fetch-site": "cross-site"}
    answer = await office.client.get(START, params={"portal": "evil.example"}, headers=headers)
    assert answer.status_code == 200
    assert "evil.example" in answer.text


@pytest.mark.parametrize("typed", ["x", "javascript:alert(1)", "https://", "a b.example", "ftp://x.example"])
async def test_what_is_no_address_is_said_beside_the_field(tab: Tab, typed: str) -> None:
    answer = await tab.get(START, {"portal": typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("Empresa.bitrix24.com.br", "https://empresa.bitrix24.com.br"),
        (" https://crm.empresa.com.br/company/ ", "https://crm.empresa.com.br"),
        ("http://empresa.bitrix24.com", None),
        ("https://user@empresa.com", None),
        ("localhost", None),
    ],
)
def test_addresses_in_production(settings: Settings, typed: str, url: str | None) -> None:
    production = msgspec.structs.replace(settings, env="production")
    if url is None:
        with pytest.raises(Rejected):
            portal_url(typed, production)
    else:
        assert portal_url(typed, production) == url


async def test_it_signs_in_who_has_a_portal_here(tab: Tab, office: Office, sandbox: Sandbox) -> None:
    await _found(office, sandbox)
    answer = await tab.get(CALLBACK, await tab.consented())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Ana Administradora" in (await tab.get("/")).text


async def test_an_unknown_portal_is_told_what_to_do(tab: Tab, office: Office) -> None:
    answer = await tab.get(CALLBACK, await tab.consented())
    assert answer.status_code == 403
    assert "ainda não usa a Ponte" in answer.text
    assert await office.rows("portal_route") == []


async def test_who_is_signed_in_connects_the_portal(tab: Tab, office: Office, customer: Customer) -> None:
    await tab.sign_in(customer.email)
    answer = await tab.get(CALLBACK, await tab.consented())
    assert answer.headers["location"] == "/configuracao/conexoes?portal=conectado"
    (portal,) = await office.rows("portal")
    assert (portal["tenant_id"], portal["state"]) == (customer.tenant_id, "connected")
    assert portal["product_link_property"] is not None


async def test_a_viewer_connects_nothing(tab: Tab, office: Office, customer: Customer) -> None:
    await tab.sign_in(await office.colleague(customer, Role.VIEWER))
    assert (await tab.get(CALLBACK, await tab.consented())).status_code == 403
    assert await office.rows("portal") == []


async def test_another_tenants_portal_is_not_taken(
    tab: Tab, office: Office, sandbox: Sandbox, customer: Customer
) -> None:
    await _found(office, sandbox)
    await tab.sign_in(customer.email)
    answer = await tab.get(CALLBACK, await tab.consented())
    assert answer.status_code == 403
    assert "já está conectado" in answer.text
    assert await office.rows("portal", "tenant_id = $1", customer.tenant_id) == []


async def test_a_callback_works_once(tab: Tab, office: Office, sandbox: Sandbox) -> None:
    await _found(office, sandbox)
    back, word = await tab.consented(), dict(tab.cookies)
    assert (await tab.get(CALLBACK, back)).status_code == 303
    tab.cookies = word
    again = await tab.get(CALLBACK, back)
    assert again.status_code == 403
    assert "não vale mais" in again.text


async def test_a_stolen_state_does_nothing(tab: Tab, office: Office, sandbox: Sandbox) -> None:
    await _found(office, sandbox)
    back = await tab.consented()
    assert (await Tab(office, sandbox).get(CALLBACK, back)).status_code == 403


async def test_a_state_belongs_to_the_person_who_began(tab: Tab, office: Office, customer: Customer) -> None:
    back = await tab.consented()
    await tab.sign_in(customer.email)
    assert (await tab.get(CALLBACK, back)).status_code == 403
    assert await office.rows("portal") == []


async def test_a_code_is_used_up(tab: Tab, office: Office, sandbox: Sandbox) -> None:
    await _found(office, sandbox)
    first = await tab.consented()
    await tab.get(CALLBACK, first)
    second = await tab.consented() | {"code": first["code"]}
    assert (await tab.get(CALLBACK, second)).status_code == 403


async def test_a_late_code_is_refused(tab: Tab, office: Office, sandbox: Sandbox) -> None:
    await _found(office, sandbox)
    back = await tab.consented()
    sandbox.control("clock", {"advance_s": 31})
    assert (await tab.get(CALLBACK, back)).status_code == 403


@pytest.mark.parametrize("back", [{}, {"state": "x"}, {"code": "x"}, {"code": "x", "state": "y"}])
async def test_an_invented_callback_asks_nobody(tab: Tab, sandbox: Sandbox, back: dict[str, str]) -> None:
    assert (await tab.get(CALLBACK, back)).status_code == 403
    assert sandbox.control("calls?provider=bitrix24", method="GET") == []
