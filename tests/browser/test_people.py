"""From sign-up to the first page, a forgotten password, and the team: as people do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.look import findings
from tests.browser.people import PASSWORD, invite, join, mailed_link


def _sign_up(page: Page, demo: dict[str, Any], words: dict[str, str]) -> str:
    email = f"{uuid4().hex}@loja.example"
    page.goto("/entrar")
    page.get_by_role("link", name=words["create"]).click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label(words["password"]).fill(PASSWORD)
    page.get_by_label(words["company"]).fill("Empório da Bia")
    page.get_by_role("checkbox").check()
    page.get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["sent"])
    page.goto(mailed_link(demo, email))
    page.get_by_role("button", name=words["confirm"], exact=True).click()
    return email


PORTUGUESE = {
    **{"create": "Criar conta", "password": "Senha", "company": "Empresa"},
    **{"sent": "Confira seu e-mail", "confirm": "Confirmar", "home": "Visão geral"},
}
ENGLISH = {
    **{"create": "Create account", "password": "Password", "company": "Company"},
    **{"sent": "Check your e-mail", "confirm": "Confirm", "home": "Overview"},
}


def test_from_sign_up_to_the_first_page(page: Page, demo: dict[str, Any]) -> None:
    _sign_up(page, demo, PORTUGUESE)
    expect(page.get_by_role("heading", level=1)).to_have_text(PORTUGUESE["home"])
    expect(page.get_by_role("complementary").first).to_contain_text("Empório da Bia")


def test_the_same_in_english(page: Page, demo: dict[str, Any]) -> None:
    page.goto("/entrar")
    page.get_by_role("button", name="English").click()
    _sign_up(page, demo, ENGLISH)
    expect(page.get_by_role("heading", level=1)).to_have_text(ENGLISH["home"])
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_same_without_javascript(
    open_context: Callable[..., BrowserContext], demo: dict[str, Any]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    _sign_up(page, demo, PORTUGUESE)
    expect(page.get_by_role("heading", level=1)).to_have_text(PORTUGUESE["home"])


def test_a_forgotten_password(page: Page, demo: dict[str, Any]) -> None:
    email = _sign_up(page, demo, PORTUGUESE)
    page.get_by_role("button", name="Sair").click()
    page.get_by_role("link", name="Esqueci a senha").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button").first.click()
    page.goto(mailed_link(demo, email, 2))
    assert findings(page) == []
    page.get_by_label("Senha").fill("outra senha comprida")
    page.get_by_role("button").first.click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Senha").fill("outra senha comprida")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")


def test_a_colleague_is_invited_and_comes(
    open_context: Callable[..., BrowserContext], signed_in: Page, demo: dict[str, Any]
) -> None:
    email = invite(signed_in)
    guest = open_context().new_page()
    guest.goto(mailed_link(demo, email))
    assert findings(guest) == []
    join(guest, "Bia Souza")
    guest.goto("/equipe")
    expect(guest.get_by_role("button", name="Convidar")).to_have_count(0)
    signed_in.reload()
    expect(signed_in.get_by_label("Papel de Bia Souza")).to_have_value("viewer")
    signed_in.get_by_role("button", name="Remover Bia Souza").click()
    expect(signed_in.get_by_text(email).first).to_be_visible()
    guest.goto("/equipe")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Entrar")


def test_a_key_is_shown_once(signed_in: Page) -> None:
    signed_in.goto("/equipe")
    signed_in.get_by_label("Nome", exact=True).fill("Painel do escritório")
    signed_in.get_by_role("button", name="Criar chave").click()
    key = signed_in.get_by_label("Chave nova").input_value()
    assert key.startswith("ponte_")
    assert findings(signed_in) == []
    signed_in.goto("/equipe")
    assert key not in signed_in.content()
    signed_in.get_by_role("button", name="Revogar Painel do escritório").click()
    expect(signed_in.get_by_role("status").first).to_have_text("Chave revogada.")
