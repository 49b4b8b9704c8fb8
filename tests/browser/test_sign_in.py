"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import fill_in, sign_in_anew
from tests.browser.look import findings


def test_a_wrong_password_is_said_beside_its_field_and_what_was_typed_stays(
    page: Page, tenant: dict[str, Any]
) -> None:
    page.goto("/entrar")
    page.get_by_label("E-mail").fill(tenant["email"])
    page.get_by_label("Senha").fill("errada, com certeza")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("não conferem")
    expect(page.get_by_label("E-mail")).to_have_value(tenant["email"])
    expect(page.get_by_label("Senha")).to_be_focused()
    expect(page.get_by_label("Senha")).to_have_attribute("aria-invalid", "true")
    assert findings(page) == []


def test_the_right_one_leads_to_the_overview(page: Page, tenant: dict[str, Any]) -> None:
    sign_in_anew(page, tenant)
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")
    expect(page.get_by_role("complementary")).to_contain_text(tenant["name"])


def test_a_page_asked_for_before_is_where_it_leads(page: Page, tenant: dict[str, Any]) -> None:
    page.goto("/eventos?resultado=failed")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrar")
    fill_in(page, tenant)
    page.wait_for_url("**/eventos?resultado=failed")


def test_it_never_leads_to_another_site(page: Page, tenant: dict[str, Any], demo: dict[str, Any]) -> None:
    page.goto("/entrar?next=//example.com/x")
    fill_in(page, tenant)
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")
    assert page.url.startswith(demo["app_url"])


def test_sair_ends_the_session(page: Page, tenant: dict[str, Any]) -> None:
    sign_in_anew(page, tenant)
    page.get_by_role("button", name="Sair").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrar")
    page.goto("/eventos")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrar")


def test_it_works_without_javascript(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in_anew(page, tenant)
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")
