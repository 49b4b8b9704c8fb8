"""Prices that go to zero in Bling wait; one press lets them pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import settled, sign_in
from tests.browser.look import in_all_dresses, keep
from tests.support.waiting import wait_for

#: What a new tenant has.
TOGGLES = ("product.create", "product.update")


@pytest.fixture
def held(api: httpx.Client, bling: httpx.Client) -> Iterator[dict[str, Any]]:
    """Prices of three products went to zero; whatever the test left undecided is discarded."""
    before = api.get("/toggles").json()
    api.put("/toggles", json=dict.fromkeys(TOGGLES, True)).raise_for_status()
    ids = [_product(bling, number) for number in range(3)]
    for one in ids:
        settled(api, one, "created")
    for one in ids:
        bling.patch(f"/produtos/{one}", json={"preco": 0}).raise_for_status()
    yield _hold(api, len(ids))
    for left in _open(api):
        api.post(f"/holds/{left['id']}/discard").raise_for_status()
    api.put("/toggles", json=before).raise_for_status()


def _product(bling: httpx.Client, number: int) -> int:
    body = {
        "nome": f"Caneca retida {number}",
        "codigo": f"RET-{time.time_ns()}",
        "tipo": "P",
        "situacao": "A",
        "formato": "S",
        "preco": 39.9,
    }
    made: int = bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"]
    return made


def _open(api: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/holds?state=open").raise_for_status().json()["items"]
    return found


def _hold(api: httpx.Client, changes: int) -> dict[str, Any]:
    """The incident, once all of these changes have come to it."""
    return wait_for(
        lambda: next((one for one in _open(api)[:1] if len(one["items"]) == changes), None),
        missed=lambda: f"not {changes} changes were held: {_open(api)}",
    )


def test_what_is_held_is_shown_to_everybody_and_released_without_javascript(
    open_context: Callable[..., BrowserContext],
    tenant: dict[str, Any],
    held: dict[str, Any],
    api: httpx.Client,
) -> None:
    seen = open_context().new_page()
    sign_in(seen, tenant)
    for path in ("/retidos", "/configuracao/protecao"):
        seen.goto(path)
        keep(seen, path.rpartition("/")[2])
        assert in_all_dresses(seen) == [], path
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    page.get_by_role("link", name="Ver as mudanças").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mudanças retidas")
    pane = page.get_by_role("region", name="Preços que iriam a zero")
    expect(pane).to_contain_text("Caneca retida")
    pane.locator("summary").filter(has_text="Liberar").click()
    pane.get_by_role("button", name="Liberar").click()
    expect(page.get_by_role("status").filter(has_text="Liberado")).to_be_visible()
    assert _open(api) == []
    waiting = [int(one["bling_id"]) for one in held["items"] if one["state"] == "held"]
    assert waiting
    for one in waiting:
        settled(api, one, "updated")
