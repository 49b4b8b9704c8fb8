"""A licence's story: the trial ends, changes wait, a payment lets them pass; a card fails, and is replaced.

These tests move the clock by months, so they have a demo of their own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running_demo, sign_in
from tests.browser.look import findings, keep
from tests.support.waiting import wait_for

DAY_S = 86_400
#: Ponte's clock follows within 30 s; idle accounts are tried one every six seconds.
PATIENCE_S = 60.0
FAILS_LATER, GOOD = "4000000000009987", "4242424242424242"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo whose clock nobody else looks at."""
    with running_demo(tmp_path_factory.mktemp("licence")) as line:
        yield line


class Company:
    """A tenant of the demo: its API, its Bling, its Bitrix24."""

    def __init__(self, demo: dict[str, Any], number: int) -> None:
        self.demo, self.tenant = demo, demo["tenants"][number]
        self._http = httpx.Client(trust_env=False, timeout=30)

    def api(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.tenant['api_key']}"}
        url = f"{self.demo['app_url']}/api/v1{path}"
        return self._http.request(method, url, headers=headers, **more).raise_for_status().json()

    def bling(self, name: str, price: float) -> int:
        """A new product."""
        body = {"nome": name, "tipo": "P", "situacao": "A", "formato": "S", "preco": price}
        headers = {"Authorization": f"Bearer {self.tenant['bling_access_token']}"}
        url = f"{self.demo['bling']['api_url']}/produtos"
        made = self._http.post(url, json=body, headers=headers).raise_for_status()
        return int(made.json()["data"]["id"])

    def in_bitrix24(self, name: str) -> int:
        """How many products of that name are there."""
        params = {"provider": "bitrix24", "tenant": self.tenant["bitrix24_member_id"]}
        dump = self._http.get(f"{self.demo['sandbox_url']}/control/dump", params=params).json()
        return sum(row["name"] == name for row in dump["products"])

    def mails(self) -> list[str]:
        """Subjects of the owner's mails."""
        items = self._http.get(f"{self.demo['sandbox_url']}/mail").json()["items"]
        return [one["subject"] for one in items if one["to"] == self.tenant["email"]]

    def outcome(self, bling_id: int) -> str | None:
        """Of the product's newest event."""
        found = self.api("GET", f"/events?kind=product&record={bling_id}")["items"]
        return str(found[0]["outcome"]) if found else None

    def state(self) -> str:
        """The licence's."""
        return str(self.api("GET", "/licence")["state"])

    def let_pass(self, days: float) -> None:
        """Move the clock; then idle accounts are tried, which keeps Bling's tokens from ageing out."""
        since = time.time()
        url = f"{self.demo['sandbox_url']}/control"
        self._http.post(f"{url}/clock", json={"advance_s": int(days * DAY_S)}).raise_for_status()
        until(lambda: len(self._tried(url, since)) == len(self.demo["tenants"]), "accounts were not tried")

    def _tried(self, url: str, since: float) -> set[str]:
        rows = self._http.get(f"{url}/calls", params={"provider": "bling", "since": since}).json()
        rows = rows["items"] if isinstance(rows, dict) else rows
        return {row["tenant"] for row in rows if "empresas" in row["path"] and not row["outsider"]}


def until(done: Callable[[], bool], what: str) -> None:
    """Wait for it."""
    wait_for(done, missed=lambda: what, pause_s=0.3)


def pay(page: Page, plan: str, card: str) -> None:
    """From Licença through Stripe's Checkout and back."""
    page.goto("/licenca")
    page.get_by_role("button", name=f"Assinar o {plan}").click()
    page.get_by_label("Cartão de teste").select_option(card)
    page.get_by_role("button", name="Pagar").click()
    expect(page.get_by_text("Pagamento recebido.")).to_be_visible()


