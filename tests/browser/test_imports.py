"""Importação in the browser: rehearse, import and export with progress to the end, read what came of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import findings, keep, overflows
from tests.browser.portal import Portal

PAGE = "/importacao"
#: Milliseconds until everything in the demo has come over.
OVER_MS = 60_000


def _make(bling: httpx.Client, name: str) -> None:
    body: dict[str, Any] = {
        "nome": name,
        "codigo": f"IMP-{uuid4().hex[:8]}",
        "tipo": "P",
        "situacao": "A",
        "formato": "S",
        "preco": 20,
    }
    bling.post("/produtos", json=body).raise_for_status()


def test_products_are_rehearsed_and_imported_to_the_end(
    signed_in: Page, api: httpx.Client, bling: httpx.Client
) -> None:
    off = {"product.create": False, "product.update": False}
    api.put("/toggles", json=off).raise_for_status()
    for number in range(5):
        _make(bling, f"Prato raso {number}")
    page = signed_in
    page.goto("/")
    page.get_by_role("link", name="Importação", exact=True).first.click()
    expect(page.get_by_text("Nada seria gravado")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Calcular previsão").click()
    expect(page.get_by_text("chamadas ao Bling")).to_be_visible()
    keep(page, "importacao")
    page.get_by_role("button", name="Ensaiar").click()
    expect(page.get_by_text("Completa")).to_be_visible(timeout=OVER_MS)
    expect(page.get_by_role("heading", name="Seriam criados")).to_be_visible()
    expect(page.locator("#heart")).to_have_count(0)
    assert findings(page) == []
    keep(page, "importacao-ensaio")
    api.put("/toggles", json=dict.fromkeys(off, True)).raise_for_status()
    page.reload()
    page.get_by_role("button", name="Importar agora").click()
    expect(page.get_by_role("progressbar").or_(page.get_by_text("Completa")).first).to_be_visible()
    assert findings(page) == []
    expect(page.get_by_text("Completa")).to_be_visible(timeout=OVER_MS)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert findings(page) == []
    keep(page, "importacao-completa")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(PAGE)
    expect(page.get_by_text("Completa").first).to_be_visible()
    assert not overflows(page)
    assert findings(page) == []
    keep(page, "importacao-360")
    (newest, *_rest) = api.get("/imports").raise_for_status().json()["items"]
    assert (newest["state"], newest["failed"]) == ("done", 0)
    assert newest["done"] + newest["held"] == newest["total"] >= 5


def test_products_of_the_portal_are_looked_ahead_and_exported_to_bling(
    signed_in: Page, api: httpx.Client, bling: httpx.Client, portal: Portal
) -> None:
    iblock = portal.call("catalog.catalog.list")["catalogs"][0]["iblockId"]
    codes = [f"EXP-{uuid4().hex[:8]}" for _ in range(3)]
    for number, code in enumerate(codes):
        fields = {"iblockId": iblock, "name": f"Bandeja de bambu {number}", "xmlId": code}
        portal.call("catalog.product.add", fields=fields)
    page = signed_in
    page.goto(PAGE)
    page.get_by_role("link", name="Exportar para o Bling").click()
    expect(page.get_by_text("Nada seria gravado")).to_be_visible()
    api.put("/toggles", json={"product.export_create": True}).raise_for_status()
    try:
        page.reload()
        expect(page.get_by_text("Isto grava no seu Bling ERP.")).to_be_visible()
        assert findings(page) == []
        page.get_by_label("Só os que eu escrever").check()
        page.get_by_label("Produtos", exact=True).fill("\n".join([*codes, "Nada disso"]))
        page.get_by_role("button", name="Ver o que aconteceria").click()
        expect(page.get_by_text("Não há no Bitrix24: “Nada disso”.")).to_be_visible()
        page.get_by_label("Produtos", exact=True).fill("\n".join(codes))
        page.get_by_role("button", name="Ver o que aconteceria").click()
        expect(page.get_by_text("Nada foi gravado.")).to_be_visible()
        assert findings(page) == []
        keep(page, "exportacao-previa")
        page.get_by_role("button", name="Exportar para o Bling").click()
        page.wait_for_url("**/importacao/exportacoes/*")
        expect(page.get_by_role("progressbar").or_(page.get_by_text("Completa")).first).to_be_visible()
        assert findings(page) == []
        expect(page.get_by_text("Completa")).to_be_visible(timeout=OVER_MS)
        keep(page, "exportacao-completa")
    finally:
        api.put("/toggles", json={"product.export_create": False}).raise_for_status()
    (newest, *_rest) = api.get("/exports").raise_for_status().json()["items"]
    assert (newest["state"], newest["done"], newest["failed"]) == ("done", 3, 0)
    for code in codes:
        (found,) = bling.get("/produtos", params={"codigos[]": code}).raise_for_status().json()["data"]
        assert found["nome"].startswith("Bandeja de bambu")
    page.goto(PAGE)
    expect(page.get_by_role("link", name="Exportação: 3 produtos escolhidos").first).to_be_visible()
