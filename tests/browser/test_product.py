"""Ticking an option and watching a product arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import findings, keep, sign_in

CREATE = "Criação no Bling ERP cria produto no Bitrix24"
UPDATE = "Alterações no Bling ERP atualizam o Bitrix24"
DELETE = "Exclusão no Bling ERP desativa o produto no Bitrix24"
PRODUCT = {
    "nome": "Chaleira de navegador 2 L",
    "codigo": "CHA-NAV-2",
    "preco": 129.9,
    "tipo": "P",
    "formato": "S",
    "situacao": "A",
}


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


def test_a_product_arrives_while_one_watches(signed_in: Page, api: httpx.Client, bling: httpx.Client) -> None:
    api.put("/toggles", json={"product.create": False, "product.update": False}).raise_for_status()
    signed_in.goto("/configuracao/produto")
    for name in (CREATE, UPDATE):
        with signed_in.expect_response("**/configuracao/produto"):
            signed_in.get_by_role("checkbox", name=name).check()
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    signed_in.goto("/")
    feed = signed_in.get_by_role("region", name="Acontecendo agora")
    expect(feed.get_by_text("Ao vivo")).to_be_visible()
    bling.post("/produtos", json=PRODUCT).raise_for_status()
    arrived = feed.get_by_role("listitem").filter(has_text=PRODUCT["nome"])
    expect(arrived.filter(has_text="Criado")).to_be_visible(timeout=10_000)
    assert findings(signed_in) == []
    keep(signed_in, "visao-geral-ao-vivo")


def test_pausing_keeps_the_page_still(signed_in: Page, bling: httpx.Client) -> None:
    feed = signed_in.get_by_role("region", name="Acontecendo agora")
    feed.get_by_role("button", name="Pausar").click()
    expect(feed.get_by_text("Pausado")).to_be_visible()
    bling.post(
        "/produtos", json=PRODUCT | {"nome": "Enquanto pausado", "codigo": "PAUSA-1"}
    ).raise_for_status()
    signed_in.wait_for_timeout(2500)
    expect(feed.get_by_text("Enquanto pausado")).to_have_count(0)
    feed.get_by_role("button", name="Continuar").click()
    expect(feed.get_by_text("Enquanto pausado").first).to_be_visible(timeout=10_000)
