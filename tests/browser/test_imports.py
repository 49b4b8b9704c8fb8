"""Importação in the browser: rehearse, import with progress to the end, and read what came of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import findings, keep, overflows

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
