"""What stands around every screen: rail, languages, themes. Widths and axe: test_screens, keys: elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in, sign_in_anew
from tests.browser.look import NARROW, findings

PAGES = {
    "visao-geral": ("/", "Visão geral", "Overview"),
    "conexoes": ("/configuracao/conexoes", "Conexões", "Connections"),
    "produto": ("/configuracao/produto", "Produto", "Product"),
    "registros": ("/registros", "Produtos", "Products"),
    "eventos": ("/eventos", "Eventos", "Events"),
}


@pytest.fixture
def person(demo: dict[str, Any]) -> dict[str, Any]:
    """Somebody whose language and theme these tests may change."""
    found: dict[str, Any] = demo["tenants"][1]
    return found


def test_the_rail_leads_to_every_screen(signed_in: Page) -> None:
    for link, title in (
        ("Eventos", "Eventos"),
        ("Configuração", "Conexões"),
        ("Produto", "Produto"),
        ("Visão geral", "Visão geral"),
    ):
        signed_in.get_by_role("navigation", name="Principal").get_by_role(
            "link", name=link, exact=True
        ).click()
        expect(signed_in.get_by_role("heading", level=1)).to_have_text(title)


def test_narrow_the_menu_leads_there_too_and_escape_closes_it(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any]
) -> None:
    page = open_context(viewport=NARROW).new_page()
    sign_in(page, tenant)
    page.get_by_role("banner").locator("summary").click()
    expect(page.get_by_role("button", name="Sair")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sair")).to_be_hidden()
    page.get_by_role("banner").locator("summary").click()
    page.get_by_role("link", name="Eventos", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eventos")


def test_english_is_for_good_and_complete(
    open_context: Callable[..., BrowserContext], person: dict[str, Any]
) -> None:
    first = open_context().new_page()
    sign_in_anew(first, person)
    first.get_by_role("button", name="English", exact=True).click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Overview")
    second = open_context().new_page()
    sign_in_anew(second, person)
    for path, _, title in PAGES.values():
        second.goto(path)
        expect(second.get_by_role("heading", level=1)).to_have_text(title)
        assert second.locator("html").get_attribute("lang") == "en"
    second.get_by_role("button", name="Português", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Eventos")


def test_a_theme_is_worn_at_once_and_kept(
    open_context: Callable[..., BrowserContext], person: dict[str, Any]
) -> None:
    page = open_context(color_scheme="light").new_page()
    sign_in_anew(page, person)
    with page.expect_response("**/preferencias"):
        page.get_by_role("button", name="Tema escuro").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "ponte-escuro")
    page.reload()
    expect(page.get_by_role("button", name="Tema escuro")).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/preferencias"):
        page.get_by_role("button", name="Tema do aparelho").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") is None


def test_pages_carry_a_strict_policy(signed_in: Page) -> None:
    answer = signed_in.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_that_is_not_there_is_said_in_plain_words(signed_in: Page) -> None:
    answer = signed_in.goto("/nao-existe")
    assert answer is not None
    assert answer.status == 404
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Esta página não existe")
    assert findings(signed_in) == []
