"""Mending what needs somebody: bringing what was left out, choosing an ambiguous product's pair."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.browser.look import findings, keep, overflows
from tests.browser.portal import Portal
from tests.support.waiting import wait_for

CREATE = "Criação no Bling ERP cria produto no Bitrix24"


def _make(bling: httpx.Client, name: str, sku: str) -> int:
    body = {"nome": name, "codigo": sku, "tipo": "P", "situacao": "A", "formato": "S", "preco": 20}
    made: int = bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"]
    return made


def _state(api: httpx.Client, bling_id: int, state: str) -> dict[str, Any]:
    """The record, once it is in this state."""

    def look() -> httpx.Response:
        return api.get(f"/records/product/{bling_id}")

    def found() -> dict[str, Any] | None:
        answer = look()
        there = answer.status_code == httpx.codes.OK and answer.json()["state"] == state
        return dict(answer.json()) if there else None

    return wait_for(found, missed=lambda: f"{bling_id} is not {state}: {look().text[:300]}")


def _toggles(api: httpx.Client, *, create: bool, update: bool = True) -> None:
    api.put("/toggles", json={"product.create": create, "product.update": update}).raise_for_status()


def test_what_was_left_out_is_brought_when_its_option_is_ticked(
    signed_in: Page, api: httpx.Client, bling: httpx.Client
) -> None:
    _toggles(api, create=False, update=False)
    bling_id = _make(bling, "Caneca deixada de fora", f"FORA-{uuid4().hex[:8]}")
    _state(api, bling_id, "excluded")
    page = signed_in
    page.goto("/configuracao/produto")
    page.get_by_role("checkbox", name=CREATE).check()
    page.get_by_role("status").get_by_role("link", name="Trazer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Trazer")
    assert findings(page) == []
    keep(page, "remedio-confirmar")
    page.get_by_role("button", name="Trazer").click()
    expect(page.get_by_role("status")).to_contain_text("na fila")
    _state(api, bling_id, "in_step")


def test_an_ambiguous_product_gets_the_pair_that_a_person_picks(
    signed_in: Page, api: httpx.Client, bling: httpx.Client, portal: Portal
) -> None:
    _toggles(api, create=True)
    sku = f"DUPLO-{uuid4().hex[:8]}"
    catalogues = portal.call("catalog.catalog.list")["catalogs"]
    iblock = next(one["iblockId"] for one in catalogues if not one.get("productIblockId"))
    made = [
        portal.call("catalog.product.add", fields={"iblockId": iblock, "name": name, "xmlId": sku})[
            "element"
        ]["id"]
        for name in ("Garrafa azul", "Garrafa azul (antiga)")
    ]
    bling_id = _make(bling, "Garrafa azul 1 L", sku)
    _state(api, bling_id, "needs_you")
    page = signed_in
    page.goto("/")
    page.get_by_role("link", name="Escolher um a um").click()
    expect(page).to_have_url("/registros?tipo=product&motivo=ambiguous")
    assert findings(page) == []
    row = page.get_by_role("row").filter(has_text="Garrafa azul 1 L")
    row.get_by_role("link", name="Escolher o produto").click()
    choice = page.get_by_role("radio", name="Garrafa azul (antiga)")
    expect(choice).to_be_visible()
    assert findings(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert not overflows(page)
    keep(page, "registro-escolher-360")
    choice.check()
    page.get_by_role("button", name="Usar este produto").click()
    page.wait_for_url("**/eventos/**")
    assert _state(api, bling_id, "in_step")["bitrix_id"] == str(made[1])


def test_lists_of_records_fit_a_narrow_screen(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 360, "height": 800})
    for path in ("/registros", "/registros?motivo=create_off", "/registros?estado=needs_you", "/"):
        signed_in.goto(path)
        assert not overflows(signed_in), path
        assert findings(signed_in) == [], path
