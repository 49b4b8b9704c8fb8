"""Leaving: thirty days to come back, then nothing is left but the proof."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from connector.account import erasure
from connector.account.erasure import FADED, Eraser
from connector.account.leaving import GRACE
from connector.store import erasures, lease
from connector.store.people import Role
from tests.support import walk
from tests.support.consent import connected, oauth_calls
from tests.support.desk import Desk, Visitor
from tests.support.frame import Frame
from tests.support.office import PASSWORD, Customer, Office, message
from tests.support.sandbox import Sandbox
from tests.support.walk import CANARY, Victim
from worker import jobs

#: Without a `tenant_id`, nobody's or everybody's; persons and their links have tests of their own.
NOBODYS = {"mail", "quarantined", "unclaimed", "person", "signup", "password_reset", "signin_attempt"}
#: Of the operators' own house, where a tenant is an id at most.
NOBODYS |= {"operator", "operator_session", "operator_audit", "message_minute", "message_hour", "silence"}
#: A real moment in which everybody's memory has faded.
AFTER = FADED + timedelta(seconds=1)


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Sees all tables."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def dona(desk: Desk, customer: Customer) -> Visitor:
    """The owner's browser."""
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


@pytest.fixture
def eraser(desk: Desk) -> Eraser:
    """Whoever erases."""
    return Eraser(desk.database, desk.parts.connecting)


async def _leave(visitor: Visitor) -> None:
    answer = await visitor.post("/equipe/encerrar", company=" loja ")
    assert "saindo da Ponte" in (await visitor.follow(answer)).text


def _in(desk: Desk, business: timedelta) -> tuple[datetime, datetime]:
    """Now and so much later in business time."""
    return desk.parts.clock.now(), desk.parts.clock.business_now() + business


async def _gone(desk: Desk, eraser: Eraser) -> None:
    """Both looks, the second after everybody's memory has faded."""
    now, later = _in(desk, GRACE + timedelta(minutes=1))
    assert await eraser.erase_due(now, later) == 0
    assert await eraser.erase_due(now + AFTER, later) == 1


async def _left(owner: asyncpg.Connection, tenant_id: UUID) -> dict[str, int]:
    """Rows of a tenant by table, by the catalogue."""
    found = {}
    for table in await walk.tables(owner):
        columns = {row["name"] for row in await owner.fetch(walk.COLUMNS, table)}
        if "tenant_id" in columns and table != erasures.PROOF:
            found[table] = await owner.fetchval(
                f"SELECT count(*) FROM {table} WHERE tenant_id = $1", tenant_id
            )
    return found


async def test_leaving_asks_for_the_companys_name(desk: Desk, dona: Visitor) -> None:
    for typed in ("", "Outra", "Loj"):
        answer = await dona.post("/equipe/encerrar", company=typed)
        assert (answer.status_code, "Escreva o nome da empresa" in answer.text) == (422, True)
    assert await desk.rows("erasure") == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
async def test_only_an_owner_leaves_stays_or_takes_data_along(
    desk: Desk, office: Office, customer: Customer, role: Role
) -> None:
    visitor = desk.visitor()
    await visitor.sign_in(await office.colleague(customer, role), PASSWORD)
    assert "/equipe/encerrar" not in (await visitor.get("/equipe")).text
    for path in ("encerrar", "ficar", "exportar"):
        assert (await visitor.post(f"/equipe/{path}", company="Loja")).status_code == 403
    assert await desk.rows("erasure") == []


async def test_who_leaves_stops_syncing_and_every_page_says_so(desk: Desk, dona: Visitor) -> None:
    await _leave(dona)
    (mark,), (tenant,) = await desk.rows("erasure"), await desk.rows("tenant")
    assert mark["due_at"] - mark["asked_at"] == GRACE
    assert tenant["paused_at"] is not None
    assert "são apagados em" in (await dona.get("/")).text
    assert await desk.audited() == ["tenant.leaving"]


async def test_coming_back_undoes_it_and_releases_what_waited(
    desk: Desk, dona: Visitor, customer: Customer, office: Office, eraser: Eraser
) -> None:
    await _leave(dona)
    await office.bling_sends(message(customer.company_id))
    async with desk.database.system() as conn:
        await conn.execute("UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'paused'")
    assert "Que bom" in (await dona.follow(await dona.post("/equipe/ficar"))).text
    assert await desk.rows("erasure") == []
    assert [row["paused_at"] for row in await desk.rows("tenant")] == [None]
    assert [row["due_at"] is not None for row in await desk.rows("inbox")] == [True]
    assert await eraser.erase_due(*_in(desk, 2 * GRACE)) == 0
    assert len(await desk.rows("tenant")) == 1


