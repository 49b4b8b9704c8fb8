"""A consent in a window of its own, where Bling's page may not stand in the portal's frame."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from connector import pace
from connector.account.consent_window import ConsentWindows
from tests.support.consent import oauth_calls, state_of
from tests.support.frame import Frame
from tests.support.office import Office
from tests.support.sandbox import Sandbox

FROM_OUR_PAGE = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "document", "accept": "text/html"}
FROM_BLING = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document", "accept": "text/html"}


@pytest.fixture
async def frame(office: Office, sandbox: Sandbox) -> Frame:
    """The spare portal, connected from inside; Bling's page stands in no frame."""
    await pace.assume_idle(office.parts.redis)
    sandbox.control("framing", {"bling": False})
    frame = Frame(office.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    return frame


async def _asked(frame: Frame) -> tuple[str, str]:
    """Press the button in the frame: the window's address, and where the frame asks."""
    shown = await frame.get("/oauth/bling/start")
    assert shown.status_code == 200
    (window,) = re.findall(r'href="(/oauth/bling/janela/[^"]+)" target="_blank" rel="noopener"', shown.text)
    (wait,) = re.findall(r'data-wait="([^"]+)"', shown.text)
    return window, wait


async def _opened(frame: Frame, window: str) -> tuple[str, dict[str, str]]:
    """Bling's address in the window, and the cookie that the window carries."""
    answer = await frame.client.get(window, headers=FROM_OUR_PAGE)
    assert answer.status_code == 302
    frame.client.cookies.clear()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/oauth/bling" in cookie
    return answer.headers["location"], {"cookie": cookie.partition(";")[0]}


def _decided(sandbox: Sandbox, url: str, decision: str = "authorize") -> str:
    form = {
        "company": sandbox.ready["companies"][0]["company_id"],
        "state": state_of(url),
        "decision": decision,
    }
    back = urlsplit(sandbox.client.post(url, data=form).headers["location"])
    return f"{back.path}?{back.query}"


async def _back(frame: Frame, path: str, carried: dict[str, str]) -> httpx.Response:
    return await frame.client.get(path, headers=FROM_BLING | carried)


async def test_the_window_connects_and_the_frame_notices(
    frame: Frame, office: Office, sandbox: Sandbox
) -> None:
    window, wait = await _asked(frame)
    assert (await frame.get(wait)).status_code == 204
    url, carried = await _opened(frame, window)
    assert (await frame.get(wait)).status_code == 204
    done = await _back(frame, _decided(sandbox, url), carried)
    assert (done.status_code, "Pode fechar esta janela" in done.text) == (200, True)
    assert "Max-Age=0" in done.headers["set-cookie"]
    path = (await frame.get(wait)).json()["path"]
    assert "está conectada" in (await frame.get(path)).text
    assert [row["state"] for row in await office.rows("account")] == ["connected"]
    (line,) = await office.rows("audit", "action = 'bling.connected'")
    (person,) = await office.rows("person")
    assert line["person_id"] == person["id"]


async def test_a_refusal_is_told_in_the_frame(frame: Frame, office: Office, sandbox: Sandbox) -> None:
    window, wait = await _asked(frame)
    url, carried = await _opened(frame, window)
    await _back(frame, _decided(sandbox, url, "refuse"), carried)
    path = (await frame.get(wait)).json()["path"]
    assert "Você recusou a autorização" in (await frame.get(path)).text
    assert await office.rows("account") == []


async def test_where_blings_page_may_be_framed_it_stays_in_the_frame(frame: Frame, sandbox: Sandbox) -> None:
    sandbox.control("framing", {"bling": True})
    answer = await frame.get("/oauth/bling/start")
    assert answer.status_code == 302
    assert "state" in parse_qs(urlsplit(answer.headers["location"]).query)


@pytest.mark.parametrize("site", ["cross-site", "none", "same-site", None])
async def test_a_ticket_that_somebody_sent_around_opens_nothing(
    frame: Frame, office: Office, site: str | None
) -> None:
    """A stranger must not connect their Bling account to whoever made the link."""
    window, _ = await _asked(frame)
    headers = {"accept": "text/html"} | ({"sec-fetch-site": site} if site else {})
    answer = await frame.client.get(window, headers=headers)
    assert (answer.status_code, "não vale mais" in answer.text) == (400, True)
    assert "set-cookie" not in answer.headers
    assert (await frame.client.get(window, headers=FROM_OUR_PAGE)).status_code == 302


async def test_a_ticket_opens_one_window(frame: Frame) -> None:
    window, _ = await _asked(frame)
    await _opened(frame, window)
    assert (await frame.client.get(window, headers=FROM_OUR_PAGE)).status_code == 400


@pytest.mark.parametrize("carried", [{}, {"cookie": "ponte-bling=stolen"}], ids=["none", "another"])
async def test_a_stolen_state_does_nothing_without_the_windows_word(
    frame: Frame, office: Office, sandbox: Sandbox, carried: dict[str, str]
) -> None:
    window, wait = await _asked(frame)
    url, mine = await _opened(frame, window)
    back = _decided(sandbox, url)
    assert (await _back(frame, back, carried)).status_code == 400
    assert oauth_calls(sandbox) == []
    assert (await frame.get(wait)).status_code == 204
    await _back(frame, back, mine)
    assert [row["state"] for row in await office.rows("account")] == ["connected"]


async def test_coming_back_twice_asks_bling_once(frame: Frame, sandbox: Sandbox) -> None:
    url, carried = await _opened(frame, (await _asked(frame))[0])
    back = _decided(sandbox, url)
    await _back(frame, back, carried)
    assert (await _back(frame, back, carried)).status_code == 400
    assert len(oauth_calls(sandbox)) == 1


async def test_who_was_removed_meanwhile_connects_nothing(
    frame: Frame, office: Office, sandbox: Sandbox
) -> None:
    url, carried = await _opened(frame, (await _asked(frame))[0])
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM membership")
    await _back(frame, _decided(sandbox, url), carried)
    assert oauth_calls(sandbox) == []


async def test_who_only_looks_by_now_connects_nothing(frame: Frame, office: Office, sandbox: Sandbox) -> None:
    url, carried = await _opened(frame, (await _asked(frame))[0])
    async with office.database.system() as conn:
        await conn.execute("UPDATE membership SET role = 'viewer'")
    assert (await _back(frame, _decided(sandbox, url), carried)).status_code == 403
    assert oauth_calls(sandbox) == []


async def test_nobody_else_hears_how_it_ended(frame: Frame, office: Office, sandbox: Sandbox) -> None:
    _, wait = await _asked(frame)
    other = Frame(office.client, sandbox, 3)
    await other.submit(await other.open(), "/bitrix24/continuar")
    assert (await other.get(wait)).status_code == 404
    assert (await frame.get("/oauth/bling/espera/nobodys")).status_code == 404


async def test_a_bling_that_does_not_say_gets_a_window(office: Office, sandbox: Sandbox) -> None:
    """A window always works."""
    known = office.parts.connecting
    silent = msgspec.structs.replace(known.settings, bling_authorize_url="http://127.0.0.1:9/authorize")
    for connecting, needed in ((known, False), (replace(known, settings=silent), True)):
        assert await ConsentWindows(connecting, office.parts.redis).is_needed() is needed


async def test_the_portals_own_way_is_the_same_person(frame: Frame, office: Office) -> None:
    """The audit log names who pressed the button in the frame, not Ponte."""
    await _asked(frame)
    (row,) = await office.rows("consent")
    (person,) = await office.rows("person")
    assert (row["person_id"], row["started"]) == (person["id"], True)
