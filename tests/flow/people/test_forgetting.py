"""What has expired is forgotten at night, and not before."""

from __future__ import annotations

from datetime import timedelta

from connector.account import forgotten, joining, team
from connector.account.joining import SignupForm
from connector.account.signin import SESSION_DAYS, SignedIn, sign_in, viewer_of
from connector.store.people import Role
from tests.support.desk import Desk
from tests.support.office import PASSWORD, Customer
from worker.jobs import LINKS_KEPT, forget_people

TABLES = ("signup", "password_reset", "invitation", "session")


async def _fill(desk: Desk, customer: Customer) -> None:
    now, vault = desk.parts.clock.now(), desk.parts.vault
    opened = await sign_in(desk.database, customer.email, PASSWORD, now)
    assert isinstance(opened, SignedIn)
    viewer = await viewer_of(desk.database, opened.token, now)
    assert viewer is not None
    form = SignupForm(email="a@loja.example", password=PASSWORD, company="Loja", terms=True, language="pt")
    await joining.ask(desk.database, vault, form, now)
    await forgotten.ask(desk.database, vault, customer.email, now)
    await team.invite(desk.database, vault, viewer, "b@loja.example", Role.VIEWER, now, now)


async def _left(desk: Desk, days: float) -> list[int]:
    at = desk.parts.clock.now() + timedelta(days=days)
    async with desk.database.system() as conn:
        await forget_people(conn, at, at)
    return [len(await desk.rows(table)) for table in TABLES]


async def test_links_say_for_a_month_that_they_are_over(desk: Desk, customer: Customer) -> None:
    await _fill(desk, customer)
    assert await _left(desk, LINKS_KEPT.days - 1) == [1, 1, 1, 1]
    assert await _left(desk, LINKS_KEPT.days + 2) == [0, 0, 1, 0]
    assert await _left(desk, LINKS_KEPT.days + 8) == [0, 0, 0, 0]


async def test_sessions_are_forgotten_when_they_are_over(desk: Desk, customer: Customer) -> None:
    await _fill(desk, customer)
    assert (await _left(desk, SESSION_DAYS - 0.1))[-1] == 1
    assert (await _left(desk, SESSION_DAYS + 0.1))[-1] == 0
