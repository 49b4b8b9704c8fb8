"""Runs as rows: one of a sort at a time, one holder at a time, items counted once, events turned along."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec
import pytest

from connector.domain.events import Kind, Outcome, Reason, Source
from connector.domain.runs import Deed, RunState, Task
from connector.store import inbox, runs
from connector.store.ids import new_id
from connector.store.runs import Finding, Run, Settled
from connector.store.scope import Database
from tests.support.rows import ACCOUNT, arrival, key, now


class Wish(msgspec.Struct):
    """What was asked for."""

    since: str = ""


@pytest.fixture
async def tenant(db: Database, tenant_id: UUID) -> UUID:
    """A tenant that exists."""
    async with db.system() as conn:
        await conn.execute(
            "INSERT INTO tenant (tenant_id, name, created_at) VALUES ($1, 'Loja', $2)", tenant_id, now()
        )
    return tenant_id


async def begin(db: Database, tenant: UUID, kind: Kind = Kind.PRODUCT) -> Run | None:
    async with db.tenant(tenant) as conn:
        wish = Wish("2026-01-01")
        return await runs.start(conn, tenant, new_id(), Task.IMPORT, kind, wish, None, now())


async def taken(db: Database, tenant: UUID, holder: str = "one") -> Run:
    begun = await begin(db, tenant)
    assert begun is not None
    async with db.system() as conn:
        run = await runs.take(conn, tenant, begun.id, holder)
    assert run is not None
    return run


async def put(db: Database, run: Run, bling_ids: Sequence[int]) -> None:
    names = {one: runs.event_name(run.id, key(one)) for one in bling_ids}
    async with db.system() as conn:
        made = [
            arrival(run.tenant_id, one, source=Source.IMPORT, provider_event_id=name)
            for one, name in names.items()
        ]
        await inbox.insert(conn, made)


async def list_one(db: Database, run: Run) -> None:
    """A step that lists a record."""
    async with db.system() as conn:
        await runs.list_items(conn, run, ACCOUNT, {1: "um"})
        await runs.advance(conn, run, now())


async def test_a_second_one_of_the_same_sort_is_refused(db: Database, tenant: UUID) -> None:
    first = await begin(db, tenant)
    assert first is not None
    assert await begin(db, tenant) is None
    assert await begin(db, tenant, Kind.ORDER) is not None
    async with db.tenant(tenant) as conn:
        found = await runs.under_way(conn, tenant, Task.IMPORT, Kind.PRODUCT)
    assert found is not None
    assert found.id == first.id
    assert msgspec.json.decode(found.wish, type=Wish) == Wish("2026-01-01")


async def test_a_run_is_one_holders(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    async with db.system() as conn:
        assert await runs.take(conn, tenant, run.id, "two") is None
        assert (tenant, run.id) not in await runs.due(conn, now(), 100)
        await runs.let_go(conn, run)
        assert (tenant, run.id) in await runs.due(conn, now(), 1000)
        assert await runs.take(conn, tenant, run.id, "two") is not None


async def test_a_step_of_one_that_lost_it_leaves_nothing(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    async with db.system() as conn:
        await runs.let_go(conn, run)
        await runs.take(conn, tenant, run.id, "two")
    with pytest.raises(runs.Lost):
        await list_one(db, run)
    async with db.system() as conn:
        assert await runs.next_items(conn, run, 10) == []


async def test_a_pause_ends_the_step_and_stills_its_events(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    await put(db, run, [1, 2])
    await put(db, msgspec.structs.replace(run, id=uuid4()), [3])
    async with db.tenant(tenant) as conn:
        paused = await runs.turn(conn, run, Deed.PAUSE, now())
        assert paused is not None
        assert (paused.state, paused.due_at) == (RunState.PAUSED, None)
        assert await runs.pending(conn, run) == runs.Pending(0, 2)
        assert (await inbox.depth(conn, tenant))[0] == 1
        assert await runs.turn(conn, run, Deed.PAUSE, now()) is None
    with pytest.raises(runs.Lost):
        await list_one(db, run)
    async with db.tenant(tenant) as conn:
        resumed = await runs.turn(conn, run, Deed.RESUME, now())
        assert resumed is not None
        assert resumed.due_at is not None
        assert await runs.pending(conn, run) == runs.Pending(2, 0)


async def test_a_cancelled_run_takes_its_events_along(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    await put(db, run, [1, 2])
    async with db.tenant(tenant) as conn:
        ended = await runs.turn(conn, run, Deed.CANCEL, now())
        assert ended is not None
        assert ended.state is RunState.CANCELLED
        assert ended.ended_at is not None
        assert await runs.pending(conn, run) == runs.Pending(0, 0)
        assert await runs.turn(conn, run, Deed.RESUME, now()) is None
    assert await begin(db, tenant) is not None


async def test_items_are_listed_once_and_come_in_their_order(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    async with db.system() as conn:
        assert await runs.list_items(conn, run, ACCOUNT, {5: "cinco", 3: "três"}) == 2
        run = await runs.advance(conn, msgspec.structs.replace(run, listed=2), now())
        assert await runs.list_items(conn, run, ACCOUNT, {3: "três", 9: "nove"}) == 1
        assert await runs.next_items(conn, run, 2) == [key(5), key(3)]
        assert await runs.next_items(conn, run, 2) == [key(9)]
        assert await runs.next_items(conn, run, 2) == []


async def test_an_item_counts_once_and_its_failure_until_it_is_mended(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    async with db.system() as conn:
        await runs.list_items(conn, run, ACCOUNT, {1: "um", 2: "dois"})
    bad = Settled(run.id, ACCOUNT, 1, Outcome.FAILED, Reason.REFUSED_BY_BITRIX24, "não", uuid4())
    good = Settled(run.id, ACCOUNT, 2, Outcome.CREATED, None, None, uuid4())
    for ended, done, failed in (
        ([bad, good], 2, 1),
        ([bad], 2, 1),
        ([msgspec.structs.replace(bad, outcome=Outcome.UPDATED, reason=None)], 2, 0),
    ):
        async with db.tenant(tenant) as conn:
            await runs.settled(conn, tenant, ended, now())
            after = await runs.get(conn, tenant, run.id)
            assert after is not None
            assert (after.done, after.failed) == (done, failed)
            assert len(await runs.failures(conn, run, -1, 10)) == failed


async def test_findings_come_by_their_numbers(db: Database, tenant: UUID) -> None:
    run = await taken(db, tenant)
    found = [
        Finding(n=n, kind=Kind.PRODUCT, account_id=ACCOUNT, bling_id=n, what=what, fields=msgspec.Raw(b"[1]"))
        for n, what in enumerate(["missing", "differs", "missing"])
    ]
    async with db.system() as conn:
        await runs.add_findings(conn, run, found)
        await runs.add_findings(conn, run, found[:1])
        assert [one.n for one in await runs.findings(conn, run, 0, 10)] == [1, 2]
        assert [one.n for one in await runs.findings(conn, run, -1, 10, "missing")] == [0, 2]
        assert bytes((await runs.findings(conn, run, -1, 1))[0].fields) == b"[1]"


async def test_another_tenant_sees_none_of_it(db: Database, tenant: UUID, stranger: UUID) -> None:
    run = await taken(db, tenant)
    async with db.tenant(stranger) as conn:
        assert await runs.get(conn, tenant, run.id) is None


@pytest.mark.parametrize("name", ["import:x", "3f", "", "replay:abc"])
def test_other_events_belong_to_no_run(name: str) -> None:
    assert runs.run_named(name) is None


def test_an_events_name_tells_its_run() -> None:
    run_id = uuid4()
    assert runs.run_named(runs.event_name(run_id, key(7))) == run_id
