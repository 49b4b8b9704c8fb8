"""A portal that tells of a change is looked at as soon as it says so, and by nobody's word but its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from litestar import Litestar

from connector.settings import Settings
from connector.sync.portal.poll import poll
from connector.sync.wake import POLL_JOB
from tests.support.apps import whole_app
from tests.support.frame import Frame
from tests.support.office import Office, running
from tests.support.sandbox import Sandbox

DOOR = "/webhooks/bitrix24"


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
async def frame(office: Office, sandbox: Sandbox) -> Frame:
    """The spare portal, connected from inside, and wanted: its products go back to Bling."""
    frame = Frame(office.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    return frame


async def test_a_change_queues_a_look_at_once(frame: Frame, office: Office) -> None:
    await _looked_at_before(office)
    await _told(frame, office)
    (row,) = await office.rows("portal_intake")
    assert row["due_at"] <= office.parts.clock.now()
    assert await _looks(office) == 1


async def test_many_changes_queue_one_look(frame: Frame, office: Office) -> None:
    await _looked_at_before(office)
    for _ in range(5):
        await _told(frame, office)
    assert await _looks(office) == 1


async def test_a_portal_that_nobody_wants_to_hear_of_is_not_looked_at(frame: Frame, office: Office) -> None:
    await _told(frame, office)
    assert await office.rows("portal_intake") == []
    assert await _looks(office) == 0


async def test_without_the_portals_own_token_nothing_is_looked_at(frame: Frame, office: Office) -> None:
    await _looked_at_before(office)
    answer = await _told(frame, office, **{"auth[application_token]": "wrong"})
    assert answer == 401
    assert await _looks(office) == 0


async def test_an_update_of_the_app_binds_everything_anew(frame: Frame, office: Office) -> None:
    await _looked_at_before(office)
    await _told(frame, office, event="ONAPPUPDATE")
    (row,) = await office.rows("portal_intake")
    assert (row["bound"], row["due_at"] <= office.parts.clock.now()) == (None, True)


async def test_what_is_ticked_is_looked_at(frame: Frame, office: Office) -> None:
    tenant_id = (await office.rows("portal"))[0]["tenant_id"]
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO toggle (tenant_id, name, enabled, changed_at)"
            " VALUES ($1, 'product.export_update', true, now())",
            tenant_id,
        )
        await conn.execute(
            "INSERT INTO account (tenant_id, id, company_id, name, account_key, main, state, state_since,"
            " created_at) VALUES ($1, gen_random_uuid(), 'c', 'Loja', 'k', true, 'connected', now(), now())",
            tenant_id,
        )
    await poll(office.parts.engine, tenant_id)
    (row,) = await office.rows("portal_intake")
    assert (row["bound"], row["busy_until"]) == ("products", None)
    assert row["due_at"] > office.parts.clock.now()


async def _looked_at_before(office: Office) -> None:
    later = office.parts.clock.now() + timedelta(hours=1)
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO portal_intake"
            " (tenant_id, offline, bound, due_at, changed_since, sweep_at, created_at)"
            " SELECT tenant_id, true, 'products', $1, now(), $1, now() FROM portal",
            later,
        )


async def _told(frame: Frame, office: Office, event: str = "ONOFFLINEEVENT", **more: str) -> int:
    form = frame.form()
    auth = {"application_token": form["APPLICATION_TOKEN"], "member_id": form["member_id"]}
    message = {"event": event, **{f"auth[{name}]": value for name, value in auth.items()}, **more}
    return (await office.client.post(DOOR, data=message)).status_code


async def _looks(office: Office) -> int:
    jobs = await office.parts.engine.redis.queued_jobs()
    return sum(job.function == POLL_JOB for job in jobs)
