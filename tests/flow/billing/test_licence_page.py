"""Licença without JavaScript: what it says in each state, and where its buttons lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.account import licence
from connector.settings import Settings
from connector.store.people import Role
from tests.support.apps import whole_app
from tests.support.desk import Visitor
from tests.support.office import PASSWORD, Office, running
from tests.support.sandbox import Sandbox
from tests.support.till import DONA, Till

PAGE = "/licenca"
PLANS = ("Essencial", "Profissional", "Escala")


@pytest.fixture
async def office(settings: Settings, sandbox: Sandbox) -> AsyncIterator[Office]:
    """The whole app, with its pages."""
    app = whole_app(settings)
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
            yield Office(app.state.parts, client)


@pytest.fixture
async def dona(till: Till) -> Visitor:
    """The owner, signed in, on the page."""
    visitor = Visitor(till.office.client)
    await visitor.sign_in(till.customer.email, PASSWORD)
    await visitor.get(PAGE)
    return visitor


async def says(dona: Visitor, *words: str, path: str = PAGE) -> str:
    text = (await dona.get(path)).text
    assert [word for word in words if word not in text] == []
    return text


async def test_a_trial_says_how_many_days_are_left_and_offers_every_plan(dona: Visitor) -> None:
    text = await says(dona, "Teste grátis até", "faltam 14 dias", "Em teste", "R$ 59,00", "R$ 449,00")
    assert [name for name in PLANS if f"Assinar o {name}" not in text] == []
    assert text.count('action="/licenca/assinar"') == 3
    assert text.count("<h1>") == 1


async def test_a_plans_button_leads_to_the_checkout_and_back_to_an_active_licence(
    till: Till, dona: Visitor
) -> None:
    answer = await dona.post(f"{PAGE}/assinar", plan="profissional")
    assert answer.status_code == 303
    paid = till.pay(answer.headers["location"])
    back = paid.headers["location"].removeprefix(till.parts.settings.app_url)
    await says(dona, "Pagamento recebido", "Plano Profissional, renova em", "Seu plano", path=back)
    await says(dona, "Ativa", "Gerenciar a assinatura", "Mudar para o Escala", "Faturas e dados de cobrança")


async def test_another_plan_is_asked_for_and_explained_before_it_is_billed(till: Till, dona: Visitor) -> None:
    await till.subscribe("essencial")
    await says(dona, "A diferença é cobrada hoje", 'action="/licenca/mudar"')
    answer = await dona.post(f"{PAGE}/mudar", plan="escala")
    await dona.follow(answer)
    await says(dona, "Plano Escala, renova em")


async def test_invoices_are_in_the_billing_portal(till: Till, dona: Visitor) -> None:
    await till.subscribe()
    answer = await dona.post(f"{PAGE}/cobranca")
    assert answer.status_code == 303
    assert "/portal/" in answer.headers["location"]


async def test_who_never_paid_has_no_portal(dona: Visitor) -> None:
    assert "Faturas" not in await says(dona)
    answer = await dona.post(f"{PAGE}/cobranca")
    assert (answer.status_code, "Escolha um plano" in answer.text) == (422, True)


@pytest.mark.parametrize(
    "path", ["/", "/eventos", "/equipe", "/configuracao/conexoes", "/configuracao/produto"]
)
async def test_grace_and_suspension_are_on_every_page(till: Till, dona: Visitor, path: str) -> None:
    await till.unpaid()
    await says(dona, "O último pagamento não passou", "Atualizar o pagamento", path=path)
    await till.wait(8)
    await says(dona, "A licença está suspensa", "Ver os planos", path=path)


async def test_the_banner_does_not_lead_to_the_screen_that_it_stands_on(till: Till, dona: Visitor) -> None:
    await till.unpaid()
    assert "Atualizar o pagamento" not in await says(dona, "O último pagamento não passou.")


async def test_grace_says_until_when_and_offers_to_pay(till: Till, dona: Visitor) -> None:
    await till.unpaid()
    text = await says(dona, "Pagamento pendente", "Tudo segue sincronizando até", "Pagar a fatura aberta")
    assert "Assinar o" not in text
    answer = await dona.post(f"{PAGE}/assinar", plan="essencial")
    assert "/portal/" in answer.headers["location"]


async def test_a_trial_that_is_over_says_what_waits(till: Till, dona: Visitor) -> None:
    await till.wait(14.1)
    async with till.parts.database.system() as conn:
        await conn.execute(
            "INSERT INTO inbox (tenant_id, id, kind, account_id, bling_id, source, action, lane, attempts,"
            " provider_event_id, bare_date, received_at, outcome, reason, body, held_at)"
            " SELECT $1, gen_random_uuid(), 'product', $1, n, 'bling', 'updated', 0, 0, n::text, false,"
            " now(), 'held', 'licence', '', $2 FROM generate_series(1, 37) AS n",
            till.tenant_id,
            till.parts.clock.business_now(),
        )
    await says(
        dona, "O teste terminou. Escolha um plano", "Suspensa", "Produtos", ">37<", "fica guardado por 30"
    )
    await says(dona, "O teste terminou.", "37 alterações estão guardadas", path="/")


async def test_a_cancelled_subscription_may_go_on_until_its_end(till: Till, dona: Visitor) -> None:
    await till.subscribe()
    (row,) = await till.office.rows("subscription")
    till.shop.v1.subscriptions.update(row["id"], {"cancel_at_period_end": True})
    await till.deliver()
    await says(dona, "cancelado: vale até", "Continuar com a assinatura")
    await dona.follow(await dona.post(f"{PAGE}/continuar"))
    await says(dona, "renova em")
    till.shop.v1.subscriptions.cancel(row["id"])
    await till.deliver()
    await till.wait(15)
    await says(dona, "A assinatura terminou. Assine de novo", "Cancelada", "Assinar o Escala")


async def test_a_grant_says_its_plan_and_end(till: Till, dona: Visitor) -> None:
    clock = till.parts.clock
    until = clock.business_now() + timedelta(days=90)
    times: dict[str, Any] = {"now": clock.now(), "business_now": clock.business_now()}
    await licence.grant(
        till.parts.database, till.tenant_id, plan="escala", until=until, note="", by=DONA, **times
    )
    await says(dona, "Plano Escala, concedido até", "Concedida")


async def test_without_keys_the_page_says_so_and_has_no_buttons(
    till: Till, dona: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = replace(till.parts, billing=replace(till.billing, stripe=None))
    monkeypatch.setattr(till.office.client._transport.app.state, "parts", shut)  # type: ignore[attr-defined]
    text = await says(dona, "A cobrança ainda não foi configurada")
    assert "Assinar o" not in text
    assert (await dona.post(f"{PAGE}/assinar", plan="escala")).status_code == 422


async def test_a_refusal_of_stripes_is_said_in_plain_words(till: Till, dona: Visitor) -> None:
    await till.subscribe("essencial", card="4000000000009987")
    answer = await dona.post(f"{PAGE}/mudar", plan="escala")
    assert answer.status_code == 422
    assert "nada mudou" in answer.text
    till.shop.v1.prices.update(till.shop.price("escala").id, {"active": False})
    assert "não pode ser assinado" in (await dona.post(f"{PAGE}/mudar", plan="escala")).text


async def test_who_may_only_read_sees_no_button_and_presses_none(till: Till) -> None:
    reader = Visitor(till.office.client)
    await reader.sign_in(await till.office.colleague(till.customer, Role.VIEWER), PASSWORD)
    assert "Assinar o" not in await says(reader, "Planos")
    assert (await reader.post(f"{PAGE}/assinar", plan="escala")).status_code == 403


async def test_a_plan_that_is_none_is_refused(dona: Visitor) -> None:
    assert (await dona.post(f"{PAGE}/assinar", plan="platina")).status_code == 422


async def test_inside_the_frame_the_checkout_opens_in_a_window(till: Till, dona: Visitor) -> None:
    """Stripe's page may stand in nobody's frame."""
    answer = await till.office.client.post(
        f"{PAGE}/assinar",
        data={"plan": "escala", "csrf": dona._word},
        headers={
            "accept": "text/html",
            "x-ponte-frame": "1",
            "cookie": "; ".join(f"{name}-frame={value}" for name, value in dona.cookies.items()),
        },
    )
    assert answer.status_code == 200
    assert 'target="_blank"' in answer.text
    assert "/stripe/checkout/cs_" in answer.text


async def test_the_overview_shows_the_licence_and_leads_to_it(dona: Visitor) -> None:
    await says(dona, "Licença", 'href="/licenca"', "Em teste", path="/")
