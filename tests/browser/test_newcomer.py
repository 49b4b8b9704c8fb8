"""A newcomer's whole way, outside Bitrix24: sign up, connect, tick, test, find what failed, and mend it.

Nobody reads a help page and nobody knows an address: each step presses what the screen offers, by its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import uninstall
from tests.browser.look import findings, keep
from tests.support.waiting import wait_for

PASSWORD = "uma senha bem comprida"
#: A fresh demo lets four calls of Bling's token endpoint through in its first minute.
PATIENCE_MS = 90_000
#: Milliseconds until a change made in Bling has come to its end and is seen.
ARRIVING_MS = 20_000
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


class Desk:
    """The newcomer's Bling, in a tab of its own, and their mail."""

    def __init__(self, page: Page, demo: dict[str, Any]) -> None:
        self._context, self._sandbox = page.context, demo["sandbox_url"]
        self._company = demo["spare"]["bling_company_id"]

    def mail(self, to: str) -> str:
        """The link in the mail that came to this address."""
        tab = self._context.new_page()
        tab.goto(f"{self._sandbox}/mail")
        mine = tab.locator("main p", has_text=to).first

        def is_there() -> bool:
            tab.reload()
            return mine.is_visible()

        wait_for(is_there, missed=lambda: f"no mail came to {to}")
        url = str(mine.locator("xpath=following-sibling::div[1]").get_by_role("link").get_attribute("href"))
        tab.close()
        return url

    def make(self, name: str, price: str) -> None:
        """A new product."""
        tab = self._context.new_page()
        tab.goto(f"{self._sandbox}/pages/bling/{self._company}")
        tab.get_by_label("Nome").fill(name)
        tab.get_by_label("Preço").fill(price)
        tab.get_by_role("button", name="Criar produto").click()
        expect(tab.get_by_role("link", name=name)).to_be_visible()
        tab.close()


def _sign_up(page: Page, desk: Desk) -> None:
    email = f"{uuid4().hex}@loja.example"
    page.goto("/")
    page.get_by_role("link", name="Criar conta").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_label("Empresa").fill("Casa do Cedro")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Criar conta").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confira seu e-mail")
    page.goto(desk.mail(email))
    page.get_by_role("button", name="Confirmar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Visão geral")


def _connect(page: Page, company: str, portal: str) -> None:
    """Both sides, each step led to by the one before."""
    page.get_by_role("link", name="Conectar ao Bling").click()
    page.get_by_label("Empresa").select_option(company)
    page.get_by_role("button", name="Autorizar").click()
    said = page.get_by_role("note").filter(has_text="está conectada.")
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    said.get_by_role("link", name="Conectar ao Bitrix24").click()
    page.get_by_label("Endereço do portal").fill(portal)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name="Autorizar").click()
    said = page.get_by_role("note").filter(has_text="está conectado.")
    expect(said).to_be_visible(timeout=PATIENCE_MS)
    assert findings(page) == []
    keep(page, "novo-conexoes")
    said.get_by_role("link", name="Escolher opções").click()


def _tick(page: Page, *options: str) -> None:
    for option in options:
        with page.expect_response(lambda answer: answer.url.endswith("/configuracao/produto")):
            page.get_by_role("checkbox", name=option).check()


def _arrived(page: Page, name: str, outcome: str) -> Locator:
    """The product in the feed, once its change has ended so."""
    feed = page.get_by_role("region", name="Acontecendo agora")
    line = feed.get_by_role("listitem").filter(has_text=name).filter(has_text=outcome).first
    expect(line).to_be_visible(timeout=ARRIVING_MS)
    return line


def _correct(page: Page, name: str, price: str) -> None:
    """In Bling, by the button that leads there."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Corrigir no Bling").click()
    bling = opened.value
    bling.get_by_role("link", name="Ipê Papelaria").click()
    bling.get_by_role("link", name=name).click()
    bling.get_by_label("Preço").fill(price)
    bling.get_by_role("button", name="Salvar").click()
    expect(bling.get_by_role("link", name=name)).to_be_visible()
    bling.close()


def _in_bitrix24(demo: dict[str, Any], name: str) -> list[dict[str, Any]]:
    asked = {"provider": "bitrix24", "tenant": demo["spare"]["bitrix24_member_id"]}
    answer = httpx.get(f"{demo['sandbox_url']}/control/dump", params=asked, trust_env=False, timeout=30)
    return [one for one in answer.raise_for_status().json()["products"] if one["name"] == name]


def _open_inside(page: Page, portal: str) -> None:
    """Inside the portal it is the same company; from here on its leaving is believed."""
    page.goto(portal)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text("Visão geral")
    expect(page.frame_locator("iframe").get_by_text("Casa do Cedro").first).to_be_attached()


@pytest.mark.usefixtures("unhurried")
def test_without_reading_anything_from_sign_up_to_a_mended_failure(
    newcomer: Page, demo: dict[str, Any], clicks: Clicks
) -> None:
    portal = f"{demo['sandbox_url']}/bitrix24/{demo['spare']['bitrix24_member_id']}/"
    uninstall(portal)
    first, dear = f"Xícara {uuid4().hex[:8]}", f"Bule {uuid4().hex[:8]}"
    desk = Desk(newcomer, demo)
    _sign_up(newcomer, desk)
    _connect(newcomer, demo["spare"]["bling_company_id"], portal)
    _tick(newcomer, "Criação no Bling ERP cria produto no Bitrix24")
    newcomer.get_by_role("link", name="Agora teste").click()
    expect(newcomer.get_by_text("Salve um produto ou um pedido no Bling")).to_be_visible()
    pressed = clicks.number
    desk.make(first, "39,90")
    _arrived(newcomer, first, "Criado")
    assert [one["active"] for one in _in_bitrix24(demo, first)] == ["Y"]
    assert 8 <= pressed <= MOST_CLICKS
    keep(newcomer, "novo-primeiro-produto")

    desk.make(dear, "189900000000000,00")
    _arrived(newcomer, dear, "Falhou")
    causes = newcomer.get_by_role("region", name="Precisam de você")
    expect(causes).to_contain_text("Um valor do Bling não cabe no campo do Bitrix24.")
    causes.get_by_role("link", name="Ver quais corrigir").click()
    newcomer.get_by_role("link", name=dear).click()
    expect(newcomer.get_by_role("alert")).to_contain_text(re.compile("Preço: .* é grande demais"))
    assert findings(newcomer) == []
    keep(newcomer, "novo-corrigir")
    _correct(newcomer, dear, "189,90")
    newcomer.get_by_role("link", name="Visão geral", exact=True).first.click()
    _arrived(newcomer, dear, "Criado")
    expect(newcomer.get_by_role("region", name="Precisam de você")).to_have_count(0)
    expect(newcomer.get_by_role("link", name="2 em dia")).to_be_visible()
    _open_inside(newcomer, portal)
