"""A failed event, found and mended by who reads nothing but the screens; the help; what a visit weighs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import findings, settled, sign_in
from tests.browser.test_events import PRODUCT

BUDGET_KIB = 150
WEIGHED = (".css", ".js")
#: How much of the page may jump while it is made (Core Web Vitals call up to 0.1 good).
MOST_SHIFT = 0.05
SHIFT = """() => new Promise((told) => {
  let sum = 0;
  const add = (one) => { if (!one.hadRecentInput) sum += one.value; };
  new PerformanceObserver((list) => list.getEntries().forEach(add))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => told(sum), 500);
})"""
LARGEST = """() => new Promise((told) => {
  new PerformanceObserver((list) => told(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


class Portal:
    """The tenant's portal, as another program of theirs would use it."""

    def __init__(self, demo: dict[str, Any], tenant: dict[str, Any]) -> None:
        self._url = demo["bitrix24"]["rest_url"].replace("{member_id}", tenant["bitrix24_member_id"])
        self._token = tenant["bitrix24_access_token"]

    def call(self, method: str, **params: Any) -> Any:
        sent = {"auth": self._token, **params}
        answer = httpx.post(f"{self._url}{method}", json=sent, trust_env=False)
        return answer.raise_for_status().json()["result"]


@pytest.fixture
def portal(demo: dict[str, Any], tenant: dict[str, Any]) -> Portal:
    return Portal(demo, tenant)


def _require_colour(portal: Portal) -> int:
    iblock = portal.call("catalog.catalog.list")["catalogs"][0]["iblockId"]
    wanted = {"iblockId": iblock, "name": "Cor", "code": "COR", "propertyType": "S", "isRequired": "Y"}
    return int(portal.call("catalog.productProperty.add", fields=wanted)["productProperty"]["id"])


def test_a_failed_event_is_found_understood_and_mended(
    signed_in: Page, api: httpx.Client, bling: httpx.Client, portal: Portal
) -> None:
    api.put("/toggles", json={"product.create": True}).raise_for_status()
    compulsory = _require_colour(portal)
    body = PRODUCT | {"nome": "Abajur de cobre", "codigo": "ABJ-COBRE"}
    product = int(bling.post("/produtos", json=body).raise_for_status().json()["data"]["id"])
    settled(api, product, "failed")
    signed_in.goto("/")
    expect(signed_in.get_by_role("heading", name="Precisam de você")).to_be_visible()
    signed_in.get_by_role("link", name="Abajur de cobre").first.click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Abajur de cobre")
    expect(signed_in.get_by_text("Cor").first).to_be_visible()
    assert findings(signed_in) == []
    portal.call("catalog.productProperty.delete", id=compulsory)
    signed_in.get_by_role("button", name="Tentar de novo").click()
    settled(api, product, "created")
    signed_in.goto("/eventos?q=ABJ-COBRE")
    expect(signed_in.get_by_role("row").filter(has_text="Criado").first).to_be_visible()


def test_the_help_checks_the_company_without_leaving_the_page(signed_in: Page) -> None:
    signed_in.goto("/ajuda/testando")
    signed_in.get_by_role("button", name="Verificar agora").click()
    expect(signed_in.get_by_text("O portal responde.")).to_be_visible()
    expect(signed_in.get_by_text("Verificado às")).to_be_visible()
    assert signed_in.url.endswith("/ajuda/testando")
    assert findings(signed_in) == []


def test_the_help_checks_without_javascript_too(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, tenant)
    page.goto("/ajuda/testando")
    page.get_by_role("button", name="Verificar agora").click()
    expect(page.get_by_text("O portal responde.")).to_be_visible()


def test_a_first_visit_stays_within_its_weight_as_chromium_counts_it(
    open_context: Callable[..., BrowserContext], tenant: dict[str, Any]
) -> None:
    """HTML, styles and scripts on the wire, with nothing kept from before."""
    page = open_context().new_page()
    sign_in(page, tenant)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    weights: dict[str, float] = {}
    session.on(
        "Network.responseReceived", lambda told: urls.update({told["requestId"]: told["response"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        # The screen left behind ends its own requests, that began before this one listened.
        lambda told: weights.update({urls.get(told["requestId"], ""): told["encodedDataLength"]}),
    )
    page.goto("/", wait_until="load")
    counted = {url: size for url, size in weights.items() if url.endswith((*WEIGHED, "/"))}
    assert len(counted) >= 4, weights
    assert sum(counted.values()) <= BUDGET_KIB * 1024, counted


@pytest.mark.parametrize("path", ["/", "/eventos", "/configuracao/produto", "/ajuda"])
def test_nothing_jumps_while_a_screen_is_made(signed_in: Page, path: str) -> None:
    signed_in.goto(path, wait_until="load")
    assert signed_in.evaluate(LARGEST) > 0
    assert signed_in.evaluate(SHIFT) <= MOST_SHIFT
