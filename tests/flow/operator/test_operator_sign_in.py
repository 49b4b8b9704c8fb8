"""Operators sign in with a password and a code that is good once; nothing of a tenant's opens their door."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from connector.account import operators
from connector.account.operators import CodeUsed, Watcher
from connector.account.signin import Braked, Refused, SignedIn, open_session
from connector.security import totp
from server.operators import operator_cookie_name
from server.sessions import cookie_name
from tests.support.office import Customer, Office
from tests.support.watch import EMAIL, PASSWORD, Watch, later_code


async def _try(
    office: Office, watch: Watch, *, password: str = PASSWORD, code: str = "", seconds: float = 0
) -> object:
    now = office.parts.clock.now() + timedelta(seconds=seconds)
    code = code or totp.code_at(watch.made.totp_secret, now)
    return await operators.sign_in(office.database, office.parts.vault, EMAIL, password, code, now)


async def _form(office: Office, **typed: str) -> httpx.Response:
    headers = {"accept": "text/html"}
    return await office.client.post("/operator/entrar", data=typed, headers=headers)


async def test_the_form_opens_the_house(office: Office, operator: Watch) -> None:
    code = later_code(operator.made, office.parts.clock.now())
    answer = await _form(office, email=EMAIL.upper(), password=PASSWORD, code=f"{code[:3]} {code[3:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "secure" in cookie
    assert "samesite=lax" in cookie
    token = answer.cookies[operator_cookie_name(office.parts.settings)]
    found = await operators.watcher_of(office.database, token, office.parts.clock.now())
    assert isinstance(found, Watcher)
    assert found.email == EMAIL


@pytest.mark.parametrize(
    ("password", "code"), [(PASSWORD, "000000"), ("wrong", ""), (PASSWORD, "x"), ("\0", "1")]
)
async def test_a_wrong_part_opens_nothing(office: Office, operator: Watch, password: str, code: str) -> None:
    assert isinstance(await _try(office, operator, password=password, code=code, seconds=60), Refused)


async def test_a_code_is_good_once(office: Office, operator: Watch) -> None:
    assert isinstance(await _try(office, operator, seconds=60), SignedIn)
    assert isinstance(await _try(office, operator, seconds=60), CodeUsed)
    assert isinstance(await _try(office, operator, seconds=30), CodeUsed)
    assert isinstance(await _try(office, operator, seconds=120), SignedIn)


async def test_an_old_code_is_refused(office: Office, operator: Watch) -> None:
    stale = totp.code_at(operator.made.totp_secret, office.parts.clock.now() - timedelta(seconds=90))
    assert isinstance(await _try(office, operator, code=stale), Refused)


async def test_guessing_is_braked_without_telling_and_other_people_are_not_hurt(
    office: Office, operator: Watch, customer: Customer
) -> None:
    tries = [await _try(office, operator, code="000000") for _ in range(12)]
    assert isinstance(tries[-1], Braked)
    assert isinstance(await _try(office, operator, seconds=45), SignedIn)
    answer = await office.client.post(
        "/entrar", data={"email": customer.email, "password": "correct horse battery"}
    )
    assert answer.status_code == 303


async def test_the_form_says_to_wait(office: Office, operator: Watch) -> None:
    for _ in range(12):
        answer = await _form(office, email=EMAIL, password="wrong", code="123456")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 60


async def test_new_secrets_end_the_sessions_of_before(office: Office, operator: Watch) -> None:
    now = office.parts.clock.now()
    made = await operators.make(office.database, office.parts.vault, EMAIL, now)
    assert made.renewed
    assert made.totp_secret != operator.made.totp_secret
    assert (await operator.get("")).status_code == 303
    assert isinstance(await _try(office, operator), Refused)


async def test_a_session_ends_when_nobody_uses_it_and_by_signing_out(office: Office, operator: Watch) -> None:
    now = office.parts.clock.now()
    assert await operators.watcher_of(office.database, operator.token, now + timedelta(hours=1)) is not None
    assert await operators.watcher_of(office.database, operator.token, now + timedelta(hours=4)) is None
    answer = await operator.post("/sair")
    assert answer.headers["location"] == "/operator/entrar"
    assert await operators.watcher_of(office.database, operator.token, now) is None


async def test_a_tenants_session_opens_nothing_of_the_operators(office: Office, customer: Customer) -> None:
    settings = office.parts.settings
    async with office.database.system() as conn:
        person_id = await conn.fetchval("SELECT id FROM person WHERE email = $1", customer.email)
        token = await open_session(conn, person_id, office.parts.clock.now())
    for name in (cookie_name(settings), operator_cookie_name(settings)):
        answer = await office.client.get(
            "/operator", headers={"cookie": f"{name}={token}", "accept": "text/html"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/entrar")


async def test_an_operators_session_opens_nothing_of_a_tenants(office: Office, operator: Watch) -> None:
    settings = office.parts.settings
    for name in (cookie_name(settings), operator_cookie_name(settings), "ponte-visit"):
        answer = await office.client.get(
            "/eventos", headers={"cookie": f"{name}={operator.token}", "accept": "text/html"}
        )
        assert answer.headers["location"].startswith("/entrar")


async def test_another_sites_form_is_refused(office: Office, operator: Watch) -> None:
    answer = await office.client.post(
        "/operator/preferencias", headers=operator.headers, data={"language": "en"}
    )
    assert answer.status_code == 403


async def test_the_way_on_leads_nowhere_else(office: Office, operator: Watch) -> None:
    code = later_code(operator.made, office.parts.clock.now())
    answer = await _form(
        office, email=EMAIL, password=PASSWORD, code=code, next="https://evil.example/operator/"
    )
    assert answer.headers["location"] == "/operator"


async def test_secrets_are_kept_as_hash_and_sealed(office: Office, operator: Watch) -> None:
    (row,) = await office.rows("operator")
    assert row["password_hash"].startswith("$argon2id$")
    assert operator.made.totp_secret.encode() not in bytes(row["totp_secret"])
