"""Signing in: the right password, the brake on guessing, and sessions that end."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from connector.account.signin import (
    FREE_TRIES,
    IDLE,
    SESSION_DAYS,
    Braked,
    Refused,
    SignedIn,
    sign_in,
    sign_out,
    viewer_of,
)
from connector.security.tokens import token_hash
from connector.store.people import Role
from tests.support.office import PASSWORD, Customer, Office


@pytest.fixture
def now(office: Office) -> datetime:
    return office.parts.clock.now()


async def _token(office: Office, email: str, now: datetime) -> str:
    match await sign_in(office.database, email, PASSWORD, now):
        case SignedIn(token=token):
            return token
        case other:
            raise AssertionError(other)


async def test_the_right_password_opens_a_session(office: Office, customer: Customer, now: datetime) -> None:
    viewer = await viewer_of(office.database, await _token(office, customer.email, now), now)
    assert viewer is not None
    assert (viewer.tenant_id, viewer.email, viewer.role) == (customer.tenant_id, customer.email, Role.OWNER)


async def test_the_address_may_be_written_in_any_case(
    office: Office, customer: Customer, now: datetime
) -> None:
    assert await _token(office, f"  {customer.email.upper()} ", now)


async def test_the_token_itself_is_stored_nowhere(office: Office, customer: Customer, now: datetime) -> None:
    token = await _token(office, customer.email, now)
    (session,) = await office.rows("session")
    assert session["token_hash"] == token_hash(token)


@pytest.mark.parametrize("password", ["", "wrong", "a\0b", "\ud800", "x" * 100_000])
async def test_any_other_password_is_refused(
    office: Office, customer: Customer, now: datetime, password: str
) -> None:
    assert await sign_in(office.database, customer.email, password, now) == Refused()


@pytest.mark.parametrize("email", ["", "nobody@loja.example", "a\0b", "\ud800", "x" * 10_000])
async def test_an_unknown_address_is_refused_alike(office: Office, now: datetime, email: str) -> None:
    assert await sign_in(office.database, email, PASSWORD, now) == Refused()


async def test_guessing_is_braked_for_that_person_alone(
    office: Office, customer: Customer, now: datetime
) -> None:
    other = await office.customer()
    tries = [await sign_in(office.database, customer.email, "wrong", now) for _ in range(FREE_TRIES + 1)]
    assert tries[:FREE_TRIES] == [Refused()] * FREE_TRIES
    assert isinstance(tries[-1], Braked)
    assert 1 <= tries[-1].retry_after <= 60
    assert await _token(office, other.email, now)


async def test_guesses_at_once_get_no_further(office: Office, customer: Customer, now: datetime) -> None:
    tries = await asyncio.gather(
        *(sign_in(office.database, customer.email, "wrong", now) for _ in range(3 * FREE_TRIES))
    )
    assert sum(isinstance(one, Refused) for one in tries) == FREE_TRIES


async def test_the_right_password_is_taken_when_the_brake_lets_go(
    office: Office, customer: Customer, now: datetime
) -> None:
    for _ in range(100):
        last = await sign_in(office.database, customer.email, "wrong", now)
    assert isinstance(last, Braked)
    assert isinstance(await sign_in(office.database, customer.email, PASSWORD, now), Braked)
    later = now + timedelta(seconds=last.retry_after)
    assert await _token(office, customer.email, later)
    assert not await office.rows("signin_attempt")


async def test_after_the_brake_fewer_guesses_are_free(
    office: Office, customer: Customer, now: datetime
) -> None:
    for _ in range(FREE_TRIES):
        await sign_in(office.database, customer.email, "wrong", now)
    later = now + timedelta(seconds=61)
    tries = [await sign_in(office.database, customer.email, "wrong", later) for _ in range(FREE_TRIES)]
    assert sum(isinstance(one, Refused) for one in tries) == 3


async def test_signing_out_ends_the_session_on_the_server(
    office: Office, customer: Customer, now: datetime
) -> None:
    token = await _token(office, customer.email, now)
    await sign_out(office.database, token, now)
    assert await viewer_of(office.database, token, now) is None


async def test_an_idle_session_ends(office: Office, customer: Customer, now: datetime) -> None:
    token = await _token(office, customer.email, now)
    assert await viewer_of(office.database, token, now + IDLE + timedelta(seconds=1)) is None


async def test_a_used_session_ends_all_the_same(office: Office, customer: Customer, now: datetime) -> None:
    token = await _token(office, customer.email, now)
    for day in range(SESSION_DAYS):
        assert await viewer_of(office.database, token, now + timedelta(days=day)) is not None
    assert await viewer_of(office.database, token, now + timedelta(days=SESSION_DAYS)) is None


async def test_who_left_the_tenant_is_out_at_once(office: Office, customer: Customer, now: datetime) -> None:
    token = await _token(office, customer.email, now)
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM membership")
    assert await viewer_of(office.database, token, now) is None
