"""The mapping editor: a rule from its first click to the value in Bitrix24, and what is said of mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import settled, sign_in
from tests.browser.look import NARROW, findings, keep, overflows
from tests.browser.people import invite, join, mailed_link
from tests.support.waiting import wait_for

#: Seconds for everything that other tests have synced to be read again, three a second.
APPLYING_S = 90
PATH = "/configuracao/produto"
#: What the server says to the editor's form, as it stands on the page, with this wish.
SENT = """async (wish) => {
  const form = document.querySelector("form[data-unsaved]"), sent = new FormData(form);
  sent.set("acao", wish);
  return (await fetch(form.action, { method: "POST", body: new URLSearchParams(sent) })).status;
}"""
ON = {"product.create": True, "product.update": True}
PRODUCT = {
    "nome": "Jarra medidora 1 L",
    "codigo": "JAR-MED-1",
    "preco": 39.9,
    "tipo": "P",
    "formato": "S",
    "situacao": "A",
    "marca": "Aurora Casa",
}


class Shelf:
    """The company's products in Bling, and what the portal made of them."""

    def __init__(self, demo: dict[str, Any], tenant: dict[str, Any], bling: httpx.Client) -> None:
        self._demo, self._tenant, self._bling = demo, tenant, bling

    def create(self, **more: Any) -> int:
        """A product; gives its Bling id."""
        return int(self._asked("POST", "/produtos", json=PRODUCT | more).json()["data"]["id"])

    def change(self, product: int, **fields: Any) -> None:
        """Somebody edits it in Bling."""
        self._asked("PATCH", f"/produtos/{product}", json=fields)

    def shows_brand(self, bling_id: int, wanted: str) -> None:
        """Wait until the product's property *Marca* in Bitrix24 is as wanted."""
        wait_for(
            lambda: self._brand(str(bling_id)) == wanted,
            missed=lambda: f"{self._brand(str(bling_id))} is not {wanted}",
            pause_s=0.2,
            patience_s=APPLYING_S,
        )

    def _brand(self, bling_id: str) -> str:
        asked = {"provider": "bitrix24", "tenant": str(self._tenant["id"])}
        url = f"{self._demo['sandbox_url']}/control/dump"
        products = (
            httpx.get(url, params=asked, trust_env=False, timeout=30).raise_for_status().json()["products"]
        )
        values = (
            {name: _value(one[name]) for name in one if name.startswith("property")} for one in products
        )
        mine = next((one for one in values if bling_id in one.values()), {})
        return next((text for text in mine.values() if text.startswith("Aurora")), "")

    def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._bling.request(method, path, **more).raise_for_status()


def _value(held: Any) -> str:
    return str(held.get("value")) if isinstance(held, dict) else str(held)


@pytest.fixture
def shelf(
    demo: dict[str, Any], tenant: dict[str, Any], bling: httpx.Client, api: httpx.Client
) -> Iterator[Shelf]:
    """Options on and no rule of one's own, before and after."""
    only_fixed(api)
    api.put("/toggles", json=ON).raise_for_status()
    yield Shelf(demo, tenant, bling)
    only_fixed(api)


def only_fixed(api: httpx.Client) -> None:
    rules = [one for one in api.get("/mappings/product").json()["rules"] if one["locked"]]
    api.put("/mappings/product", json={"rules": rules, "filter": {}}).raise_for_status()


def own_rules(api: httpx.Client) -> list[dict[str, Any]]:
    return [one for one in api.get("/mappings/product").json()["rules"] if not one["locked"]]


def suggest(page: Page, name: str) -> None:
    page.get_by_role("group", name="Sugestões:").get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Regra adicionada")).to_have_count(1)
    expect(rule(page, name)).to_be_visible()


def rule(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=re.compile(rf"^Regra \d+, {name}"))


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Salvar como versão")).click()


