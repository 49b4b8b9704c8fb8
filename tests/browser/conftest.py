"""Chromium before a running demo: one demo for all tests of a run, a browser context for each test."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.look import WIDE
from tests.browser.look import findings as findings
from tests.browser.look import keep as keep
from tests.browser.look import overflows as overflows
from tests.browser.portal import Portal
from tests.browser.watchdog import LIMIT_S, Chromium, limited
from tests.support.waiting import wait_for

#: Seconds that a demo has to be ready.
STARTING_S = 60.0
#: Milliseconds that Playwright waits for a page, an element or what is expected, unless told otherwise.
WAITING_MS = 20_000
expect.set_options(timeout=WAITING_MS)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a demo that runs as long as the tests do."""
    with running_demo(tmp_path_factory.mktemp("demo")) as line:
        yield line


@contextlib.contextmanager
def running_demo(folder: Path) -> Iterator[dict[str, Any]]:
    """A demo of its own in this folder; its ready line. It ends with the block, however the block ends."""
    command = [sys.executable, "-m", "ponte", "demo", "--json", "--data-dir", str(folder / "data")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            yield _ready_line(process, folder / "log")
        except BaseException:
            _ended(process)
            raise
        assert _ended(process) == 0


def _ended(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(30)


def _ready_line(process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    late = threading.Timer(STARTING_S, process.kill)
    late.start()
    line = process.stdout.readline()
    late.cancel()
    if not line:
        pytest.fail(f"the demo did not start:\n{log.read_text()[-3000:]}")
    return dict(json.loads(line))


#: Openings of portals' pages that Ponte proves for one address in a minute; how many a test may need.
PROOFS, NEEDED = 10, 5
#: When pages were opened that ask for such a proof, by the clock.
openings: list[float] = []
PROVED = re.compile(r"/bitrix24/(app|install|continuar|entrar)$|/oauth/bitrix24/callback")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        found = Chromium(playwright)
        yield found
        found.close()


@pytest.fixture(autouse=True)
def within_its_time(request: pytest.FixtureRequest, chromium: Chromium) -> Iterator[None]:
    """No test hangs; `@pytest.mark.limit(seconds)` where one takes long by its nature."""
    marker = request.node.get_closest_marker("limit")
    with limited(chromium, marker.args[0] if marker else LIMIT_S):
        yield


@pytest.fixture(scope="session")
def browser(chromium: Chromium) -> Browser:
    """The browser that the run began with."""
    return chromium.browser()


@pytest.fixture
def open_context(chromium: Chromium, demo: dict[str, Any]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts; at the end, none may have met a stranger or a refused script."""
    with watched(chromium.browser(), demo) as make:
        yield make


@contextlib.contextmanager
def watched(browser: Browser, demo: dict[str, Any]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts for a demo; fails at the end for what a page asked of strangers or complained about."""
    with contextlib.ExitStack() as stack:
        strangers: list[str] = []
        complaints: list[str] = []

        def watch(page: Page) -> None:
            page.on("request", lambda request: note_stranger(strangers, request.url, demo))
            page.on("request", lambda request: note_opening(request.url))
            page.on("console", lambda said: note_complaint(complaints, said.type, said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))

        def make(**options: Any) -> BrowserContext:
            settings = {"base_url": demo["app_url"], "locale": "pt-BR", "viewport": WIDE}
            context = browser.new_context(**(settings | options))
            context.set_default_timeout(WAITING_MS)
            stack.callback(_close, context)
            context.on("page", watch)
            return context

        yield make
        assert strangers == []
        assert complaints == []


def _close(context: BrowserContext) -> None:
    """Now and then Chromium does not close a context; killed by the watchdog, it has closed all of them."""
    with contextlib.suppress(Error):
        context.close()


def note_stranger(strangers: list[str], url: str, demo: dict[str, Any]) -> None:
    """Whatever is loaded from elsewhere than the app (or, where a test goes there itself, the sandbox)."""
    if not url.startswith((demo["app_url"], demo["sandbox_url"], "data:")):
        strangers.append(url)


def note_opening(url: str) -> None:
    """What `unhurried` counts."""
    if PROVED.search(url):
        openings.append(time.time())


def note_complaint(complaints: list[str], kind: str, text: str) -> None:
    """What the browser holds against a page: refused scripts and styles, errors of ours.

    A request that was under way when the person went to another page fails, and is no fault.
    """
    if kind == "error" and "Failed to load resource" not in text and "Failed to fetch" not in text:
        complaints.append(text)


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """A fresh wide page, signed out."""
    return open_context().new_page()


@pytest.fixture
def tenant(demo: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    """The first tenant of the demo, or the one whose number is this fixture's parameter."""
    found: dict[str, Any] = demo["tenants"][getattr(request, "param", 0)]
    return found


@pytest.fixture
def api(demo: dict[str, Any], tenant: dict[str, Any]) -> Iterator[httpx.Client]:
    """The tenant's JSON API."""
    headers = {"Authorization": f"Bearer {tenant['api_key']}"}
    with httpx.Client(
        base_url=f"{demo['app_url']}/api/v1", headers=headers, trust_env=False, timeout=30
    ) as client:
        yield client


@pytest.fixture
def portal(demo: dict[str, Any], tenant: dict[str, Any]) -> Portal:
    """The tenant's portal."""
    return Portal(demo, tenant)


class Patient(httpx.HTTPTransport):
    """Ponte spends from the account's three requests a second, too: whoever is refused waits his turn."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        while (answer := super().handle_request(request)).status_code == httpx.codes.TOO_MANY_REQUESTS:
            answer.close()
            time.sleep(0.4)
        return answer


@pytest.fixture
def bling(demo: dict[str, Any], tenant: dict[str, Any]) -> Iterator[httpx.Client]:
    """The tenant's Bling, as another program of theirs would use it."""
    headers = {"Authorization": f"Bearer {tenant['bling_access_token']}"}
    api = demo["bling"]["api_url"]
    with httpx.Client(
        base_url=api, headers=headers, trust_env=False, timeout=30, transport=Patient()
    ) as client:
        yield client


def fill_in(page: Page, tenant: dict[str, Any]) -> None:
    """Sign in by the form, to where it leads."""
    page.get_by_label("E-mail").fill(tenant["email"])
    page.get_by_label("Senha").fill(tenant["password"])
    page.get_by_role("button", name="Entrar", exact=True).click()
    page.wait_for_url(lambda url: not url.partition("?")[0].endswith("/entrar"))


def sign_in_anew(page: Page, tenant: dict[str, Any]) -> None:
    """By the form, to the overview."""
    page.goto("/entrar")
    fill_in(page, tenant)


#: Sessions that are good, by person: whoever has signed in once need not show how again.
sessions: dict[str, Any] = {}


def sign_in(page: Page, tenant: dict[str, Any]) -> None:
    """To the overview, with the session of before or by the form."""
    if known := sessions.get(tenant["api_key"]):
        page.context.add_cookies(known)
    page.goto("/")
    if urlsplit(page.url).path != "/":
        fill_in(page, tenant)
        sessions[tenant["api_key"]] = page.context.cookies()


@pytest.fixture
def signed_in(page: Page, tenant: dict[str, Any]) -> Page:
    """A wide page of somebody who is signed in."""
    sign_in(page, tenant)
    return page


def settled(api: httpx.Client, bling_id: int, outcome: str, kind: str = "product") -> dict[str, Any]:
    """The record's newest event that ended so, once there is one."""

    def events() -> list[dict[str, Any]]:
        asked: dict[str, str | int] = {"kind": kind, "record": bling_id}
        return list(api.get("/events", params=asked).raise_for_status().json()["items"])

    return wait_for(
        lambda: next((event for event in events() if event["outcome"] == outcome), None),
        missed=lambda: f"no event of {kind} {bling_id} ended as {outcome}: {events()}",
    )


def uninstall(portal_page: str) -> None:
    """As if the app had never been there: Ponte has heard of it."""
    httpx.post(f"{portal_page}acts/uninstall-clean", trust_env=False, timeout=30).raise_for_status()
    sandbox = portal_page.partition("/bitrix24/")[0]
    wait_for(lambda: not _asked(f"{sandbox}/control/webhooks")["events"])


def _asked(url: str) -> Any:
    return httpx.get(url, trust_env=False, timeout=30).raise_for_status().json()


@pytest.fixture
def unhurried() -> None:
    """All tests come from one address: one that opens portals' pages waits for a minute with room."""
    now = time.time()
    if sum(at // 60 == now // 60 for at in openings) + NEEDED > PROOFS:
        time.sleep(60.5 - now % 60)
