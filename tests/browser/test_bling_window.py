"""Inside Bitrix24, with a Bling whose consent page stands in no frame: a window opens, the frame goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import uninstall
from tests.browser.look import findings, keep

PATIENCE_MS = 90_000


@pytest.fixture
def alone(demo: dict[str, Any]) -> Iterator[None]:
    """Bling's page refuses to be framed, as long as this test runs."""
    door = f"{demo['sandbox_url']}/control/framing"
    httpx.post(door, json={"bling": False}, trust_env=False, timeout=30).raise_for_status()
    yield
    httpx.post(door, json={"bling": True}, trust_env=False, timeout=30).raise_for_status()


@pytest.fixture
def portal_page(unhurried: None, open_context: Callable[..., BrowserContext], demo: dict[str, Any]) -> Page:
    """The page of the portal that nobody has connected."""
    address = f"{demo['sandbox_url']}/bitrix24/{demo['spare']['bitrix24_member_id']}/"
    uninstall(address)
    page = open_context(viewport={"width": 820, "height": 900}).new_page()
    page.goto(address)
    return page


def _findings(page: Page) -> list[str]:
    """What axe-core holds against what is in the frame."""
    (inside,) = [frame for frame in page.frames if frame.parent_frame is not None]
    return findings(inside)


@pytest.mark.usefixtures("alone")
def test_the_consent_opens_a_window_and_the_frame_notices(portal_page: Page, demo: dict[str, Any]) -> None:
    inside, company = portal_page.frame_locator("iframe"), demo["spare"]["bling_company_id"]
    inside.get_by_role("button", name="Continuar").click()
    inside.get_by_role("link", name="Conectar ao Bling").first.click(timeout=PATIENCE_MS)
    expect(inside.get_by_role("heading", level=1)).to_have_text("Conectar ao Bling")
    assert _findings(portal_page) == []
    keep(portal_page, "iframe-janela")
    with portal_page.context.expect_page() as opened:
        inside.get_by_role("link", name="Abrir o Bling").click()
    window = opened.value
    window.get_by_label("Empresa").select_option(company)
    window.get_by_role("button", name="Autorizar").click()
    expect(window.get_by_role("heading", level=1)).to_have_text(
        "Pode fechar esta janela", timeout=PATIENCE_MS
    )
    window.close()
    expect(inside.get_by_text("está conectada.")).to_be_visible(timeout=PATIENCE_MS)
    expect(inside.get_by_text("Conectado", exact=True)).to_have_count(2)
