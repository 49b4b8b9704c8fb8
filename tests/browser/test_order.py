"""Orders become deals: options, the stage of each situation, the order that arrives, the one that waits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import settled, sign_in
from tests.browser.look import findings, keep

PATH = "/configuracao/pedido"
CREATE = "Pedido criado no Bling ERP cria negócio no Bitrix24"
UPDATE = "Pedido alterado no Bling ERP atualiza o negócio"
SALE = "Venda criada no Bling ERP cria negócio no Bitrix24"
#: A situation of the demo company's own.
DISPATCHED = 83955


class Shop:
    """The company's Bling, through its API."""

    def __init__(self, bling: httpx.Client, api: httpx.Client) -> None:
        self._bling, self._api = bling, api
        self.customer = self._rows("/contatos")[0]
        self._payment = self._rows("/formas-pagamentos")[0]["id"]

    def order(self) -> int:
        """An order of R$ 148,50; gives its Bling id."""
        today = datetime.now(ZoneInfo("America/Sao_Paulo")).date().isoformat()
        body = {
            "contato": {"id": self.customer["id"]},
            "data": today,
            "dataSaida": today,
            "dataPrevista": today,
            "itens": [
                {"descricao": "Assadeira 35 cm", "quantidade": 2, "valor": 49.9, "unidade": "UN"},
                {"descricao": "Vale-presente", "quantidade": 1, "valor": 33.7, "unidade": "UN"},
            ],
            "transporte": {"frete": 15},
            "parcelas": [{"dataVencimento": today, "valor": 148.5, "formaPagamento": {"id": self._payment}}],
        }
        return int(self._asked("POST", "/pedidos/vendas", json=body)["data"]["id"])

    def move(self, order: int, situation: int) -> None:
        """The order's next situation."""
        self._asked("PATCH", f"/pedidos/vendas/{order}/situacoes/{situation}")

    def event(self, order: int, outcome: str) -> dict[str, Any]:
        """The order's newest event that ended so."""
        return settled(self._api, order, outcome, "order")

    def _rows(self, path: str) -> list[dict[str, Any]]:
        return list(self._asked("GET", path)["data"])

    def _asked(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Bling grants three requests a second, to everybody together."""
        while (answer := self._bling.request(method, path, **more)).status_code == 429:
            time.sleep(0.4)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}


@pytest.fixture
def shop(bling: httpx.Client, api: httpx.Client) -> Iterator[Shop]:
    """A shop whose mapping and options are afterwards as they were; suggestions are in force."""
    put_table(api, {})
    rules = {kind: rules_of(api, kind) for kind in ("order", "sale")}
    yield Shop(bling, api)
    for kind, known in rules.items():
        filter: dict[str, Any] = {"filter": {}} if kind == "order" else {}
        api.put(f"/mappings/{kind}", json={"rules": known, **filter}).raise_for_status()
    put_table(api, {})
    off = {"order.create": False, "order.update": False, "sale.create": False}
    api.put("/toggles", json=off).raise_for_status()


@pytest.fixture
def orders_on(api: httpx.Client) -> None:
    api.put("/toggles", json={"order.create": True, "order.update": True}).raise_for_status()


def stage_of(page: Page, situation: str) -> Any:
    return page.get_by_role("combobox", name=f"Etapa de {situation}", exact=True)


def rules_of(api: httpx.Client, kind: str) -> list[dict[str, Any]]:
    return list(api.get(f"/mappings/{kind}").raise_for_status().json()["rules"])


def table_in_force(api: httpx.Client) -> dict[str, str]:
    rules = rules_of(api, "order")
    return dict(next(rule["transform"]["table"] for rule in rules if rule["bitrix24"] == "stageId"))


def save(page: Page) -> None:
    page.get_by_role("button", name="Salvar", exact=True).last.click()


def put_table(api: httpx.Client, table: dict[str, str]) -> None:
    """As somebody saved it; an empty one leaves it to the suggestions."""
    rules = rules_of(api, "order")
    for rule in rules:
        if rule["bitrix24"] == "stageId":
            rule["transform"]["table"] = table
    api.put("/mappings/order", json={"rules": rules}).raise_for_status()


def test_an_option_is_saved_when_it_is_ticked(signed_in: Page, api: httpx.Client, shop: Shop) -> None:
    signed_in.goto(PATH)
    for name in (CREATE, UPDATE, SALE):
        with signed_in.expect_response("**/opcoes"):
            signed_in.get_by_role("checkbox", name=name).check()
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    toggles = api.get("/toggles").json()
    assert all(toggles[name] for name in ("order.create", "order.update", "sale.create"))
    assert findings(signed_in) == []


def test_an_order_arrives_as_a_deal_that_adds_up(
    signed_in: Page, api: httpx.Client, shop: Shop, demo: dict[str, Any]
) -> None:
    signed_in.goto(PATH)
    with signed_in.expect_response("**/opcoes"):
        signed_in.get_by_role("checkbox", name=CREATE).check()
    signed_in.goto("/")
    feed = signed_in.get_by_role("region", name="Acontecendo agora")
    expect(feed.get_by_text("Ao vivo")).to_be_visible()
    order = shop.order()
    arrived = feed.get_by_role("listitem").filter(has_text=re.compile(r"Pedido \d+.*3 itens, R\$ 148,50"))
    expect(arrived.filter(has_text="Criado").first).to_be_visible(timeout=10_000)
    arrived.first.get_by_role("link").click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Pedido \d+$"))
    changed = signed_in.get_by_role("region", name="O que mudou").get_by_role("row")
    expect(changed.filter(has_text="Etapa")).to_contain_text("Novo")
    rows = signed_in.get_by_role("region", name="Linhas do negócio")
    expect(rows.get_by_role("row")).to_have_count(4)
    expect(rows.get_by_role("row").filter(has_text="Assadeira")).to_contain_text("R$ 99,80")
    expect(rows).to_contain_text("Soma das linhas = total do pedido: R$ 148,50 ✓")
    assert findings(signed_in) == []
    keep(signed_in, "evento-pedido")
    deal = shop.event(order, "created")["record"]["bitrix_id"]
    link = signed_in.get_by_role("link", name="Negócio no Bitrix24")
    expect(link).to_have_attribute("href", re.compile(rf"/crm/deal/details/{deal}/$"))
    signed_in.goto(str(link.get_attribute("href")))
    assert signed_in.url.startswith(demo["sandbox_url"])
    expect(signed_in.locator("body")).to_contain_text(shop.customer["nome"])


@pytest.mark.usefixtures("orders_on")
def test_the_title_is_tried_on_the_last_order(signed_in: Page, shop: Shop) -> None:
    shop.event(shop.order(), "created")
    signed_in.goto(PATH)
    example = signed_in.locator("#exemplo")
    expect(example).to_contain_text("Assim fica o último pedido:")
    signed_in.get_by_label("De um pedido").fill("Loja: ")
    signed_in.get_by_role("button", name="Cliente", exact=True).click()
    expect(signed_in.get_by_label("De um pedido")).to_have_value("Loja: {contato.nome}")
    expect(example).to_contain_text(f"Loja: {shop.customer['nome']}")
    expect(signed_in.get_by_text("Há mudanças não salvas")).to_be_visible()


def test_a_stage_table_is_saved_as_a_new_version(signed_in: Page, api: httpx.Client, shop: Shop) -> None:
    before = api.get("/mappings/order").json()["version"]
    signed_in.goto(PATH)
    expect(signed_in.get_by_text("sugerida", exact=True).first).to_be_visible()
    stage_of(signed_in, "Em andamento").select_option(label="Novo")
    signed_in.get_by_label("Nota desta versão").fill("andamento ainda é novo")
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    expect(signed_in.get_by_text(f"Versão {before + 1}, em uso desde")).to_be_visible()
    expect(stage_of(signed_in, "Em andamento").locator("option:checked")).to_have_text("Novo")
    expect(signed_in.get_by_text("sugerida", exact=True)).to_have_count(0)
    table = table_in_force(api)
    assert (table["15"], table["9"], table["12"]) == ("NEW", "WON", "LOSE")


def test_another_pipeline_brings_its_own_stages(signed_in: Page, api: httpx.Client, shop: Shop) -> None:
    signed_in.goto(PATH)
    pipelines = signed_in.get_by_role("combobox", name="Funil")
    with signed_in.expect_response("**/etapas?*"):
        pipelines.select_option(index=1)
    chosen = stage_of(signed_in, "Atendido").locator("option:checked")
    expect(chosen).to_have_attribute("value", re.compile(r"^C\d+:WON$"))
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    sale = rules_of(api, "sale")
    sales = next(rule["transform"]["value"] for rule in sale if rule["bitrix24"] == "categoryId")
    assert sales == signed_in.get_by_role("combobox", name="Funil").input_value()
    signed_in.get_by_role("combobox", name="Funil").select_option(index=0)
    expect(stage_of(signed_in, "Atendido").locator("option:checked")).to_have_attribute("value", "WON")
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()


@pytest.mark.usefixtures("orders_on")
def test_an_unknown_situation_waits_for_its_stage_and_goes_on(
    signed_in: Page, api: httpx.Client, shop: Shop
) -> None:
    put_table(api, {"6": "NEW", "9": "WON", "12": "LOSE"})
    order = shop.order()
    shop.event(order, "created")
    shop.move(order, DISPATCHED)
    held = shop.event(order, "held")
    assert held["reason"] == "stage_missing"
    signed_in.goto(f"/eventos/{held['id']}")
    signed_in.get_by_role("link", name="Definir a etapa").click()
    signed_in.wait_for_url(f"**{PATH}*")
    row = signed_in.get_by_role("row").filter(has=stage_of(signed_in, "Despachado"))
    expect(row).to_contain_text("defina a etapa")
    expect(row).to_contain_text("1 aguardando")
    assert findings(signed_in) == []
    keep(signed_in, "pedido-situacao-nova")
    stage_of(signed_in, "Despachado").select_option(label="Em andamento")
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    updated = shop.event(order, "updated")
    signed_in.goto(f"/eventos/{updated['id']}")
    stage = signed_in.get_by_role("region", name="O que mudou").get_by_role("row").filter(has_text="Etapa")
    expect(stage).to_contain_text("Novo")
    expect(stage).to_contain_text("Em andamento")


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any], api: httpx.Client, shop: Shop
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    before = api.get("/mappings/order").json()["version"]
    page.goto(PATH)
    page.get_by_label("De um pedido").fill("{inventado}")
    page.get_by_label("De uma venda sem pedido").fill("NF {numero}")
    page.get_by_label("Mover o negócio para a etapa de perda").check()
    save(page)
    error = page.get_by_role("alert").filter(has_text="O Bling não tem um dos campos")
    expect(error).to_be_visible()
    expect(page.get_by_label("De um pedido")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("De uma venda sem pedido")).to_have_value("NF {numero}")
    expect(page.get_by_label("Mover o negócio para a etapa de perda")).to_be_checked()
    assert api.get("/mappings/order").json()["version"] == before
    assert api.get("/settings/order").json() == {"on_deleted": "nothing"}
    page.get_by_label("De um pedido").fill("Pedido {numero}")
    page.get_by_label("Pedidos a partir de").fill("2026-01-31")
    save(page)
    expect(page.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert api.get("/mappings/order").json()["filter"] == {"since": "2026-01-31"}
    assert api.get("/settings/order").json() == {"on_deleted": "lost"}
    api.put("/settings/order", json={"on_deleted": "nothing"}).raise_for_status()


def test_records_are_listed_by_kind(signed_in: Page, api: httpx.Client, shop: Shop) -> None:
    api.put("/toggles", json={"order.create": True}).raise_for_status()
    shop.event(shop.order(), "created")
    signed_in.goto("/registros")
    signed_in.get_by_role("link", name="Pedidos").click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Pedidos")
    expect(signed_in.get_by_role("link", name=re.compile(r"^Pedido \d+")).first).to_be_visible()
    signed_in.get_by_role("link", name="Contatos").click()
    expect(signed_in.get_by_role("row").filter(has_text=shop.customer["nome"])).to_be_visible()
    assert findings(signed_in) == []
