"""PostgreSQL or Redis goes away: quick answers, nothing lost, all well when they are back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Callable

import httpx
import msgspec
import pytest

from connector.settings import Settings
from connector.store.migrate import migrate
from ponte.runtime import databases
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis
from server.app import create_server
from tests.support.office import Office, message, running

#: Seconds after which Bling takes a message for refused.
BLING_WAITS_S = 5.0


@pytest.fixture
async def postgres(own_postgres: Callable[[], Postgres]) -> Postgres:
    """A cluster that may be killed."""
    server = own_postgres()
    await databases.create_login_role(server.url())
    await databases.create_database(server.url(), "ponte")
    await migrate(server.url("ponte"), databases.LOGIN_ROLE)
    return server


@pytest.fixture
def redis_server(own_redis: Callable[[], Redis]) -> Redis:
    """A Redis that may be killed."""
    return own_redis()


@pytest.fixture
async def office(settings: Settings, postgres: Postgres, redis_server: Redis) -> AsyncIterator[Office]:
    """A server on these."""
    own = msgspec.structs.replace(
        settings, database_url=postgres.url("ponte", databases.LOGIN_ROLE), redis_url=redis_server.url()
    )
    app = create_server(own)
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
            yield Office(app.state.parts, client)


async def _timed(office: Office, body: bytes) -> tuple[int, float]:
    began = time.monotonic()
    answer = await office.bling_sends(body)
    return answer.status_code, time.monotonic() - began


async def test_without_postgres_the_door_answers_503_and_recovers(office: Office, postgres: Postgres) -> None:
    customer = await office.customer()
    assert (await _timed(office, message(customer.company_id)))[0] == 200
    postgres.kill()
    status, took = await _timed(office, body := message(customer.company_id))
    assert (status, took < BLING_WAITS_S) == (503, True)
    assert (await office.client.get("/health/ready")).json() == {"postgres": False, "redis": True}
    assert (await office.api(customer, "GET", "/status")).status_code == 503
    postgres.start()
    assert (await _timed(office, body))[0] == 200
    assert len(await office.rows("inbox")) == 2


async def test_a_postgres_that_hangs_is_503_while_bling_still_waits(
    office: Office, postgres: Postgres
) -> None:
    customer = await office.customer()
    await office.bling_sends(message(customer.company_id))
    assert postgres.child is not None
    processes = _family(postgres.child.pid)
    _signal(processes, signal.SIGSTOP)
    try:
        for _ in range(3):
            status, took = await _timed(office, message(customer.company_id))
            assert (status, took < BLING_WAITS_S) == (503, True)
        door = f"/webhooks/bling/{customer.account_key}"
        assert (await office.bling_sends(message(customer.company_id), door)).status_code == 503
    finally:
        _signal(processes, signal.SIGCONT)
    assert (await _timed(office, message(customer.company_id)))[0] == 200


async def test_without_redis_the_door_answers_200(office: Office, redis_server: Redis) -> None:
    customer = await office.customer()
    redis_server.kill()
    status, took = await _timed(office, message(customer.company_id))
    assert (status, took < BLING_WAITS_S) == (200, True)
    assert (await office.client.get("/health/live")).status_code == 200
    assert (await office.client.get("/health/ready")).status_code == 503
    assert (await office.api(customer, "GET", "/status")).status_code == 200


async def test_without_redis_a_replay_is_stored(office: Office, redis_server: Redis) -> None:
    customer = await office.customer()
    await office.bling_sends(message(customer.company_id))
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    redis_server.kill()
    answer = await office.api(customer, "POST", f"/events/{event['id']}/replay", json={})
    assert answer.status_code == 202


def _family(pid: int) -> list[int]:
    """A process and its children."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid, *map(int, children.read().split())]


def _signal(processes: list[int], number: signal.Signals) -> None:
    for pid in processes:
        os.kill(pid, number)