async def test_reconnecting_is_coming_back(
    desk: Desk, office: Office, sandbox: Sandbox, dona: Visitor, customer: Customer
) -> None:
    await _leave(dona)
    await connected(office, sandbox, customer)
    assert await desk.rows("erasure") == []
    assert "tenant.stayed" in await desk.audited()


async def test_who_was_stopped_by_an_operator_stays_so(desk: Desk, dona: Visitor) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE tenant SET paused_at = now()")
    await _leave(dona)
    await dona.post("/equipe/ficar")
    assert [row["paused_at"] is not None for row in await desk.rows("tenant")] == [True]


async def test_conexoes_says_so_too(dona: Visitor) -> None:
    await _leave(dona)
    assert "são apagados em" in (await dona.get("/configuracao/conexoes")).text


async def test_the_workers_job_goes_on_with_it(desk: Desk, sandbox: Sandbox, eraser: Eraser) -> None:
    frame = Frame(desk.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    async with desk.database.system() as conn:
        await conn.execute(
            "INSERT INTO erasure (tenant_id, why, asked_at, due_at, paused, counts)"
            " SELECT tenant_id, 'left', now(), now(), true, '{}' FROM tenant"
        )
    await jobs.erase({"engine": desk.parts.engine, "eraser": eraser, "billing": desk.parts.billing})
    assert await desk.rows("tenant") == []


async def test_nothing_goes_before_its_day(desk: Desk, dona: Visitor, eraser: Eraser) -> None:
    await _leave(dona)
    assert await eraser.erase_due(*_in(desk, GRACE - timedelta(hours=1))) == 0
    assert len(await desk.rows("account")) == 1
    assert (await dona.get("/")).status_code == 200


async def test_afterwards_no_table_holds_a_row_and_the_proof_stands(
    desk: Desk, owner: asyncpg.Connection, eraser: Eraser
) -> None:
    """Every table is filled first: one that erasing forgets fails here."""
    victim = await _victim(owner)
    before = await _left(owner, victim.tenant_id)
    assert before
    assert [table for table, rows in before.items() if not rows] == []
    await _gone(desk, eraser)
    left = await _left(owner, victim.tenant_id)
    assert [table for table, rows in left.items() if rows] == []
    proof = await owner.fetchrow("SELECT * FROM erasure WHERE tenant_id = $1", victim.tenant_id)
    assert proof["erased_at"] is not None
    counts = json.loads(proof["counts"])
    assert {table: counts.get(table) for table in before if table not in ("session", "membership")} == {
        table: rows for table, rows in before.items() if table not in ("session", "membership")
    } | {"audit": counts["audit"]}


async def test_nothing_of_it_stands_anywhere_else(
    desk: Desk, owner: asyncpg.Connection, eraser: Eraser
) -> None:
    victim = await _victim(owner)
    await _gone(desk, eraser)
    told = await walk.digest(owner, victim)
    words = {table for table, text in told.items() if CANARY in text or str(victim.tenant_id) in text}
    assert words - NOBODYS == {erasures.PROOF}
    assert CANARY not in told[erasures.PROOF]


async def _victim(owner: asyncpg.Connection) -> Victim:
    """A row in every table; its erasure is due."""
    victim = await walk.settle_in(owner)
    for change in (
        "erasure SET begun_at = NULL, erased_at = NULL, due_at = now(), counts = '{}'",
        "account SET state = 'connected'",
    ):
        await owner.execute(f"UPDATE {change} WHERE tenant_id = $1", victim.tenant_id)
    await owner.execute("UPDATE lease SET expires_at = now() WHERE tenant_id = $1", victim.tenant_id)
    return victim


async def test_people_of_no_other_company_go_and_others_stay(
    desk: Desk, office: Office, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    alone = await office.colleague(customer, Role.ADMIN)
    other = await office.customer()
    async with desk.database.system() as conn:
        await conn.execute(
            "INSERT INTO membership SELECT $1, id, 'viewer', now() FROM person WHERE email = $2",
            customer.tenant_id,
            other.email,
        )
    await desk.visitor().sign_in(alone, "errada errada")
    await _leave(dona)
    await _gone(desk, eraser)
    assert {row["email"] for row in await desk.rows("person")} == {other.email}
    assert {row["tenant_id"] for row in await desk.rows("membership")} == {other.tenant_id}
    assert await desk.rows("signin_attempt") == []
    assert (await dona.get("/")).headers["location"].startswith("/entrar")
    counts = json.loads((await desk.rows("erasure"))[0]["counts"])
    assert counts["person"] == 2


async def test_another_tenant_loses_nothing(
    desk: Desk, office: Office, owner: asyncpg.Connection, dona: Visitor, eraser: Eraser
) -> None:
    other = await office.customer()
    before = await _left(owner, other.tenant_id)
    await _leave(dona)
    await _gone(desk, eraser)
    assert await _left(owner, other.tenant_id) == before


async def test_tokens_are_given_back_first(
    desk: Desk, office: Office, sandbox: Sandbox, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    await connected(office, sandbox, customer)
    await _leave(dona)
    await _gone(desk, eraser)
    assert len(oauth_calls(sandbox, "revoke")) == 2


async def test_vendors_that_do_not_answer_hold_nothing_up(
    desk: Desk, office: Office, sandbox: Sandbox, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    await connected(office, sandbox, customer)
    await _leave(dona)
    sandbox.control("faults", {"provider": "bling", "method": "oauth", "status": 500, "times": 50})
    await _gone(desk, eraser)
    assert await desk.rows("account") == []


async def test_a_crash_in_between_is_gone_on_from(
    desk: Desk, dona: Visitor, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies at the third table; the next one finishes, and the proof counts each row once."""
    await _leave(dona)
    whole, calls = erasures.delete_some, []

    async def dying(*args: Any) -> int:
        calls.append(args)
        if len(calls) == len(erasure.DOORS) + 3:
            raise RuntimeError("the machine went away")
        return await whole(*args)

    monkeypatch.setattr(erasures, "delete_some", dying)
    with pytest.raises(RuntimeError):
        await eraser.erase_due(*_in(desk, 2 * GRACE))
    monkeypatch.undo()
    assert len(await desk.rows("tenant")) == 1
    await _gone(desk, eraser)
    assert await desk.rows("tenant") == []
    counts = json.loads((await desk.rows("erasure"))[0]["counts"])
    assert (counts["tenant"], counts["account"], counts["account_route"]) == (1, 1, 1)


async def test_there_is_no_way_back_once_it_began(
    desk: Desk, office: Office, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    await _leave(dona)
    now, later = _in(desk, 2 * GRACE)
    async with desk.database.system() as conn:
        assert await erasures.begin(conn, customer.tenant_id, later, now) is not None
        assert await erasures.unmark(conn, customer.tenant_id) is None
    await dona.post("/equipe/ficar")
    assert len(await desk.rows("erasure")) == 1


async def test_a_drain_under_way_is_waited_for(
    desk: Desk, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    await _leave(dona)
    now, later = _in(desk, 2 * GRACE)
    async with desk.database.system() as conn:
        fence = await lease.take(conn, customer.tenant_id, "worker", 30)
    assert fence is not None
    await eraser.erase_due(now, later)
    assert len(await desk.rows("tenant")) == 1
    async with desk.database.system() as conn:
        await lease.hand_on(conn, customer.tenant_id, fence)
    await eraser.erase_due(now, later)
    assert await desk.rows("tenant") == []


async def test_what_came_late_goes_too_before_the_proof(
    desk: Desk, customer: Customer, dona: Visitor, eraser: Eraser
) -> None:
    await _leave(dona)
    now, later = _in(desk, 2 * GRACE)
    await eraser.erase_due(now, later)
    async with desk.database.system() as conn:
        await lease.take(conn, customer.tenant_id, "worker", 0)
    assert await eraser.erase_due(now + AFTER, later) == 0
    assert await eraser.erase_due(now + 2 * AFTER, later) == 1
    assert await eraser.erase_due(now + 3 * AFTER, later) == 0


async def test_two_workers_at_once_prove_nothing_too_early(
    desk: Desk, customer: Customer, dona: Visitor, eraser: Eraser, owner: asyncpg.Connection
) -> None:
    """One holds rows that it has not deleted yet: the other, who deletes nothing, has no proof."""
    await _leave(dona)
    now, later = _in(desk, 2 * GRACE)
    await eraser.erase_due(now, later)
    await owner.execute("INSERT INTO usage VALUES ($1, '2020-01-01', 1)", customer.tenant_id)

    async def nothing(*args: Any) -> int:
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(erasures, "delete_some", nothing)
        assert await eraser.erase_due(now + AFTER, later) == 0
    assert await eraser.erase_due(now + AFTER, later) == 0
    assert await eraser.erase_due(now + AFTER, later) == 1


async def test_clean_erases_at_once(desk: Desk, sandbox: Sandbox, eraser: Eraser) -> None:
    frame = Frame(desk.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    form = frame.form()
    event = {
        "event": "ONAPPUNINSTALL",
        "data[CLEAN]": "1",
        "auth[member_id]": form["member_id"],
        "auth[application_token]": form["APPLICATION_TOKEN"],
    }
    assert (await desk.client.post("/webhooks/bitrix24", data=event)).status_code == 200
    now, at_once = _in(desk, timedelta(seconds=1))
    await eraser.erase_due(now, at_once)
    assert await desk.rows("tenant") == await desk.rows("portal") == await desk.rows("person") == []
    assert await eraser.erase_due(now + AFTER, at_once) == 1
