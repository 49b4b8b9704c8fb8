"""Inside Bitrix24: installing, choosing, coming back; the sandbox's portal page holds Ponte in a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from tests.browser.conftest import uninstall
from tests.browser.look import findings, keep

pytestmark = pytest.mark.usefixtures("unhurried")

#: What Bitrix24 leaves for an app beside its own menu.
BESIDE_A_MENU = {"width": 820, "height": 900}
#: A fresh demo lets four calls of Bling's token endpoint through in its first minute.
PATIENCE_MS = 90_000


def _portal(demo: dict[str, Any], member_id: str) -> str:
    return f"{demo['sandbox_url']}/bitrix24/{member_id}/"


def _frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def _findings(page: Page) -> list[str]:
    """What axe-core holds against what is in the frame."""
    (inside,) = [frame for frame in page.frames if frame.parent_frame is not None]
    return findings(inside)


@pytest.fixture
def narrow(open_context: Callable[..., BrowserContext]) -> Page:
    """A page as wide as a portal leaves it."""
    return open_context(viewport=BESIDE_A_MENU).new_page()


@pytest.fixture
def spare(demo: dict[str, Any]) -> str:
    """The page of the portal that nobody has connected, the app not installed there."""
    address = _portal(demo, demo["spare"]["bitrix24_member_id"])
    uninstall(address)
    return address


def _at_home(page: Page) -> None:
    inside = _frame(page)
    expect(inside.get_by_role("heading", level=1)).to_have_text("Visão geral")
    expect(inside.locator("header.topbar")).to_be_visible()
    expect(inside.locator("aside.rail")).to_be_hidden()


def test_from_install_to_the_first_product_and_back(narrow: Page, spare: str, demo: dict[str, Any]) -> None:
    company = demo["spare"]["bling_company_id"]
    narrow.goto(spare)
    inside = _frame(narrow)
    inside.get_by_role("button", name="Continuar").wait_for()
    assert _findings(narrow) == []
    keep(narrow, "iframe-escolha")
    inside.get_by_role("button", name="Continuar").click()
    _at_home(narrow)
    assert _findings(narrow) == []
    keep(narrow, "iframe-visao-geral")
    inside.get_by_role("link", name="Conectar ao Bling").first.click()
    inside.get_by_label("Empresa").select_option(company)
    inside.get_by_role("button", name="Autorizar").click()
    expect(inside.get_by_text("está conectada.")).to_be_visible(timeout=PATIENCE_MS)
    expect(inside.get_by_text("Conectado", exact=True)).to_have_count(2)
    expect(inside.locator("header.topbar")).to_be_visible()
    keep(narrow, "iframe-conexoes")
    inside.get_by_role("link", name="Escolher opções").click()
    with narrow.expect_response(lambda answer: answer.url.endswith("/configuracao/produto")):
        inside.get_by_role("checkbox", name="Criação no Bling ERP cria produto no Bitrix24").check()
    inside.get_by_role("link", name="Agora teste").click()
    _at_home(narrow)
    seed = {"tenant": company, "products": 1, "orders": 0}
    httpx.post(
        f"{demo['sandbox_url']}/control/seed", json=seed, trust_env=False, timeout=30
    ).raise_for_status()
    expect(inside.get_by_text("Criado").first).to_be_visible(timeout=PATIENCE_MS)
    keep(narrow, "iframe-primeiro-produto")
    narrow.goto(spare)
    _at_home(narrow)


def test_who_has_an_account_signs_in_inside(
    narrow: Page, spare: str, tenant: dict[str, Any], demo: dict[str, Any]
) -> None:
    narrow.goto(spare)
    inside = _frame(narrow)
    inside.get_by_role("link", name="Já tenho conta").click()
    inside.get_by_label("E-mail").fill(tenant["email"])
    inside.get_by_label("Senha").fill("errada")
    inside.get_by_role("button", name="Entrar").click()
    expect(inside.get_by_role("alert")).to_contain_text("não conferem")
    assert _findings(narrow) == []
    inside.get_by_label("Senha").fill(tenant["password"])
    inside.get_by_role("button", name="Entrar").click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Sua conta já tem outro portal")
    assert _findings(narrow) == []


@pytest.mark.parametrize("tenant", [1], indirect=True, ids=["who-is-elsewhere-at-home"])
def test_a_connected_portal_opens_signed_in_live_and_saves_until_one_leaves(
    narrow: Page, demo: dict[str, Any], tenant: dict[str, Any], bling: httpx.Client
) -> None:
    narrow.goto(_portal(demo, tenant["bitrix24_member_id"]))
    _at_home(narrow)
    inside, name = _frame(narrow), f"Da moldura {uuid4().hex[:6]}"
    body = {"nome": name, "tipo": "P", "situacao": "A", "formato": "S"}
    bling.post("/produtos", json=body).raise_for_status()
    expect(inside.get_by_role("region", name="Acontecendo agora").get_by_text(name).first).to_be_visible()
    inside.get_by_role("link", name="Configuração").first.click()
    inside.get_by_role("link", name="Produto").first.click()
    box = inside.get_by_role("checkbox").first
    before = box.is_checked()
    box.click()
    expect(inside.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert box.is_checked() is not before
    box.click()
    inside.locator("[data-menu] summary").click()
    inside.get_by_role("button", name="Sair").last.click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Você saiu")
