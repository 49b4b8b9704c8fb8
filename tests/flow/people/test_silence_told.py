"""The tenant is told of an account that Bling has stopped telling of, and of its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.account.crier import Crier
from connector.account.silence_words import operators_told
from connector.store import silences
from tests.support.desk import Desk
from tests.support.office import PASSWORD, Customer, Office, message
from tests.support.silent import fall_silent, watch


async def tell(desk: Desk, after: timedelta) -> None:
    """What is told at that time."""
    parts = desk.parts
    crier = Crier(parts.database, parts.redis, parts.http, parts.vault, parts.connections)
    await crier.tell_due(parts.clock.now(), parts.clock.business_now() + after)


async def test_one_mail_says_what_is_safe_and_one_that_it_is_over(
    desk: Desk, office: Office, customer: Customer
) -> None:
    await fall_silent(office, customer)
    await watch(office.parts)
    await tell(desk, timedelta(minutes=14))
    assert await desk.mails(customer.email) == []
    await tell(desk, timedelta(minutes=16))
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"] == "O Bling deixou de avisar a Ponte do que muda na conta Matriz"
    assert "Nada se perdeu" in mail["text"]
    assert "Você não precisa fazer nada" in mail["text"]
    await office.bling_sends(message(customer.company_id))
    await watch(office.parts)
    await tell(desk, timedelta(minutes=17))
    assert "Resolvido" in (await desk.mails(customer.email))[0]["subject"]


async def test_the_connections_say_that_changes_come_later(
    desk: Desk, office: Office, customer: Customer
) -> None:
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    assert "deixou de avisar" not in (await visitor.get("/configuracao/conexoes")).text
    await fall_silent(office, customer)
    await watch(office.parts)
    page = (await visitor.get("/configuracao/conexoes")).text
    assert "O Bling deixou de avisar a Ponte do que muda nesta conta" in page
    assert "Você não precisa fazer nada." in page
    assert "Sem avisos" in page


async def test_whose_own_app_it_is_looks_there(desk: Desk, office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET client_id = 'own'")
    await fall_silent(office, customer)
    await watch(office.parts)
    await tell(desk, timedelta(minutes=16))
    assert "seu aplicativo" in (await desk.mails(customer.email))[0]["text"]


@pytest.mark.parametrize(("language", "more"), [("pt", "e mais 2"), ("en", "and 2 more")])
async def test_operators_are_told_a_few_names(office: Office, language: str, more: str) -> None:
    for _ in range(7):
        await fall_silent(office, await office.customer())
    async with office.database.system() as conn:
        words = operators_told(await silences.silent(conn, 100), language)
    assert more in words.lines[0]
    assert words.subject.endswith("7")
