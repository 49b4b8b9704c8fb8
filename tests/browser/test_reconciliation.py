"""Comparing both sides: an edit by hand in Bitrix24 is found, asked about and repaired; one record, too."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import findings, keep, overflows, settled

#: Milliseconds that a comparison of a small company, and a repair, may take.
LONG = 90_000


def _edit_by_hand(demo: dict[str, Any], tenant: dict[str, Any], bitrix_id: str, name: str) -> None:
    url = demo["bitrix24"]["rest_url"].replace("{member_id}", tenant["bitrix24_member_id"])
    body = {"auth": tenant["bitrix24_access_token"], "id": bitrix_id, "fields": {"name": name}}
    httpx.post(f"{url}catalog.product.update", json=body, trust_env=False, timeout=30).raise_for_status()


def test_an_edit_by_hand_is_found_and_repaired(
    signed_in: Page, api: httpx.Client, bling: httpx.Client, demo: dict[str, Any], tenant: dict[str, Any]
) -> None:
    api.put("/toggles", json={"product.create": True, "product.update": True}).raise_for_status()
    name = f"Chaleira {uuid4().hex[:8]}"
    body = {"nome": name, "codigo": name, "tipo": "P", "situacao": "A", "formato": "S", "preco": 20}
    bling_id = bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"]
    settled(api, bling_id, "created")
    bitrix_id = api.get(f"/records/product/{bling_id}").json()["bitrix_id"]
    _edit_by_hand(demo, tenant, bitrix_id, f"{name} à mão")

    page = signed_in
    page.goto(f"/registros/product/{bling_id}")
    page.get_by_role("link", name="Comparar agora").click()
    row = page.locator("#agora tbody tr", has_text="Nome")
    expect(row).to_contain_text(f"{name} à mão")
    expect(row).to_contain_text("difere")
    assert not findings(page)
    keep(page, "registro-comparado")

    page.goto("/")
    expect(page.locator("#mes svg").first).to_be_visible()
    page.get_by_role("button", name="Conferir agora").click()
    expect(page.get_by_role("heading", name="Conferência: Produtos")).to_be_visible()
    expect(page.locator(".title-line .chip")).to_have_text("Concluída", timeout=LONG)
    page.locator("nav.outcomes").get_by_role("link", name="Diferente").click()
    found = page.locator("tbody tr", has_text=f"{name} à mão")
    expect(found).to_contain_text("Foi editado no Bitrix24.")
    assert not findings(page)
    keep(page, "conferencia")

    found.get_by_role("checkbox").check()
    page.get_by_role("button", name="Corrigir os marcados").click()
    expect(page.get_by_role("heading", name="Corrigir 1 diferença?")).to_be_visible()
    assert not findings(page)
    page.get_by_role("button", name="Corrigir 1").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("Corrigido", timeout=LONG)
    page.set_viewport_size({"width": 360, "height": 800})
    assert not overflows(page)
    shown = api.get(f"/records/product/{bling_id}", params={"fresh": "true"}).json()["sides"]
    assert (shown["what"], shown["stale"]) == (None, False)
    assert all(field["equal"] for field in shown["fields"])


def test_comparisons_are_drawn_told_as_a_table_and_nights_are_chosen(
    signed_in: Page, api: httpx.Client
) -> None:
    run = api.post("/reconciliations", json={"kind": "product"}).json()["id"]
    page = signed_in
    page.goto(f"/importacao/conferencias/{run}")
    expect(page.locator(".title-line .chip")).to_have_text("Concluída", timeout=LONG)
    page.get_by_role("link", name="Mudar").click()
    expect(page.get_by_role("heading", name="Conferências", exact=True)).to_be_visible()
    assert not findings(page)
    point = page.locator(".chart-hit").last
    point.hover()
    expect(point.locator("title")).to_contain_text("diferem")
    page.get_by_text("Os mesmos números em tabela").click()
    expect(page.locator(f'#evolucao a[href$="{run}"]')).to_be_visible()
    page.get_by_role("checkbox", name="Corrigir sozinha").check()
    expect(page.locator("#salvo")).to_have_text("Salvo")
    assert api.get("/settings/reconciliation").json() == {"mends_all": True}
    assert not findings(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert not overflows(page)
    api.put("/settings/reconciliation", json={"mends_all": False}).raise_for_status()