def test_a_rule_from_the_first_click_to_bitrix24(signed_in: Page, shelf: Shelf, api: httpx.Client) -> None:
    product = shelf.create()
    settled(api, product, "created")
    signed_in.goto(PATH)
    suggest(signed_in, "Marca")
    expect(rule(signed_in, "Marca")).to_contain_text("+1 consulta por alteração")
    signed_in.get_by_role("button", name="Ver prévia").click()
    preview = signed_in.get_by_role("region", name="Prévia")
    mine = preview.get_by_role("group").filter(has_text=str(PRODUCT["nome"])).first
    expect(mine).to_contain_text("1 muda", timeout=10_000)
    if mine.get_attribute("open") is None:
        mine.locator("summary").click()
    expect(mine.get_by_text("Aurora Casa")).to_be_visible()
    assert own_rules(api) == []
    assert findings(signed_in) == []
    keep(signed_in, "produto-previa")
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert [one["bling"] for one in own_rules(api)] == ["marca"]
    shelf.change(product, marca="Aurora Nova")
    shelf.shows_brand(product, "Aurora Nova")
    settled(api, product, "updated")
    signed_in.goto(f"/registros/product/{product}")
    row = signed_in.get_by_role("region", name="Campo por campo").get_by_role("row")
    brand = row.filter(has=signed_in.get_by_role("rowheader", name=re.compile("^Marca")))
    expect(brand).to_contain_text("Aurora Nova")
    expect(brand).to_contain_text(re.compile(r"regra \S+, versão \d+"))
    brand.get_by_role("link", name=re.compile("Produto alterado")).click()
    changed = signed_in.get_by_role("region", name="O que mudou").get_by_role("row")
    expect(changed.filter(has_text="Aurora Nova")).to_have_count(1)


def test_a_record_shows_where_its_values_came_from(signed_in: Page, shelf: Shelf, api: httpx.Client) -> None:
    product = shelf.create(nome="Peneira inox", codigo="PEN-INOX")
    settled(api, product, "created")
    signed_in.goto(f"/registros/product/{product}")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Peneira inox")
    sides = signed_in.get_by_role("region", name="Campo por campo").get_by_role("row")
    expect(sides.filter(has_text="Preço")).to_contain_text("R$ 39,90")
    expect(sides.filter(has_text="Preço").get_by_role("link")).to_have_text("Produto criado · Bling")
    expect(signed_in.get_by_role("region", name="Eventos deste registro")).to_contain_text("Criado")
    assert findings(signed_in) == []
    keep(signed_in, "registro")
    signed_in.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    assert not overflows(signed_in)
    answer = signed_in.goto("/registros/product/1")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("tenant", [1], indirect=True, ids=["of-whom-few-are"])
def test_a_new_version_goes_to_what_is_synced(signed_in: Page, shelf: Shelf, api: httpx.Client) -> None:
    product = shelf.create(nome="Funil de silicone", codigo="FUN-SIL", marca="Aurora Funil")
    settled(api, product, "created")
    signed_in.goto(PATH)
    suggest(signed_in, "Marca")
    save(signed_in)
    offer = signed_in.get_by_role("region", name="Aplicar ao que já está sincronizado")
    expect(offer).to_contain_text(re.compile(r"\d+ produtos? já sincronizado"))
    offer.get_by_role("button").click()
    expect(signed_in.get_by_role("status").filter(has_text="na fila")).to_be_visible()
    shelf.shows_brand(product, "Aurora Funil")


