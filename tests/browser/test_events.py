"""The list of events: filters in the address, live notices, pages by key."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.look import findings, keep

PRODUCT = {"preco": 10.0, "tipo": "P", "formato": "S", "situacao": "A"}


def make(bling: httpx.Client, code: str) -> int:
    """A new product in Bling."""
    body = PRODUCT | {"nome": f"Peça {code}", "codigo": code}
    return int(bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"])


@pytest.fixture(scope="module")
def many(demo: dict[str, Any]) -> dict[str, Any]:
    """More events than one page holds."""
    tenant = demo["tenants"][0]
    httpx.post(
        f"{demo['sandbox_url']}/control/seed",
        json={"tenant": tenant["id"], "products": 60, "orders": 0},
        timeout=30,
    ).raise_for_status()
    return tenant


def test_new_events_are_told_and_shown_only_when_asked(
    signed_in: Page, bling: httpx.Client, many: Any
) -> None:
    signed_in.goto("/eventos")
    expect(signed_in.get_by_text("Ao vivo")).to_be_visible()
    first = signed_in.get_by_role("row").nth(1).inner_text()
    make(bling, "NOVO-1")
    told = signed_in.get_by_role("link", name=re.compile(r"eventos? novos?"))
    expect(told).to_be_visible(timeout=10_000)
    assert signed_in.get_by_role("row").nth(1).inner_text() == first
    assert findings(signed_in) == []
    told.click()
    expect(signed_in.get_by_role("row").filter(has_text="NOVO-1").first).to_be_visible()


def test_filters_stand_in_the_address(signed_in: Page, many: Any) -> None:
    signed_in.goto("/eventos")
    signed_in.get_by_label("Tipo").select_option(label="Venda")
    signed_in.get_by_role("button", name="Filtrar").click()
    signed_in.wait_for_url("**/eventos?*tipo=sale*")
    signed_in.get_by_role("navigation", name="Resultado").get_by_role("link", name="Parado").click()
    signed_in.wait_for_url(re.compile(r"tipo=sale&resultado=dead"))
    expect(signed_in.get_by_text("Nenhum evento com estes filtros.")).to_be_visible()
    signed_in.get_by_role("link", name="Ver todos os eventos").click()
    expect(signed_in.get_by_role("row").nth(1)).to_be_visible()


def test_a_sku_finds_its_events(signed_in: Page, api: httpx.Client, bling: httpx.Client, many: Any) -> None:
    api.put("/toggles", json={"product.create": True})
    settled(api, make(bling, "ACHA-ME-7"), "created")
    signed_in.goto("/eventos")
    signed_in.get_by_label("Buscar por nome, SKU, número do pedido ou ID").fill("acha-me-7")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/eventos?*acha-me-7*")
    rows = signed_in.get_by_role("row").filter(has_text="ACHA-ME-7")
    expect(rows.first).to_be_visible()
    expect(signed_in.get_by_role("row")).to_have_count(rows.count() + 1)


def test_pages_follow_one_another_without_gap_or_double(signed_in: Page, many: Any) -> None:
    signed_in.goto("/eventos?tipo=product")
    seen: list[str] = []
    while True:
        seen += [row.get_attribute("id") or "" for row in signed_in.locator("tbody tr").all()]
        older = signed_in.get_by_role("link", name="Mais antigos")
        if not older.count():
            break
        with signed_in.expect_navigation():
            older.click()
    assert len(seen) >= 60
    assert len(seen) == len(set(seen))


def test_a_filter_is_run_again_after_asking_once_more(signed_in: Page, many: Any) -> None:
    signed_in.goto("/eventos?tipo=product")
    signed_in.get_by_role("link", name=re.compile("Reprocessar .* deste filtro")).click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Reprocessar eventos")
    assert findings(signed_in) == []
    keep(signed_in, "eventos-reprocessar")
    signed_in.get_by_role("button", name=re.compile(r"Reprocessar \d+ registros?")).click()
    signed_in.wait_for_url("**/eventos?origem=replay*")
    expect(signed_in.get_by_role("status").filter(has_text="na fila")).to_be_visible()
    keep(signed_in, "eventos-reprocessados")


def test_the_way_back_leads_to_the_page_before(signed_in: Page, many: Any) -> None:
    signed_in.goto("/eventos")
    first = signed_in.locator("tbody tr").first.get_attribute("id")
    signed_in.get_by_role("link", name="Mais antigos").click()
    signed_in.wait_for_url("**/eventos?depois=*")
    signed_in.get_by_role("link", name="Mais novos").click()
    signed_in.wait_for_url("**/eventos?antes=*")
    expect(signed_in.locator(f"#{first}")).to_be_visible()


@pytest.mark.parametrize(
    "query", ["resultado=nada", "depois=%%%", "tipo=x&motivo=y", "q=%00", "depois=" + "a" * 5000]
)
def test_a_strange_address_is_answered_in_plain_words(signed_in: Page, query: str) -> None:
    answer = signed_in.goto(f"/eventos?{query}")
    assert answer is not None
    assert answer.status == 200
    expect(signed_in.get_by_role("heading", level=1)).to_have_count(1)


def test_rows_lead_to_their_event(signed_in: Page, many: Any) -> None:
    signed_in.goto("/eventos")
    signed_in.get_by_role("row").nth(1).click()
    signed_in.wait_for_url("**/eventos/*-*")
    expect(signed_in.get_by_role("heading", name="O que mudou")).to_be_visible()
    keep(signed_in, "evento")
