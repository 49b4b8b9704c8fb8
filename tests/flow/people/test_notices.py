"""Which mails a person wants: all, until they untick some; the others of the team are told as before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.account.crier import Crier
from connector.domain.vendor import ConnectionState, Provider
from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

ALL = ("bling", "bitrix24", "other", "reminder", "resolved", "digest")


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


async def _want(visitor: Visitor, *kinds: str) -> None:
    answer = await visitor.post("/equipe/avisos", **dict.fromkeys(kinds, "yes"))
    assert "Avisos salvos" in (await visitor.follow(answer)).text


async def _break(desk: Desk, customer: Customer) -> None:
    await desk.parts.connections.broken(
        customer.tenant_id, Provider.BLING, customer.account_id, ConnectionState.NEEDS_RECONNECT, "gone"
    )


async def _tell(desk: Desk, after: timedelta) -> None:
    parts = desk.parts
    crier = Crier(parts.database, parts.redis, parts.http, parts.vault, parts.connections)
    await crier.tell_due(parts.clock.now(), parts.clock.business_now() + after)


async def _subjects(desk: Desk, email: str) -> list[str]:
    return [mail["subject"] for mail in await desk.mails(email)]


async def test_all_are_ticked_at_first(owner: Visitor) -> None:
    page = (await owner.get("/equipe")).text
    assert all(f'name="{kind}" value="yes" checked' in page for kind in ALL)


async def test_who_does_not_want_it_gets_no_mail_and_others_do(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    colleague = await office.colleague(customer, Role.ADMIN)
    await _want(owner, *(kind for kind in ALL if kind != "bling"))
    page = (await owner.get("/equipe")).text
    assert 'name="bling" value="yes">' in page
    assert 'name="bitrix24" value="yes" checked' in page
    await _break(desk, customer)
    await _tell(desk, timedelta(minutes=16))
    assert await _subjects(desk, customer.email) == []
    assert len(await _subjects(desk, colleague)) == 1
    assert "notices.chosen" in await desk.audited()


async def test_no_reminders_means_once(desk: Desk, customer: Customer, owner: Visitor) -> None:
    await _want(owner, "bling", "resolved")
    await _break(desk, customer)
    for hours in (1, 25, 73):
        await _tell(desk, timedelta(hours=hours))
    assert len(await _subjects(desk, customer.email)) == 1


async def test_a_choice_is_undone(desk: Desk, customer: Customer, owner: Visitor) -> None:
    await _want(owner)
    await _want(owner, *ALL)
    await _break(desk, customer)
    await _tell(desk, timedelta(hours=1))
    assert len(await _subjects(desk, customer.email)) == 1


async def test_a_choice_counts_in_one_company(desk: Desk, office: Office, owner: Visitor) -> None:
    await _want(owner)
    other = await office.customer()
    rows = {row["tenant_id"]: row["muted"] for row in await desk.rows("membership")}
    assert rows[other.tenant_id] == []
    assert sorted(rows.values(), key=len)[-1] == list(ALL)


async def test_who_only_looks_is_never_written_to_and_chooses_nothing(
    desk: Desk, office: Office, customer: Customer
) -> None:
    email = await office.colleague(customer, Role.VIEWER)
    visitor = desk.visitor()
    await visitor.sign_in(email, PASSWORD)
    assert "/equipe/avisos" not in (await visitor.get("/equipe")).text
    await _break(desk, customer)
    await _tell(desk, timedelta(hours=1))
    assert await _subjects(desk, email) == []
