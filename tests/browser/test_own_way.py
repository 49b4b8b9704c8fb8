"""The way of a company that begins on its own, outside Bitrix24: from sign-up to the first product."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_S, keep, uninstall

PASSWORD = "uma senha bem comprida"
#: A fresh demo lets four calls of Bling's token endpoint through in its first minute.
PATIENCE_MS = 90_000
#: What a person has to press from the first page to the first product: eight seconds for each in two minutes.
MOST_CLICKS = 15
#: Counts what a person presses, over all pages of the way.
COUNTING = """
addEventListener("click", (event) => { if (event.isTrusted) window.pressed(); }, true);
"""


class Clicks:
    """How often something was pressed."""

    def __init__(self) -> None:
        self.number = 0

    def one_more(self) -> None:
        """The page says so."""
        self.number += 1


@pytest.fixture
def clicks() -> Clicks:
    """None yet."""
    return Clicks()


@pytest.fixture
def newcomer(open_context: Callable[..., BrowserContext], clicks: Clicks) -> Page:
    """A browser that never saw Ponte; what is pressed in it is counted."""
    context = open_context()
    context.expose_function("pressed", clicks.one_more)
    context.add_init_script(COUNTING)
    return context.new_page()


def _mailed_link(demo: dict[str, Any], to: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        items = httpx.get(f"{demo['sandbox_url']}/mail", trust_env=False).raise_for_status().json()["items"]
        for text in (item["text"] for item in items if item["to"] == to):
            (url,) = re.findall(r"https?://\S+", text)
            return str(url)
        time.sleep(0.1)
    pytest.fail(f"no mail came to {to}")


def _sign_up(page: Page, demo: dict[str, Any]) -> None:
    email = f"{uuid4().hex}@loja.example"
    page.goto("/entrar")
    page.get_by_role("link", name="Criar conta").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_label("Empresa").fill("Casa do Cedro")
    page.get_by_role("checkbox").check()
    page.get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confira seu e-mail")
    page.goto(_mailed_link(demo, email))
    page.get_by_role("button", name="Confirmar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")


def _connect_bling(page: Page, company: str) -> None:
    page.get_by_role("link", name="Conectar ao Bling").first.click()
    page.get_by_label("Empresa").select_option(company)
    page.get_by_role("button", name="Autorizar").click()
    expect(page.get_by_text("está conectada.")).to_be_visible(timeout=PATIENCE_MS)


def _connect_portal(page: Page, address: str) -> None:
    page.get_by_role("link", name="Conectar ao Bitrix24").click()
    page.get_by_label("Endereço do portal").fill(address)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name="Autorizar").click()
    expect(page.get_by_text("O portal recebe o que muda no Bling.")).to_be_visible(timeout=PATIENCE_MS)


def _tick(page: Page) -> None:
    page.get_by_role("link", name="Produto", exact=True).first.click()
    with page.expect_response(lambda answer: answer.url.endswith("/configuracao/produto")):
        page.get_by_role("checkbox", name="Criação no Bling ERP cria produto no Bitrix24").check()
    page.get_by_role("link", name="Visão geral", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")


def _make_product(context: BrowserContext, demo: dict[str, Any], company: str, name: str) -> None:
    """In the sandbox's Bling, by hand."""
    bling = context.new_page()
    bling.goto(f"{demo['sandbox_url']}/pages/bling/{company}")
    bling.get_by_label("Nome").fill(name)
    bling.get_by_label("Preço").fill("39,90")
    bling.get_by_role("button", name="Criar produto").click()
    expect(bling.get_by_role("link", name=name)).to_be_visible()
    bling.close()


def _in_bitrix24(demo: dict[str, Any], name: str) -> list[dict[str, Any]]:
    asked = {"provider": "bitrix24", "tenant": demo["spare"]["bitrix24_member_id"]}
    answer = httpx.get(f"{demo['sandbox_url']}/control/dump", params=asked, trust_env=False)
    return [one for one in answer.raise_for_status().json()["products"] if one["name"] == name]


def _open_inside(page: Page, portal: str) -> None:
    """Inside the portal it is the same company; from here on its leaving is believed."""
    page.goto(portal)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text("Visão geral")
    expect(page.frame_locator("iframe").get_by_text("Casa do Cedro").first).to_be_attached()


@pytest.mark.usefixtures("unhurried")
def test_from_sign_up_to_the_first_product(newcomer: Page, demo: dict[str, Any], clicks: Clicks) -> None:
    company = demo["spare"]["bling_company_id"]
    portal = f"{demo['sandbox_url']}/bitrix24/{demo['spare']['bitrix24_member_id']}/"
    uninstall(portal)
    name = f"Xícara {uuid4().hex[:8]}"
    _sign_up(newcomer, demo)
    _connect_bling(newcomer, company)
    _connect_portal(newcomer, portal)
    keep(newcomer, "sozinha-conexoes")
    _tick(newcomer)
    pressed = clicks.number
    _make_product(newcomer.context, demo, company, name)
    expect(newcomer.get_by_text(name).first).to_be_visible(timeout=PATIENCE_MS)
    expect(newcomer.get_by_text("Criado").first).to_be_visible()
    assert [one["active"] for one in _in_bitrix24(demo, name)] == ["Y"]
    assert 8 <= pressed <= MOST_CLICKS
    keep(newcomer, "sozinha-primeiro-produto")
    _open_inside(newcomer, portal)
