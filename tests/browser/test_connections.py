"""Conexões: through Bling's consent page and back, refusing, reconnecting, disconnecting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import settled, sign_in
from tests.browser.look import findings, keep
from tests.support.waiting import wait_for

PATH = "/configuracao/conexoes"
AGAIN = re.compile("Reconectar")


@pytest.fixture
def spare(demo: dict[str, Any]) -> str:
    """The company that nobody has connected."""
    return str(demo["spare"]["bling_company_id"])


@pytest.fixture
def second(page: Page, demo: dict[str, Any]) -> Page:
    """Signed in for the second tenant, whom no other test looks at, on Conexões."""
    sign_in(page, demo["tenants"][1])
    page.goto(PATH)
    return page


def _consent(page: Page, company: str, button: str) -> None:
    """On the sandbox's consent page; a fresh demo lets four a minute through, so maybe not at once."""
    while True:
        page.get_by_label("Empresa").select_option(company)
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**{PATH}?*")
        if "falha=depois" not in page.url:
            return
        page.wait_for_timeout(5_000)
        page.goto(page.url.partition("?")[0])
        page.get_by_role("link", name=re.compile("Reconectar|Conectar outra")).last.click()


def _states(demo: dict[str, Any]) -> dict[str, str]:
    """Of the second tenant's accounts, by company."""
    headers = {"Authorization": f"Bearer {demo['tenants'][1]['api_key']}"}
    answer = httpx.get(f"{demo['app_url']}/api/v1/status", headers=headers, trust_env=False, timeout=30)
    return {one["company_id"]: one["state"] for one in answer.json()["connections"]["bling"]}


def test_refusing_comes_back_in_plain_words(second: Page, demo: dict[str, Any], spare: str) -> None:
    second.get_by_role("link", name="Conectar outra conta Bling").click()
    _consent(second, spare, "Recusar")
    expect(second.get_by_text("Você recusou a autorização no Bling.")).to_be_visible()
    assert findings(second) == []
    keep(second, "conexoes-recusada")
    assert spare not in _states(demo)


def test_consenting_connects_and_disconnecting_asks_first(
    second: Page, demo: dict[str, Any], spare: str
) -> None:
    second.get_by_role("link", name="Conectar outra conta Bling").click()
    _consent(second, spare, "Autorizar")
    expect(second.get_by_text("está conectada.")).to_be_visible()
    assert _states(demo)[spare] == "connected"
    pane = second.get_by_role("region").filter(has_text=spare)
    expect(pane.get_by_text("Conectado", exact=True)).to_be_visible()
    keep(second, "conexoes-conectada")
    assert findings(second) == []
    pane.get_by_text("Desconectar", exact=True).click()
    pane.get_by_role("button", name="Desconectar").click()
    expect(second.get_by_text("foi desconectada.", exact=False).first).to_be_visible()
    assert _states(demo)[spare] == "none"
    keep(second, "conexoes-desconectada")
    pane = second.get_by_role("region").filter(has_text=spare)
    pane.get_by_role("link", name=AGAIN).click()
    _consent(second, spare, "Autorizar")
    assert _states(demo)[spare] == "connected"


def test_disconnecting_works_without_javascript(
    open_context: Callable[..., BrowserContext], demo: dict[str, Any], spare: str
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, demo["tenants"][1])
    if _states(demo).get(spare) != "connected":
        page.goto("/oauth/bling/start")
        _consent(page, spare, "Autorizar")
    page.goto(PATH)
    pane = page.get_by_role("region").filter(has_text=spare)
    pane.get_by_text("Desconectar", exact=True).click()
    pane.get_by_role("button", name="Desconectar").click()
    expect(page.get_by_text("foi desconectada.", exact=False).first).to_be_visible()
    assert _states(demo)[spare] == "none"


def test_the_address_of_a_finished_consent_holds_no_code(second: Page, demo: dict[str, Any]) -> None:
    company = demo["tenants"][1]["bling_company_id"]
    second.get_by_role("region").filter(has_text=company).get_by_role("link", name=AGAIN).click()
    _consent(second, company, "Autorizar")
    assert "code=" not in second.url
    assert "state=" not in second.url
    assert _states(demo)[company] == "connected"


def test_an_own_app_shows_its_webhook_address_and_never_its_secret(second: Page) -> None:
    second.get_by_text("Aplicativo próprio do Bling").first.click()
    expect(second.get_by_text("/webhooks/bling/").first).to_be_visible()
    form = second.locator("form[action$=aplicativo]").first
    form.get_by_label("Client id").fill("meu-aplicativo")
    form.get_by_label("Client secret").fill("segredo-do-aplicativo")
    form.get_by_role("button", name="Guardar e autorizar").click()
    link = second.get_by_role("link", name="Autorizar no Bling")
    expect(link).to_be_visible()
    assert "segredo-do-aplicativo" not in second.content()
    assert findings(second) == []


def test_reconnecting_after_the_access_was_withdrawn(second: Page, demo: dict[str, Any]) -> None:
    """Somebody withdrew the access at Bling: the next use finds it, every page says so, a click mends it."""
    tenant = demo["tenants"][1]
    _withdraw(demo, tenant)
    second.goto("/eventos")
    expect(second.get_by_text("Reconecte", exact=False).first).to_be_visible()
    second.get_by_role("link", name=AGAIN).first.click()
    _consent(second, tenant["bling_company_id"], "Autorizar")
    assert _states(demo)[tenant["bling_company_id"]] == "connected"
    second.goto("/eventos")
    expect(second.get_by_text("Reconecte", exact=False)).to_have_count(0)


def _withdraw(demo: dict[str, Any], tenant: dict[str, Any]) -> None:
    """Revoke the app's access with a code used twice, then replay an event: that reads the record."""
    headers = {"Authorization": f"Bearer {tenant['api_key']}"}
    outsider = {"Authorization": f"Bearer {tenant['bling_access_token']}"}
    app = (demo["bling"]["client_id"], demo["bling"]["client_secret"])
    address = f"{demo['app_url']}/api/v1"
    with (
        httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=30) as api,
        httpx.Client(trust_env=False, timeout=30) as client,
    ):
        toggles = {"product.create": True, "product.update": True}
        api.put("/toggles", json=toggles).raise_for_status()
        body = {"nome": "Filtro de pano", "tipo": "P", "situacao": "A", "formato": "S", "preco": 12}
        made = client.post(f"{demo['bling']['api_url']}/produtos", json=body, headers=outsider)
        event = settled(api, made.json()["data"]["id"], "created")
        grant = {"provider": "bling", "company_id": tenant["bling_company_id"]}
        code = client.post(f"{demo['sandbox_url']}/control/grant", json=grant).json()["code"]
        for _ in range(2):
            form = {"grant_type": "authorization_code", "code": code}
            client.post(demo["bling"]["token_url"], data=form, auth=app)
        replay = api.post(f"/events/{event['id']}/replay", json={"dry_run": False})
        assert replay.status_code == 202
    wait_for(
        lambda: _states(demo)[tenant["bling_company_id"]] == "needs_reconnect",
        missed=lambda: "nobody noticed",
    )