def test_mistakes_are_told_at_their_rule_and_nothing_is_saved(
    signed_in: Page, shelf: Shelf, api: httpx.Client
) -> None:
    version = api.get("/mappings/product").json()["version"]
    signed_in.goto(PATH)
    signed_in.get_by_role("button", name="Regra", exact=True).click()
    mine = signed_in.get_by_role("group", name="Regra 1", exact=True)
    mine.get_by_role("combobox", name="Transformação").select_option(label="Modelo")
    expect(mine.get_by_label("Modelo, com campos entre chaves")).to_be_visible()
    mine.get_by_label("Modelo, com campos entre chaves").fill("{nome")
    save(signed_in)
    expect(signed_in.get_by_role("alert").filter(has_text="Nada foi gravado ainda")).to_be_visible()
    text = signed_in.get_by_label("Modelo, com campos entre chaves")
    expect(text).to_have_value("{nome")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(signed_in.get_by_role("combobox", name="Bitrix24").first).to_have_attribute("aria-invalid", "true")
    assert api.get("/mappings/product").json()["version"] == version
    assert findings(signed_in) == []


def test_rules_are_dragged_and_removed_and_filters_kept(
    signed_in: Page, shelf: Shelf, api: httpx.Client
) -> None:
    """Moved by keys: `test_keyboard`."""
    signed_in.goto(PATH)
    for name in ("Marca", "Peso", "Largura"):
        suggest(signed_in, name)
    handles = signed_in.get_by_title("Arraste para mudar a ordem")
    handles.nth(2).drag_to(rule(signed_in, "Marca"))
    expect(signed_in.get_by_role("group", name=re.compile("^Regra 1, Largura"))).to_be_visible()
    handles.nth(1).drag_to(rule(signed_in, "Peso"))
    expect(signed_in.get_by_role("group", name=re.compile("^Regra 2, Peso"))).to_be_visible()
    signed_in.get_by_role("button", name=re.compile("^Remover: Regra 1")).click()
    expect(signed_in.get_by_role("group", name=re.compile("^Regra 1, Peso"))).to_be_visible()
    signed_in.get_by_role("button", name=re.compile("^Remover: Regra 2")).click()
    expect(signed_in.get_by_role("list", name="Suas regras").get_by_role("listitem")).to_have_count(1)
    signed_in.locator("summary").filter(has_text="Tipos").click()
    signed_in.get_by_role("checkbox", name="Produto", exact=True).check()
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    mapping = api.get("/mappings/product").json()
    assert mapping["filter"] == {"tipo": ["P"]}
    (mine,) = own_rules(api)
    assert mine["transform"] == {"type": "unit", "from": "kg", "to": "g"}


def test_what_is_done_while_the_form_is_on_its_way_is_done_all_the_same(
    signed_in: Page, shelf: Shelf, api: httpx.Client
) -> None:
    """A second suggestion, one clicked twice, a rule removed twice, a policy, a note, and saving at once."""
    signed_in.goto(PATH)
    suggest(signed_in, "Largura")
    under_way: list[Route] = []

    def hold(sent: Route) -> None:
        under_way.append(sent)

    signed_in.route("**/mapeamento", hold, times=1)
    offered = signed_in.get_by_role("group", name="Sugestões:")
    offered.get_by_role("button", name="Altura", exact=True).click()
    offered.get_by_role("button", name="Peso", exact=True).dblclick()
    rule(signed_in, "Largura").get_by_label("Editado à mão").select_option("keep")
    signed_in.get_by_role("button", name="Regra", exact=True).dblclick()
    signed_in.get_by_placeholder("Nota desta versão").press_sequentially("com pressa")
    assert len(under_way) == 1
    under_way[0].continue_()
    fresh = signed_in.get_by_role("group", name=re.compile(r"^Regra \d+$"))
    expect(fresh).to_have_count(2)
    expect(signed_in.get_by_placeholder("Nota desta versão")).to_be_focused()
    signed_in.route("**/mapeamento", hold, times=1)
    signed_in.get_by_role("button", name=re.compile("^Remover: Regra 4")).dblclick()
    signed_in.get_by_role("button", name=re.compile("^Remover: Regra 5")).click()
    save(signed_in)
    under_way[1].continue_()
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    sizes = [("dimensoes.largura", "keep"), ("dimensoes.altura", "bling"), ("pesoLiquido", "bling")]
    assert [(one["bling"], one["policy"]) for one in own_rules(api)] == sizes
    (newest, *_) = api.get("/mappings/product/versions").json()["items"]
    assert newest["note"] == "com pressa"


