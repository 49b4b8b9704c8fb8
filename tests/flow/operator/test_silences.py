"""Accounts that Bling has stopped telling of: raised once, joined in one mail, over when a message comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.domain.events import Kind
from connector.domain.pulse import is_untold
from connector.store import operator_pulse as pulse
from connector.store import silences
from tests.support.office import Customer, Office, message
from tests.support.silent import HOUR, fall_silent, watch
from tests.support.watch import Watch


@pytest.mark.parametrize(
    ("missed", "hours", "untold"),
    [(0, 99, False), (1, 2, False), (2, 2, False), (3, 2, True), (1, 3, True), (0, 3, False)],
)
def test_one_message_that_went_astray_is_no_silence(missed: int, hours: int, untold: bool) -> None:
    assert is_untold(missed, timedelta(hours=hours)) is untold


async def causes(office: Office) -> dict[str, bool]:
    """Alerts by their cause, and whether they are over."""
    return {row["cause"]: row["resolved_at"] is not None for row in await office.rows("alert")}


async def test_a_silent_account_is_raised_once(office: Office, customer: Customer, operator: Watch) -> None:
    await fall_silent(office, customer)
    assert await watch(office.parts) == 1
    assert await watch(office.parts) == 0
    assert await causes(office) == {f"silence:{customer.account_id}": False}
    (alert,) = await office.rows("alert")
    assert (alert["subject"], alert["detail"]) == ("Matriz", "ours")


async def test_a_single_change_is_not_told_at_once(
    office: Office, customer: Customer, operator: Watch
) -> None:
    await fall_silent(office, customer, missed=1)
    assert await watch(office.parts) == 0
    assert await causes(office) == {}
    await fall_silent(office, customer, missed=1, hours=4)
    assert await watch(office.parts) == 1


async def test_a_message_ends_it_for_everybody(office: Office, customer: Customer, operator: Watch) -> None:
    await fall_silent(office, customer)
    await fall_silent(office, customer, kind=Kind.ORDER)
    assert await watch(office.parts) == 1
    await office.bling_sends(message(customer.company_id))
    assert await watch(office.parts) == 1
    assert await causes(office) == {f"silence:{customer.account_id}": True}
    assert await watch(office.parts) == 0
    assert all(row["silent_since"] is row["told_at"] is None for row in await office.rows("sweep"))


async def test_a_settled_message_ends_it_too(office: Office, customer: Customer) -> None:
    await fall_silent(office, customer)
    await watch(office.parts)
    await office.bling_sends(message(customer.company_id))
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO event (tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, settled_at, attempts, outcome, body) SELECT tenant_id, id, kind, account_id,"
            " bling_id, source, action, provider_event_id, received_at, now(), 0, 'unchanged', body"
            " FROM inbox"
        )
        await conn.execute("DELETE FROM inbox")
    await watch(office.parts)
    assert await causes(office) == {f"silence:{customer.account_id}": True}


async def test_a_disconnected_account_is_nobodys_silence(office: Office, customer: Customer) -> None:
    await fall_silent(office, customer)
    await watch(office.parts)
    async with office.database.system() as conn:
        await conn.execute("UPDATE account SET state = 'none'")
    await watch(office.parts)
    assert await causes(office) == {f"silence:{customer.account_id}": True}


async def test_operators_hear_of_many_in_one_mail_and_of_more_an_hour_later(
    office: Office, operator: Watch
) -> None:
    for _ in range(3):
        await fall_silent(office, await office.customer())
    assert await watch(office.parts) == 1
    await fall_silent(office, await office.customer())
    assert await watch(office.parts) == 0
    assert await watch(office.parts, HOUR) == 1
    assert len(await office.rows("mail")) == 2


async def test_a_whole_resource_that_is_silent_is_told_by_its_own_alarm(
    office: Office, customer: Customer, operator: Watch
) -> None:
    now = office.parts.clock.now()
    async with office.database.system() as conn:
        await pulse.notice(conn, "product", now - HOUR, now)
    await fall_silent(office, customer)
    assert await watch(office.parts) == 0
    assert await causes(office) == {f"silence:{customer.account_id}": False}
    async with office.database.system() as conn:
        await pulse.over(conn, "product")
    assert await watch(office.parts) == 1


async def test_the_operators_screens_show_it(office: Office, customer: Customer, operator: Watch) -> None:
    calm = (await operator.get("/pulso")).text
    assert "O Bling avisa de todas as contas." in calm
    await fall_silent(office, customer, missed=7)
    await watch(office.parts)
    told = (await operator.get("/pulso")).text
    assert f'href="/operator/clientes/{customer.tenant_id}"' in told
    assert "Matriz" in told
    assert "Bling: sem avisos" in (await operator.get("/filas")).text
    assert "Sem avisos" in (await operator.get(f"/clientes/{customer.tenant_id}")).text
    async with office.database.system() as conn:
        assert await silences.raised(conn) == 1
