"""Guards of pages: sessions by cookie, roles, and forms that only our own pages may send."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar, Router, get, post
from litestar.di import NamedDependency, Provide

from connector.account.people import Viewer
from connector.account.signin import SignedIn as Opened
from connector.account.signin import sign_in
from connector.settings import Settings
from connector.store.people import Role
from server.app import create_server
from server.sessions import (
    SignedIn,
    csrf_token,
    owners_only,
    provide_viewer,
    readers_only_read,
    refuse_other_sites,
    session_cookie,
)
from tests.support.office import PASSWORD, Customer, Office, running


@get("/who")
async def who(viewer: NamedDependency[Viewer]) -> str:
    return viewer.email


@post("/change", status_code=200)
async def change() -> None: ...


@post("/leave", status_code=200, guards=[owners_only])
async def leave() -> None: ...


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    pages = Router(
        path="/",
        route_handlers=[who, change, leave],
        middleware=[SignedIn()],
        guards=[readers_only_read],
        before_request=refuse_other_sites,
        dependencies={"viewer": Provide(provide_viewer)},
    )
    app = create_server(settings, pages=[pages])
    async with running(app):
        yield app


async def _cookie(office: Office, email: str) -> tuple[dict[str, str], str]:
    opened = await sign_in(office.database, email, PASSWORD, office.parts.clock.now())
    assert isinstance(opened, Opened)
    cookie = session_cookie(office.parts.settings, opened.token)
    return {"cookie": f"{cookie.key}={opened.token}"}, csrf_token(opened.token)


async def test_the_cookie_is_out_of_reach(office: Office) -> None:
    header = session_cookie(office.parts.settings, "token").to_header(header="")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in header


async def test_a_session_shows_who_looks(office: Office, customer: Customer) -> None:
    headers, _ = await _cookie(office, customer.email)
    assert (await office.client.get("/who", headers=headers)).text == customer.email


@pytest.mark.parametrize("cookie", ["", "ponte=", "ponte=x", "ponte=\x7f"])
async def test_without_a_session_it_is_401(office: Office, cookie: str) -> None:
    assert (await office.client.get("/who", headers={"cookie": cookie})).status_code == 401


async def _post(office: Office, path: str, headers: dict[str, str], word: str | None) -> httpx.Response:
    data = {} if word is None else {"csrf": word}
    return await office.client.post(path, headers=headers, data=data)


async def test_a_form_of_ours_passes(office: Office, customer: Customer) -> None:
    headers, word = await _cookie(office, customer.email)
    assert (await _post(office, "/change", headers, word)).status_code == 200
    assert (await office.client.post("/change", headers={**headers, "x-csrf-token": word})).status_code == 200


@pytest.mark.parametrize("word", [None, "", "x", "é"])
async def test_a_form_without_its_word_is_403(office: Office, customer: Customer, word: str | None) -> None:
    headers, _ = await _cookie(office, customer.email)
    assert (await _post(office, "/change", headers, word)).status_code == 403


@pytest.mark.parametrize(
    "from_",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.test"}],
)
async def test_a_form_of_another_site_is_403(
    office: Office, customer: Customer, from_: dict[str, str]
) -> None:
    headers, word = await _cookie(office, customer.email)
    assert (await _post(office, "/change", {**headers, **from_}, word)).status_code == 403


async def test_a_viewer_reads_and_changes_nothing(office: Office, customer: Customer) -> None:
    headers, word = await _cookie(office, await office.colleague(customer, Role.VIEWER))
    assert (await office.client.get("/who", headers=headers)).status_code == 200
    assert (await _post(office, "/change", headers, word)).status_code == 403


async def test_an_admin_changes_but_is_no_owner(office: Office, customer: Customer) -> None:
    headers, word = await _cookie(office, await office.colleague(customer, Role.ADMIN))
    assert (await _post(office, "/change", headers, word)).status_code == 200
    assert (await _post(office, "/leave", headers, word)).status_code == 403