def test_who_only_looks_sees_the_preview_and_saves_nothing(
    open_context: Callable[..., BrowserContext],
    signed_in: Page,
    demo: dict[str, Any],
    shelf: Shelf,
    api: httpx.Client,
) -> None:
    settled(api, shelf.create(nome="Escorredor", codigo="ESC-1"), "created")
    guest = open_context().new_page()
    email = invite(signed_in)
    guest.goto(mailed_link(demo, email))
    join(guest, "Leitora")
    guest.goto(PATH)
    expect(guest.get_by_text("Só administradores mudam o mapeamento.")).to_be_visible()
    expect(guest.get_by_role("button", name=re.compile("^Salvar|^Regra|^Ver prévia"))).to_have_count(0)
    guest.get_by_role("link", name="Ver prévia").click()
    preview = guest.get_by_role("region", name="Prévia")
    expect(preview.get_by_role("group").filter(has_text="Escorredor").first).to_be_visible()
    expect(preview.get_by_role("link", name="Atualizar prévia")).to_be_visible()
    assert findings(guest) == []
    version = api.get("/mappings/product").json()["version"]
    signed_in.goto(PATH)
    assert signed_in.evaluate(SENT, "previa") == httpx.codes.OK
    assert guest.evaluate(SENT, "salvar") == httpx.codes.FORBIDDEN
    assert api.get("/mappings/product").json()["version"] == version


def test_without_javascript_the_editor_works_too(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any], shelf: Shelf, api: httpx.Client
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    page.goto(PATH)
    suggest(page, "Marca")
    page.get_by_role("button", name="Ver prévia").click()
    expect(page.get_by_role("region", name="Prévia")).to_contain_text("nada foi gravado")
    page.get_by_placeholder("Nota desta versão").fill("marca, sem script")
    save(page)
    expect(page.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert [one["bling"] for one in own_rules(api)] == ["marca"]


def test_versions_are_compared_restored_exported_and_imported(
    signed_in: Page, shelf: Shelf, api: httpx.Client, tmp_path: Path
) -> None:
    signed_in.goto(PATH)
    suggest(signed_in, "Marca")
    signed_in.get_by_placeholder("Nota desta versão").fill("com a marca")
    save(signed_in)
    signed_in.get_by_role("link", name="Versões").click()
    versions = signed_in.get_by_role("region", name="Histórico").get_by_role("listitem")
    first, second = versions.nth(0), versions.nth(1)
    expect(first).to_contain_text("com a marca")
    expect(first).to_contain_text("em uso")
    with signed_in.expect_download() as waiting:
        signed_in.get_by_role("link", name="Exportar").click()
    file = tmp_path / "mapping.json"
    waiting.value.save_as(file)
    assert any(one["bling"] == "marca" for one in json.loads(file.read_text())["rules"])
    second.get_by_role("link", name=re.compile("^Comparar")).click()
    compared = signed_in.get_by_role("region", name=re.compile("^Da versão"))
    expect(compared).to_contain_text("Marca → Marca")
    assert findings(signed_in) == []
    keep(signed_in, "produto-versoes")
    compared.get_by_role("button", name=re.compile("^Restaurar")).click()
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert own_rules(api) == []
    signed_in.goto(f"{PATH}/versoes")
    signed_in.get_by_label("Mapeamento exportado da Ponte (JSON)").set_input_files(file)
    signed_in.get_by_role("button", name="Importar").click()
    expect(rule(signed_in, "Marca")).to_be_visible()
    assert own_rules(api) == []
    save(signed_in)
    expect(signed_in.get_by_role("status").filter(has_text="Salvo")).to_be_visible()
    assert [one["bling"] for one in own_rules(api)] == ["marca"]
