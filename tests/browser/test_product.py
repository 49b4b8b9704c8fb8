"""Ticking an option and watching a product arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import settled, sign_in

DELETE = "Exclusão no Bling ERP desativa o produto no Bitrix24"
PRODUCT = {"preco": 129.9, "tipo": "P", "formato": "S", "situacao": "A"}
#: Milliseconds in which a page that is not paused shows what has ended.
SOON_MS = 1_500


def test_an_option_is_saved_when_it_is_ticked(signed_in: Page, api: httpx.Client) -> None:
    api.put("/toggles", json={"product.delete": False})
    signed_in.goto("/configuracao/produto")
    option = signed_in.get_by_role("checkbox", name=DELETE)
    expect(option).not_to_be_checked()
    option.check()
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert api.get("/toggles").json()["product.delete"] is True
    signed_in.reload()
    expect(option).to_be_checked()


def test_without_javascript_a_button_saves(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any], api: httpx.Client
) -> None:
    api.put("/toggles", json={"product.create": True, "product.delete": True})
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    page.goto("/configuracao/produto")
    page.get_by_role("checkbox", name=DELETE).uncheck()
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    toggles = api.get("/toggles").json()
    assert toggles["product.delete"] is False
    assert toggles["product.create"] is True


def test_the_fixed_rules_are_shown_with_their_locks(signed_in: Page) -> None:
    signed_in.goto("/configuracao/produto")
    rules = signed_in.get_by_role("region", name="Mapeamento").get_by_role("row")
    expect(rules).to_have_count(6)
    expect(rules.filter(has_text="regra fixa")).to_have_count(5)
    expect(rules.nth(1)).to_contain_text(re.compile(r"Bling ID\s+property\d+"))


def test_pausing_keeps_the_page_still(signed_in: Page, api: httpx.Client, bling: httpx.Client) -> None:
    """Arriving while one watches: `test_newcomer`."""
    api.put("/toggles", json={"product.create": False}).raise_for_status()
    feed = signed_in.get_by_role("region", name="Acontecendo agora")
    expect(feed.get_by_text("Ao vivo")).to_be_visible()
    feed.get_by_role("button", name="Pausar").click()
    expect(feed.get_by_text("Pausado")).to_be_visible()
    name = f"Enquanto pausado {uuid4().hex[:6]}"
    made = bling.post("/produtos", json=PRODUCT | {"nome": name, "codigo": name}).raise_for_status()
    settled(api, made.json()["data"]["id"], "skipped")
    signed_in.wait_for_timeout(SOON_MS)
    expect(feed.get_by_text(name)).to_have_count(0)
    feed.get_by_role("button", name="Continuar").click()
    expect(feed.get_by_text(name).first).to_be_visible(timeout=10_000)
