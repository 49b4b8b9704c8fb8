"""One event: its way, what changed, simulating and replaying."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import settled, sign_in
from tests.browser.look import findings, keep

NAME = "Bule de evento"
PRODUCT = {"nome": NAME, "preco": 84.9, "tipo": "P", "formato": "S", "situacao": "A"}
#: A SKU of its own for each test: a second one would adopt the first one's product.
NUMBERS = itertools.count(1)


@pytest.fixture
def updated(api: httpx.Client, bling: httpx.Client) -> dict[str, Any]:
    """An event that changed a price."""
    api.put("/toggles", json={"product.create": True, "product.update": True}).raise_for_status()
    product = PRODUCT | {"codigo": f"BUL-EV-{next(NUMBERS)}"}
    bling_id = bling.post("/produtos", json=product).raise_for_status().json()["data"]["id"]
    settled(api, bling_id, "created")
    bling.put(f"/produtos/{bling_id}", json=product | {"preco": 1089.9}).raise_for_status()
    return settled(api, bling_id, "updated")


def test_it_tells_what_changed_by_which_rule_and_what_was_called(
    signed_in: Page, updated: dict[str, Any]
) -> None:
    signed_in.goto(f"/eventos/{updated['id']}")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text(NAME)
    changed = signed_in.get_by_role("row").filter(has_text="Preço")
    expect(changed.first).to_contain_text("R$ 84,90")
    expect(changed.first).to_contain_text("R$ 1.089,90")
    for step in ("Recebido", "Verificado", "Planejado", "Gravado no Bitrix24", "Concluído"):
        expect(signed_in.get_by_role("list").get_by_text(step, exact=True)).to_be_visible()
    expect(signed_in.get_by_text("batch").or_(signed_in.get_by_text("catalog.")).first).to_be_visible()
    assert findings(signed_in) == []
    keep(signed_in, "evento-alterado")


def test_the_message_unfolds_as_it_came(signed_in: Page, updated: dict[str, Any]) -> None:
    signed_in.goto(f"/eventos/{updated['id']}")
    message = signed_in.get_by_role("region", name="Mensagem recebida")
    expect(message).to_be_hidden()
    signed_in.get_by_role("heading", name="Mensagem recebida").click()
    expect(message).to_contain_text("product.updated")
    assert findings(signed_in) == []


def test_simular_says_what_would_be_written_and_writes_nothing(
    signed_in: Page, updated: dict[str, Any], api: httpx.Client
) -> None:
    before = api.get("/events").json()["items"][0]["id"]
    signed_in.goto(f"/eventos/{updated['id']}")
    signed_in.get_by_role("button", name="Simular").click()
    expect(signed_in.get_by_role("heading", name="Simulação")).to_be_visible(timeout=10_000)
    assert signed_in.url.endswith(updated["id"])
    assert api.get("/events").json()["items"][0]["id"] == before


def test_simular_works_without_javascript(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any], updated: dict[str, Any]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    page.goto(f"/eventos/{updated['id']}")
    page.get_by_role("button", name="Simular").click()
    expect(page.get_by_role("heading", name="Simulação")).to_be_visible()


def test_reprocessar_leads_to_the_new_event_and_shows_how_it_ends(
    signed_in: Page, updated: dict[str, Any]
) -> None:
    signed_in.goto(f"/eventos/{updated['id']}")
    signed_in.get_by_role("button", name="Reprocessar").click()
    signed_in.wait_for_url(lambda url: "/eventos/" in url and updated["id"] not in url)
    expect(
        signed_in.get_by_role("banner").or_(signed_in.get_by_role("main")).get_by_text("Sem mudança").first
    ).to_be_visible(timeout=10_000)


@pytest.mark.parametrize("name", ["0198a3f0-0000-7000-8000-000000000000", "nada", "..%2f", "0" * 300])
def test_an_event_that_is_not_there_is_said_in_plain_words(signed_in: Page, name: str) -> None:
    answer = signed_in.goto(f"/eventos/{name}")
    assert answer is not None
    assert answer.status == 404
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Esta página não existe")


def test_another_tenants_event_is_not_there(
    page: Page, demo: dict[str, Any], updated: dict[str, Any]
) -> None:
    sign_in(page, demo["tenants"][1])
    answer = page.goto(f"/eventos/{updated['id']}")
    assert answer is not None
    assert answer.status == 404
