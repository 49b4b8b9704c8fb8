"""Retidos and Proteção: what people see of held changes, their decision, the mail, the limits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from connector.account import holds
from connector.account.crier import Crier
from connector.account.people import Actor
from connector.domain import guard_rail
from connector.domain.guard_rail import Cause
from connector.store import alerts
from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.held import incident
from tests.support.office import PASSWORD, Customer, Office

HOLDS, LIMITS = "/retidos", "/configuracao/protecao"


async def signed_in(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(email, PASSWORD)
    return visitor


async def held(desk: Desk, customer: Customer, *bling_ids: int, **more: Any) -> UUID:
    return await incident(desk.database, customer.tenant_id, customer.account_id, *bling_ids, **more)


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await signed_in(desk, customer.email)


async def test_nothing_held_says_so(owner: Visitor):
    page = await owner.get(HOLDS)
    assert (page.status_code, "Nada retido" in page.text) == (200, True)


async def test_what_waits_is_shown_before_and_after(desk: Desk, customer: Customer, owner: Visitor):
    await held(desk, customer, 3, 4, written=(1,))
    page = (await owner.get(HOLDS)).text
    assert "Preços que iriam a zero" in page
    assert "59,90" in page
    assert "0,00" in page
    assert "Copo 3" in page
    assert "Gravados antes de pararmos" in page
    assert page.count("Liberar 2 mudanças") == 1


async def test_more_than_a_screenful_is_counted(desk: Desk, customer: Customer, owner: Visitor):
    await held(desk, customer, *range(1, 54))
    assert "e mais 3 produtos" in (await owner.get(HOLDS)).text


@pytest.mark.parametrize(
    ("path", "state", "said"),
    [("liberar", "approved", "Liberado."), ("descartar", "discarded", "Descartado.")],
)
async def test_one_press_decides(
    desk: Desk, customer: Customer, owner: Visitor, path: str, state: str, said: str
):
    hold_id = await held(desk, customer, 1, 2, 3)
    await owner.get(HOLDS)
    page = await owner.follow(await owner.post(f"{HOLDS}/{hold_id}/{path}"))
    assert said in page.text
    assert [row["state"] for row in await desk.rows("hold")] == [state]
    assert (await desk.audited())[-1] == f"hold.{state}"


async def test_a_second_press_says_that_it_was_late(desk: Desk, customer: Customer, owner: Visitor):
    hold_id = await held(desk, customer, 1)
    await owner.get(HOLDS)
    await owner.post(f"{HOLDS}/{hold_id}/liberar")
    page = await owner.follow(await owner.post(f"{HOLDS}/{hold_id}/descartar"))
    assert "Outra pessoa decidiu antes" in page.text


@pytest.mark.parametrize("name", ["7", "01a20aeb-fb49-77c6-8359-418cbf145df6"])
async def test_what_is_not_there_cannot_be_decided(owner: Visitor, name: str):
    await owner.get(HOLDS)
    assert (await owner.post(f"{HOLDS}/{name}/liberar")).status_code == 404


async def test_another_company_sees_and_decides_nothing(desk: Desk, customer: Customer, office: Office):
    hold_id = await held(desk, customer, 1)
    stranger = await signed_in(desk, (await office.customer()).email)
    assert "Copo 1" not in (await stranger.get(HOLDS)).text
    assert (await stranger.post(f"{HOLDS}/{hold_id}/liberar")).status_code == 404


async def test_who_may_only_look_decides_nothing(desk: Desk, customer: Customer, office: Office):
    hold_id = await held(desk, customer, 1)
    viewer = await signed_in(desk, await office.colleague(customer, Role.VIEWER))
    page = (await viewer.get(HOLDS)).text
    assert "Só administradores decidem aqui." in page
    assert "/liberar" not in page
    assert (await viewer.post(f"{HOLDS}/{hold_id}/liberar")).status_code == 403


async def test_every_page_says_that_changes_are_held(desk: Desk, customer: Customer, owner: Visitor):
    await held(desk, customer, 1, 2, 3)
    for path in ("/", "/eventos"):
        assert "Seguramos 3 mudanças fora do comum antes de gravar." in (await owner.get(path)).text


async def test_event_and_record_lead_to_the_list(desk: Desk, customer: Customer, owner: Visitor):
    await held(desk, customer, 1)
    (event,) = await desk.rows("inbox")
    for path in (f"/eventos/{event['id']}", "/registros/product/1"):
        page = (await owner.get(path)).text
        assert page.count('href="/retidos"') >= 2  # in the banner, and as this one's remedy


async def test_the_limits_are_shown_and_saved(desk: Desk, customer: Customer, owner: Visitor):
    assert 'value="21"' in (await owner.get(LIMITS)).text
    sent = {
        "price_zero.records": "5",
        "price_jump.on": "yes",
        "price_jump.records": "12",
        "price_jump.below": "10",
        "price_jump.above": "900",
        "deactivated.on": "yes",
        "deactivated.records": "50",
    }
    page = await owner.follow(await owner.post(LIMITS, **sent))
    assert "Salvo" in page.text
    async with desk.database.tenant(customer.tenant_id):
        found = await holds.limits(customer.tenant_id)
    assert (found.price_zero.on, found.price_zero.records) == (False, 5)
    assert (found.price_jump.below, found.price_jump.above) == (10, 900)
    assert (await desk.audited())[-1] == "guard.changed"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("price_zero.records", "1", "Este número não serve aqui."),
        ("price_jump.below", "muito", "Escreva um número inteiro."),
        ("deactivated.records", "", "Escreva um número inteiro."),
    ],
)
async def test_a_limit_that_cannot_be_keeps_what_was_typed(
    desk: Desk, owner: Visitor, name: str, value: str, said: str
):
    await owner.get(LIMITS)
    sent = {
        "price_zero.records": "3",
        "price_jump.records": "10",
        "price_jump.below": "20",
        "price_jump.above": "500",
        "deactivated.records": "21",
        name: value,
    }
    page = await owner.post(LIMITS, **sent)
    assert page.status_code == 422
    assert said in page.text
    assert f'value="{value}"' in page.text
    assert await desk.rows("preference") == []


async def test_who_may_only_look_changes_no_limit(desk: Desk, customer: Customer, office: Office):
    viewer = await signed_in(desk, await office.colleague(customer, Role.VIEWER))
    assert "disabled" in (await viewer.get(LIMITS)).text
    assert (await viewer.post(LIMITS)).status_code == 403


async def test_people_are_written_to_once_and_at_its_end(desk: Desk, customer: Customer):
    hold_id = await held(desk, customer, 1, 2, 3)
    parts, tenant_id = desk.parts, customer.tenant_id
    crier = Crier(parts.database, parts.redis, parts.http, parts.vault, parts.connections)
    at = parts.clock.business_now()
    async with desk.database.tenant(tenant_id) as conn:
        cause = guard_rail.alert(Cause.PRICE_ZERO)
        await alerts.open_(conn, tenant_id, cause=cause, subject=cause, detail="", at=at, due_at=at)
    for _ in range(2):
        await crier.tell_due(parts.clock.now(), parts.clock.business_now())
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"].startswith("Vários preços iriam a zero")
    assert "3 mudanças esperam a sua decisão." in mail["text"]
    assert "/retidos" in mail["text"]
    now = parts.clock.now()
    owner = Actor("Dona")
    await holds.approve(desk.database, parts.engine.waker.wake, tenant_id, hold_id, owner, now, now)
    await crier.tell_due(parts.clock.now(), parts.clock.business_now())
    assert (await desk.mails(customer.email))[0]["subject"].startswith("Resolvido")


async def test_in_english(desk: Desk, customer: Customer, owner: Visitor):
    await held(desk, customer, 1, 2)
    await owner.get(HOLDS)
    await owner.post("/preferencias", back=HOLDS, language="en")
    page = (await owner.get(HOLDS)).text
    assert "Prices that would go to zero" in page
    assert "Release 2 changes" in page
    assert "Protection" in (await owner.get(LIMITS)).text
