"""The help checks the company where one reads; what a first visit weighs; nothing jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.look import findings

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


def test_nothing_jumps_while_a_screen_is_made(signed_in: Page) -> None:
    for path in ("/", "/eventos", "/configuracao/produto", "/ajuda"):
        signed_in.goto(path, wait_until="load")
        assert signed_in.evaluate(LARGEST) > 0
        assert signed_in.evaluate(SHIFT) <= MOST_SHIFT, path