def test_a_trial_ends_a_change_waits_a_payment_lets_it_pass_once(page: Page, demo: dict[str, Any]) -> None:
    aurora = Company(demo, 0)
    aurora.api("PUT", "/toggles", json={"product.create": True, "product.update": True})
    sign_in(page, aurora.tenant)
    page.goto("/licenca")
    expect(page.get_by_text("Teste grátis até")).to_be_visible()
    assert findings(page) == []
    keep(page, "licenca-teste")
    aurora.let_pass(15)
    until(lambda: aurora.state() == "suspended", "the trial did not end")
    bling_id = aurora.bling("Coador de pano", 19.9)
    until(lambda: aurora.outcome(bling_id) == "held", "the change was not held")
    assert aurora.in_bitrix24("Coador de pano") == 0
    page.goto("/")
    expect(page.get_by_role("alert").get_by_text("O teste terminou.")).to_be_visible()
    page.get_by_role("link", name="Ver os planos").click()
    expect(page.get_by_text("Aguardando", exact=False).first).to_be_visible()
    assert findings(page) == []
    keep(page, "licenca-suspensa")
    pay(page, "Essencial", GOOD)
    expect(page.get_by_text("Plano Essencial, renova em")).to_be_visible()
    assert findings(page) == []
    keep(page, "licenca-ativa")
    until(lambda: aurora.outcome(bling_id) == "created", "the change did not pass")
    assert aurora.in_bitrix24("Coador de pano") == 1


def test_a_card_fails_grace_suspension_payment(page: Page, demo: dict[str, Any]) -> None:
    serra = Company(demo, 1)
    serra.api("PUT", "/toggles", json={"product.create": True, "product.update": True})
    sign_in(page, serra.tenant)
    pay_early = page.get_by_text("Plano Profissional, renova em")
    pay(page, "Profissional", FAILS_LATER)
    expect(pay_early).to_be_visible()
    for days in (20, 13):
        serra.let_pass(days)
    until(lambda: serra.state() == "grace", "no grace")
    page.goto("/eventos")
    expect(page.get_by_text("O último pagamento não passou.")).to_be_visible()
    until(lambda: "O último pagamento da Ponte não passou" in serra.mails(), "no mail")
    page.get_by_role("link", name="Atualizar o pagamento").click()
    assert findings(page) == []
    keep(page, "licenca-carencia")
    serra.let_pass(7)
    until(lambda: serra.state() == "suspended", "not suspended")
    bling_id = serra.bling("Moedor manual", 129.0)
    until(lambda: serra.outcome(bling_id) == "held", "the change was not held")
    page.goto("/licenca")
    page.get_by_role("button", name="Pagar a fatura aberta").click()
    page.get_by_label("Outro cartão").select_option(GOOD)
    page.get_by_role("button", name="Trocar cartão").click()
    page.get_by_role("button", name="Pagar fatura").first.click()
    page.get_by_role("link", name="Voltar").click()
    until(lambda: serra.outcome(bling_id) == "created", "the change did not pass")
    assert serra.in_bitrix24("Moedor manual") == 1
    page.goto("/licenca")
    expect(page.get_by_text("Plano Profissional, renova em")).to_be_visible()
    until(lambda: any(one.startswith("Resolvido") for one in serra.mails()), "nobody said that it is over")


def test_another_plan_is_confirmed_before_it_is_billed(page: Page, demo: dict[str, Any]) -> None:
    sign_in(page, demo["tenants"][0])
    page.goto("/licenca")
    card = page.get_by_role("region", name="Escala")
    card.get_by_text("Mudar para o Escala").click()
    card.get_by_role("button", name="Confirmar a mudança").click()
    expect(page.get_by_text("O plano mudou.")).to_be_visible()
    expect(page.get_by_text("Plano Escala, renova em")).to_be_visible()


def test_the_page_speaks_english(page: Page, demo: dict[str, Any]) -> None:
    sign_in(page, demo["tenants"][0])
    page.goto("/licenca")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Licence")
    expect(page.get_by_text(re.compile("renews on"))).to_be_visible()
    page.get_by_role("button", name="Português").click()
