"""The operator's house: who stopped, why, and how it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from connector.security import totp
from tests.browser.conftest import settled, sign_in
from tests.browser.look import WIDE, findings, in_all_dresses, keep
from tests.support import crowd

CUSTOMERS = 1000
SCREENS = {
    "clientes": "/operator",
    "filas": "/operator/filas",
    "quarentena": "/operator/quarentena",
    "sem-dono": "/operator/quarentena/sem-dono",
    "parados": "/operator/parados",
    "pulso": "/operator/pulso",
    "receita": "/operator/receita",
    "auditoria": "/operator/auditoria",
}


@pytest.fixture(scope="module")
def many(demo: dict[str, Any]) -> dict[str, Any]:
    """The demo with a thousand customers more."""
    crowd.gather(demo, CUSTOMERS - len(demo["tenants"]))
    return demo


@pytest.fixture
def stopped(many: dict[str, Any]) -> dict[str, Any]:
    """The one whose trial has ended."""
    tenant: dict[str, Any] = many["tenants"][1]
    crowd.run(
        many,
        "UPDATE licence SET state = 'suspended', trial_ends_at = now(), ends_at = now(), granted_plan = NULL"
        " WHERE tenant_id = $1::text::uuid",
        tenant["id"],
    )
    return tenant


@pytest.fixture
def stopped_api(many: dict[str, Any], stopped: dict[str, Any]) -> Iterator[httpx.Client]:
    """Its JSON API."""
    headers = {"Authorization": f"Bearer {stopped['api_key']}"}
    with httpx.Client(
        base_url=f"{many['app_url']}/api/v1", headers=headers, trust_env=False, timeout=30
    ) as client:
        yield client


def enter(page: Page, operator: dict[str, str]) -> None:
    """Through the operators' door; a code that was used a moment ago is waited out."""
    page.goto("/operator")
    while True:
        page.get_by_label("E-mail").fill(operator["email"])
        page.get_by_label("Senha").fill(operator["password"])
        page.get_by_label("Código do aplicativo").fill(
            totp.code_at(operator["totp_secret"], datetime.now(UTC))
        )
        with page.expect_navigation():
            page.get_by_role("button", name="Entrar", exact=True).click()
        if page.get_by_role("alert").count() == 0:
            break
        expect(page.get_by_role("alert")).to_contain_text("já foi usado")
        time.sleep(totp.STEP_S - time.time() % totp.STEP_S)
    expect(page.get_by_role("heading", level=1)).to_have_text("Clientes")


@pytest.fixture(scope="module")
def cookies(many: dict[str, Any], browser: Any) -> list[Any]:
    """Signed in once for the whole module: each code is good once."""
    with browser.new_context(base_url=many["app_url"], locale="pt-BR", viewport=WIDE) as context:
        enter(context.new_page(), many["operator"])
        found: list[Any] = context.cookies()
        return found


@pytest.fixture
def inside(open_context: Callable[..., BrowserContext], cookies: list[Any]) -> Page:
    """A wide page of the operator's."""
    context = open_context()
    context.add_cookies(cookies)
    return context.new_page()


