"""The first way of a company that never saw Ponte, inside Bitrix24: install, consent, tick, see it arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import keep, uninstall

BESIDE_A_MENU = {"width": 820, "height": 900}
#: A fresh demo lets four calls of Bling's token endpoint through in its first minute.
PATIENCE_MS = 90_000


@pytest.fixture
def portal_page(unhurried: None, open_context: Callable[..., BrowserContext], demo: dict[str, Any]) -> Page:
    """The page of the portal that nobody has connected."""
    address = f"{demo['sandbox_url']}/bitrix24/{demo['spare']['bitrix24_member_id']}/"
    uninstall(address)
    page = open_context(viewport=BESIDE_A_MENU).new_page()
    page.goto(address)
    return page


def test_from_the_portals_page_to_the_first_product(portal_page: Page, demo: dict[str, Any]) -> None:
    inside, company = portal_page.frame_locator("iframe"), demo["spare"]["bling_company_id"]
    inside.get_by_role("button", name="Continuar").click()
    inside.get_by_role("link", name="Conectar ao Bling").first.click(timeout=PATIENCE_MS)
    inside.get_by_label("Empresa").select_option(company)
    inside.get_by_role("button", name="Autorizar").click()
    expect(inside.get_by_text("está conectada.")).to_be_visible(timeout=PATIENCE_MS)
    keep(portal_page, "iframe-conexoes")
    inside.get_by_role("link", name="Produto", exact=True).first.click()
    with portal_page.expect_response(lambda answer: answer.url.endswith("/configuracao/produto")):
        inside.get_by_role("checkbox", name="Criação no Bling ERP cria produto no Bitrix24").check()
    inside.get_by_role("link", name="Visão geral", exact=True).first.click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Visão geral")
    seed = {"tenant": company, "products": 1, "orders": 0}
    httpx.post(f"{demo['sandbox_url']}/control/seed", json=seed, trust_env=False).raise_for_status()
    expect(inside.get_by_text("Criado").first).to_be_visible(timeout=PATIENCE_MS)
    keep(portal_page, "iframe-primeiro-produto")
