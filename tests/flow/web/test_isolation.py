"""The isolation walk: every route with another tenant's ids, every table as another tenant.

Routes are read from the app, tables from the catalogue. A new route has to refuse strangers, or stand in
`PUBLIC` with the reason why it need not; a new table has to be hidden from other tenants, or closed to them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from connector.account.signin import open_session
from connector.settings import Settings
from connector.store.scope import Database
from server.sessions import cookie_name, csrf_token
from tests.support import walk
from tests.support.apps import whole_app
from tests.support.office import Customer, Office, running
from tests.support.walk import CANARY, Stop, Victim

#: In so many parts the routes are walked.
SHARES = 8
#: What needs no session: because it is for everybody, or proves its sender in another way.
PUBLIC = {
    "POST /webhooks/bling": "signature over the body",
    "POST /webhooks/bitrix24": "application token",
    "POST /webhooks/stripe": "signature over the body",
    "POST /bitrix24/app": "tokens proved at the authorisation server",
    "POST /bitrix24/install": "tokens proved at the authorisation server",
    "POST /bitrix24/continuar": "an opening proved before",
    "GET /bitrix24/entrar": "an opening proved before",
    "POST /bitrix24/entrar": "an opening proved before, and a password",
    "GET /oauth/bitrix24/start": "leads to the portal's own page",
    "GET /oauth/bitrix24/callback": "state and code",
    "GET /oauth/bling/callback": "state and session",
    "GET /oauth/bling/janela/{ticket:str}": "a ticket that a frame was given, from a page of ours",
    "GET /health/live": "tells nothing",
    "GET /health/ready": "tells nothing",
    "GET /metrics": "token, or this machine",
    "GET /static/{name:str}": "styles and scripts",
    "GET /schema": "the API's description",
    "GET /schema/openapi.json": "the API's description",
    "GET /schema/{path:str}": "nothing is there",
    "GET /status": "whether Ponte works, of nobody in particular",
    "GET /ajuda": "help for everybody",
    "GET /ajuda/{name:str}": "help for everybody",
    "GET /entrar": "sign-in",
    "POST /entrar": "sign-in",
    "POST /sair": "ends a session if there is one",
    "POST /preferencias": "of the browser or the session",
    "GET /criar-conta": "sign-up",
    "POST /criar-conta": "sign-up",
    "GET /criar-conta/conferir": "sign-up",
    "GET /confirmar/{token:str}": "a link's token",
    "POST /confirmar/{token:str}": "a link's token",
    "GET /convite/{token:str}": "a link's token",
    "POST /convite/{token:str}": "a link's token",
    "GET /esqueci-a-senha": "forgotten password",
    "POST /esqueci-a-senha": "forgotten password",
    "GET /esqueci-a-senha/conferir": "forgotten password",
    "GET /nova-senha/{token:str}": "a link's token",
    "POST /nova-senha/{token:str}": "a link's token",
    "GET /operator/entrar": "operators' sign-in",
    "POST /operator/entrar": "operators' sign-in",
    "POST /operator/sair": "ends an operator's session if there is one",
    "GET /termos": "terms",
    "GET /privacidade": "privacy",
    "GET /dev/components": "invented data, not in production",
    "GET /dev/components/{name:str}": "invented data, not in production",
}
#: Never ends; that it tells of its own tenant alone is proved in test_server_live.
STREAMS = {"GET /live"}
#: Rows that a correct request of anybody may touch.
COUNTERS = {"signin_attempt"}


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def victim(owner: asyncpg.Connection) -> Victim:
    """The other tenant."""
    return await walk.settle_in(owner)


def _is_refused(answer: httpx.Response) -> bool:
    doors = ("/entrar", "/operator/entrar")
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith(doors)
    return answer.status_code == 401 or to_sign_in


async def test_every_route_refuses_strangers_or_says_why_not(
    app: Litestar, office: Office, victim: Victim
) -> None:
    open_to_all = []
    for stop in walk.stops(app):
        if stop.key in PUBLIC:
            continue
        headers = {"accept": "text/html"}
        answer = await office.client.request(stop.method, stop.at(str(victim.tenant_id)), headers=headers)
        if not _is_refused(answer):
            open_to_all.append(f"{stop.key}: {answer.status_code}")
    assert open_to_all == []


async def _ask(office: Office, customer: Customer, stop: Stop, name: str) -> httpx.Response:
    """The customer's request, with the other tenant's name for everything that it may name."""
    headers = {"accept": "text/html, application/json"}
    if stop.path.startswith("/api/"):
        headers["authorization"] = f"Bearer {customer.api_key}"
    else:
        headers |= await _session(office, customer)
    body: dict[str, Any] = {"json": {}}
    if stop.fields:
        body = {"data": dict.fromkeys(stop.fields, name)}
    if stop.method == "GET":
        body = {}
    query = dict.fromkeys(stop.queries, name)
    return await office.client.request(stop.method, stop.at(name), headers=headers, params=query, **body)


async def _session(office: Office, customer: Customer) -> dict[str, str]:
    """A fresh one each time: some routes end the session that asks."""
    async with office.database.system() as conn:
        person_id = await conn.fetchval("SELECT id FROM person WHERE email = $1", customer.email)
        token = await open_session(conn, person_id, office.parts.clock.now())
    name = cookie_name(office.parts.settings)
    return {"cookie": f"{name}={token}", "x-csrf-token": csrf_token(token)}


@pytest.mark.parametrize("share", range(SHARES))
async def test_no_route_tells_or_changes_anything_of_another_tenants(
    app: Litestar, office: Office, customer: Customer, victim: Victim, owner: asyncpg.Connection, share: int
) -> None:
    """Every route, in shares that walk side by side."""
    before = await walk.digest(owner, victim)
    told: list[str] = []
    for stop in walk.stops(app)[share::SHARES]:
        if stop.key in STREAMS:
            continue
        names = victim.names if stop.parameters or stop.fields or stop.queries else victim.names[:1]
        for name in names:
            answer = await _ask(office, customer, stop, name)
            body = answer.text.replace(name, "") if name == CANARY else answer.text
            if CANARY in body or answer.status_code == 500:
                told.append(f"{stop.key} with {name}: {answer.status_code}")
    assert told == []
    after = await walk.digest(owner, victim)
    assert [table for table in before if table not in COUNTERS and before[table] != after[table]] == []


async def test_the_walk_would_see_a_leak(
    app: Litestar, office: Office, customer: Customer, victim: Victim, owner: asyncpg.Connection
) -> None:
    """A customer who belongs to the other tenant is shown its word: the walk's eyes are open."""
    await owner.execute(
        "UPDATE api_key SET tenant_id = $1 WHERE tenant_id = $2", victim.tenant_id, customer.tenant_id
    )
    answer = await _ask(office, customer, Stop("GET", "/api/v1/status"), "")
    assert CANARY in answer.text or answer.status_code == 500
    before = await walk.digest(owner, victim)
    await owner.execute("DELETE FROM toggle WHERE tenant_id = $1", victim.tenant_id)
    after = await walk.digest(owner, victim)
    assert [table for table in before if before[table] != after[table]] == ["toggle"]


async def test_every_table_is_hidden_from_other_tenants_or_closed(
    office: Office, customer: Customer, victim: Victim, owner: asyncpg.Connection
) -> None:
    for table in await walk.tables(owner):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") > 0, f"{table} was not filled"
        for statement in (f"SELECT FROM {table}", f"DELETE FROM {table}"):
            assert await _is_kept(office.database, customer, victim, statement), statement


async def _is_kept(database: Database, customer: Customer, victim: Victim, statement: str) -> bool:
    """As the customer: either the statement is not allowed at all, or it meets no row of the victim's."""
    try:
        async with database.tenant(customer.tenant_id) as conn:
            done: str = await conn.execute(f"{statement} WHERE tenant_id = '{victim.tenant_id}'")
    except asyncpg.InsufficientPrivilegeError:
        return True
    except asyncpg.UndefinedColumnError:
        return await _is_reference(database, customer, statement)
    return done.endswith(" 0")


async def _is_reference(database: Database, customer: Customer, statement: str) -> bool:
    """A table without `tenant_id` that tenants may use would have to be read-only and the same for all."""
    try:
        async with database.tenant(customer.tenant_id) as conn:
            await conn.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False
