"""A forgotten password: strangers learn nothing, links work once, sessions end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.account import forgotten
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer

NEW = "another horse entirely"


async def _ask(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    await visitor.get("/esqueci-a-senha")
    answer = await visitor.post("/esqueci-a-senha", email=email)
    assert answer.headers["location"] == "/esqueci-a-senha/conferir"
    return visitor


async def test_the_link_leads_to_another_password(desk: Desk, customer: Customer) -> None:
    visitor = await _ask(desk, customer.email.upper())
    link = await desk.link(customer.email)
    form = (await visitor.get(link)).text
    assert form.count('type="password"') == 1
    assert 'type="email"' not in form
    assert "Senha trocada" in (await visitor.follow(await visitor.post(link, password=NEW))).text
    assert (await desk.visitor().sign_in(customer.email, PASSWORD)).status_code == 422
    assert (await desk.visitor().sign_in(customer.email, NEW)).status_code == 303
    assert await desk.audited() == ["password.reset"]


async def test_all_sessions_end(desk: Desk, customer: Customer) -> None:
    signed_in = desk.visitor()
    await signed_in.sign_in(customer.email, PASSWORD)
    assert (await signed_in.get("/")).status_code == 200
    visitor = await _ask(desk, customer.email)
    await visitor.post(await desk.link(customer.email), password=NEW)
    assert (await signed_in.get("/")).headers["location"] == "/entrar"
    assert await desk.rows("session") == []


async def test_the_second_use_is_a_clear_page(desk: Desk, customer: Customer) -> None:
    visitor = await _ask(desk, customer.email)
    link = await desk.link(customer.email)
    await visitor.post(link, password=NEW)
    for again in (await visitor.get(link), await visitor.post(link, password="a third horse")):
        assert again.status_code == 410
        assert "Este link já foi usado" in again.text
    assert (await desk.visitor().sign_in(customer.email, NEW)).status_code == 303


async def test_a_new_password_spends_older_links(desk: Desk, customer: Customer) -> None:
    visitor = await _ask(desk, customer.email)
    older = await desk.link(customer.email)
    await _ask(desk, customer.email)
    await visitor.post(await desk.link(customer.email), password=NEW)
    assert (await visitor.post(older, password="a third horse")).status_code == 410


async def test_strangers_get_the_same_page_and_no_mail(desk: Desk, customer: Customer) -> None:
    await _ask(desk, "nobody@loja.example")
    await _ask(desk, "no address at all")
    assert await desk.mails("nobody@loja.example") == []
    assert await desk.rows("mail") == []


async def test_what_the_web_does_is_the_same_for_strangers(desk: Desk, customer: Customer) -> None:
    for email in (customer.email, "nobody@loja.example"):
        await _ask(desk, email)
    assert len(await desk.rows("password_reset")) == len(await desk.rows("mail")) == 2


async def test_the_password_may_be_bad_without_spending_the_link(desk: Desk, customer: Customer) -> None:
    visitor = await _ask(desk, customer.email)
    link = await desk.link(customer.email)
    for bad in ("", "short", "x" * 2000, "nul\0nul\0nul"):
        assert (await visitor.post(link, password=bad)).status_code == 422
    assert (await visitor.post(link, password=NEW)).status_code == 303


async def test_a_link_expires(desk: Desk, customer: Customer) -> None:
    await _ask(desk, customer.email)
    token = (await desk.link(customer.email)).rpartition("/")[2]
    late = desk.parts.clock.now() + forgotten.VALID
    assert not await forgotten.choose(desk.database, token, NEW, late)
    assert await forgotten.choose(desk.database, token, NEW, late - timedelta(seconds=9))


async def test_the_brake_on_guessing_lets_go(desk: Desk, customer: Customer) -> None:
    for _ in range(12):
        last = await desk.visitor().sign_in(customer.email, "wrong guess")
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 60
    visitor = await _ask(desk, customer.email)
    await visitor.post(await desk.link(customer.email), password=NEW)
    assert (await desk.visitor().sign_in(customer.email, NEW)).status_code == 303


async def test_nobody_is_buried_in_mails(desk: Desk, customer: Customer) -> None:
    for _ in range(8):
        await _ask(desk, customer.email)
    assert len(await desk.mails(customer.email)) == 5


@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000])
async def test_a_link_that_nobody_sent_is_a_clear_page(desk: Desk, token: str) -> None:
    assert (await desk.visitor().get(f"/nova-senha/{token}")).status_code in (404, 410)


async def test_a_mail_is_english_for_who_reads_english(desk: Desk, customer: Customer) -> None:
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    await visitor.get("/")
    await visitor.post("/preferencias", language="en")
    await _ask(desk, customer.email)
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"] == "Choose a new password for Ponte"