def _make_product(many: dict[str, Any], stopped: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {stopped['bling_access_token']}"}
    body = {
        "nome": "Chaleira de ferro",
        "codigo": f"CF-{time.time_ns()}",
        "preco": 189.9,
        "tipo": "P",
        "formato": "S",
        "situacao": "A",
    }
    with httpx.Client(
        base_url=many["bling"]["api_url"], headers=headers, trust_env=False, timeout=30
    ) as bling:
        return int(bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"])


def _is_held(api: httpx.Client, bling_id: int) -> None:
    assert settled(api, bling_id, "held")["reason"] == "licence"


def test_an_operator_finds_why_one_of_a_thousand_stopped_gives_a_licence_and_sees_its_events_run(
    inside: Page, many: dict[str, Any], stopped: dict[str, Any], stopped_api: httpx.Client
) -> None:
    stopped_api.put("/toggles", json={"product.create": True}).raise_for_status()
    bling_id = _make_product(many, stopped)
    _is_held(stopped_api, bling_id)
    inside.goto("/operator")
    inside.get_by_role("navigation", name="Situação").get_by_role("link", name="Sem licença").click()
    keep(inside, "operador-sem-licenca")
    inside.get_by_role("link", name=stopped["name"]).click()
    expect(inside.get_by_role("heading", name="Por que não passa")).to_be_visible()
    expect(inside.get_by_text("A licença não está ativa")).to_be_visible()
    expect(inside.get_by_text("evento está guardado")).to_be_visible()
    keep(inside, "operador-cliente-parado")
    inside.get_by_label("Plano").select_option(label="Profissional")
    inside.get_by_label("Até o fim do dia").fill("2099-12-31")
    inside.get_by_label("Nota").fill("Cortesia combinada com Bruno até o boleto cair")
    inside.get_by_role("button", name="Dar a licença").click()
    expect(inside.get_by_role("status")).to_contain_text("Licença dada")
    settled(stopped_api, bling_id, "created")
    inside.reload()
    expect(inside.get_by_role("heading", name="Nada impede a sincronização")).to_be_visible()
    expect(inside.get_by_text("Manual até 31/12/2099").first).to_be_visible()
    assert findings(inside) == []
    keep(inside, "operador-cliente")


def test_a_visit_shows_the_customers_own_screens_and_the_customer_sees_it(
    inside: Page, many: dict[str, Any], page: Page
) -> None:
    tenant = many["tenants"][0]
    inside.goto(f"/operator/clientes/{tenant['id']}")
    inside.get_by_label("Motivo da visita").fill("Chamado 4711: preço não chega")
    inside.get_by_role("button", name="Visitar").click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Visão geral")
    for path in ("/eventos", "/configuracao/conexoes", "/equipe"):
        inside.goto(path)
        expect(inside.get_by_text(f"Você está visitando {tenant['name']}.")).to_be_visible()
    assert findings(inside) == []
    keep(inside, "operador-visita")
    inside.get_by_role("button", name="Encerrar a visita").click()
    expect(inside).to_have_url(f"{many['app_url']}/operator/clientes/{tenant['id']}")
    inside.goto("/eventos")
    expect(inside.get_by_role("heading", level=1)).to_have_text("Entrar")
    sign_in(page, tenant)
    page.goto("/equipe")
    expect(page.get_by_text("Chamado 4711: preço não chega")).to_be_visible()


def test_a_search_by_part_of_a_name_and_the_next_page(inside: Page) -> None:
    inside.goto("/operator")
    inside.get_by_role("link", name="Próximos").click()
    expect(inside.get_by_role("link", name="Ao começo")).to_be_visible()
    inside.get_by_role("main").get_by_role("searchbox").fill("capivara 0003")
    inside.get_by_role("button", name="Buscar").click()
    expect(inside.get_by_role("table", name="Lista de clientes").get_by_role("row")).to_have_count(2)


def test_with_a_thousand_customers_every_screen_fits_and_is_clean(inside: Page) -> None:
    for name, path in SCREENS.items():
        inside.set_viewport_size(WIDE)
        inside.goto(path)
        keep(inside, f"operador-{name}")
        assert in_all_dresses(inside) == [], name


def test_the_door_tells_neither_which_part_was_wrong_nor_lets_a_customer_in(
    page: Page, many: dict[str, Any]
) -> None:
    tenant = many["tenants"][0]
    page.goto("/operator/filas")
    page.get_by_label("E-mail").fill(tenant["email"])
    page.get_by_label("Senha").fill(tenant["password"])
    page.get_by_label("Código do aplicativo").fill("123456")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("E-mail, senha e código não conferem. Tente de novo.")
    assert findings(page) == []
    keep(page, "operador-entrar")
