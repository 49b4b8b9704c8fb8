"""Links: whole rows in and out, true counts of states, creates remembered before they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.store import history, lease, links
from connector.store.lease import Fenced
from connector.store.links import Choice, Link, ReasonCount
from connector.store.scope import Database
from tests.support.rows import key, link, now


async def save(db: Database, tenant_id: UUID, *rows: Link) -> None:
    async with db.tenant(tenant_id) as conn:
        await links.save(conn, tenant_id, rows)


async def load(db: Database, tenant_id: UUID, *keys: RecordKey) -> dict[RecordKey, Link]:
    async with db.tenant(tenant_id) as conn:
        return await links.load(conn, tenant_id, keys)


async def counts(db: Database, tenant_id: UUID) -> dict[RecordState, int]:
    async with db.tenant(tenant_id) as conn:
        return (await history.summary(conn, tenant_id)).get(Kind.PRODUCT, {})


async def mark(db: Database, tenant_id: UUID, keys: Sequence[RecordKey]) -> None:
    async with db.tenant(tenant_id) as conn:
        fence = await lease.take(conn, tenant_id, uuid4().hex, 30)
        assert fence is not None
        await links.mark_creating(conn, tenant_id, fence, dict.fromkeys(keys, "Caneca"), now())
        await conn.execute("UPDATE lease SET holder = NULL")


FULL = link(
    3,
    shape="offer",
    price_id=9,
    sku="CAN-é",
    fingerprint=b"\x00print",
    written='{"name": "Caneca"}',
    bling_date=now(),
    bling_date_bare=True,
    body_hash=b"\xffhash",
    parent_id=2,
    mapping_version=4,
    state=RecordState.NEEDS_YOU,
    reason=Reason.AMBIGUOUS,
    detail="two of them",
    sync_id=uuid4(),
    synced_at=now(),
    creating_at=now(),
    gone_at=now(),
    writes=5,
    writes_since=now(),
)


@pytest.mark.parametrize("row", [FULL, link(1)], ids=["full", "bare"])
async def test_a_link_comes_out_as_it_went_in(db: Database, tenant_id: UUID, row: Link) -> None:
    await save(db, tenant_id, row)
    assert await load(db, tenant_id, row.record) == {row.record: row}


async def test_a_saved_link_replaces_the_whole_row_but_its_beginning(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, FULL)
    new = link(3, created_at=now() + timedelta(days=1), updated_at=now() + timedelta(days=1))
    await save(db, tenant_id, new)
    found = await load(db, tenant_id, FULL.record)
    assert list(found.values()) == [msgspec.structs.replace(new, created_at=FULL.created_at)]


async def test_only_what_was_asked_for_is_loaded(db: Database, tenant_id: UUID) -> None:
    order = link(1, record=key(1, Kind.ORDER))
    await save(db, tenant_id, link(1), link(2), order)
    asked = (key(1), key(2, Kind.ORDER), key(5))
    assert (await load(db, tenant_id, *asked)).keys() == {key(1)}
    assert await load(db, tenant_id) == {}


async def test_links_are_found_by_bitrix24s_id(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, link(1), link(2, bitrix_id=None))
    async with db.tenant(tenant_id) as conn:
        found = await links.by_bitrix(conn, tenant_id, Kind.PRODUCT, [1001, 1002])
    assert {bitrix_id: one.record for bitrix_id, one in found.items()} == {1001: key(1)}


async def test_a_bitrix24_record_has_one_link(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, link(1, bitrix_id=5))
    with pytest.raises(asyncpg.UniqueViolationError):
        await save(db, tenant_id, link(2, bitrix_id=5))


async def test_states_are_counted(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, link(1), link(2), link(3, state=RecordState.EXCLUDED))
    assert await counts(db, tenant_id) == {RecordState.IN_STEP: 2, RecordState.EXCLUDED: 1}
    await save(db, tenant_id, link(1, state=RecordState.NEEDS_YOU), link(2), link(4))
    assert await counts(db, tenant_id) == {
        RecordState.NEEDS_YOU: 1,
        RecordState.IN_STEP: 2,
        RecordState.EXCLUDED: 1,
    }


async def test_a_create_is_remembered_before_it_is_sent(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, link(1, bitrix_id=None, state=RecordState.NEEDS_YOU))
    await mark(db, tenant_id, [key(1), key(2)])
    found = await load(db, tenant_id, key(1), key(2))
    assert all(one.creating_at is not None for one in found.values())
    assert found[key(1)].state is RecordState.NEEDS_YOU
    assert (found[key(2)].state, found[key(2)].label) == (RecordState.WAITING, "Caneca")


async def test_a_create_is_counted_once(db: Database, tenant_id: UUID) -> None:
    await mark(db, tenant_id, [key(1), key(2)])
    await mark(db, tenant_id, [key(1)])
    assert await counts(db, tenant_id) == {RecordState.WAITING: 2}
    await save(db, tenant_id, link(1))
    assert await counts(db, tenant_id) == {RecordState.WAITING: 1, RecordState.IN_STEP: 1}


async def test_an_old_holder_marks_nothing(db: Database, tenant_id: UUID) -> None:
    async with db.tenant(tenant_id) as conn:
        await lease.take(conn, tenant_id, "one", 30)
        with pytest.raises(Fenced):
            await links.mark_creating(conn, tenant_id, 0, {key(1): "Caneca"}, now())
        assert await links.load(conn, tenant_id, [key(1)]) == {}


async def reasons(db: Database, tenant_id: UUID) -> dict[Reason, int]:
    async with db.tenant(tenant_id) as conn:
        return {one.reason: one.n for one in await links.reasons(conn, tenant_id)}


def off(bling_id: int, reason: Reason = Reason.CREATE_OFF) -> Link:
    return link(bling_id, bitrix_id=None, state=RecordState.EXCLUDED, reason=reason)


async def test_reasons_are_counted(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, off(1), off(2), off(3, Reason.FILTERED), link(4))
    assert await reasons(db, tenant_id) == {Reason.CREATE_OFF: 2, Reason.FILTERED: 1}
    await save(db, tenant_id, link(1), off(2), off(3), off(5))
    assert await reasons(db, tenant_id) == {Reason.CREATE_OFF: 3}


async def test_counts_of_reasons_that_drifted_are_told_anew(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, off(1), off(2, Reason.FILTERED))
    async with db.tenant(tenant_id) as conn:
        await conn.execute("UPDATE link_reason_count SET n = 9 WHERE reason = 'create_off'")
        await conn.execute("DELETE FROM link_reason_count WHERE reason = 'filtered'")
        await conn.execute(
            "INSERT INTO link_reason_count VALUES ($1, 'order', 'needs_you', 'loop', 4)", tenant_id
        )
        await links.recount(conn, tenant_id)
        assert await links.reasons(conn, tenant_id) == [
            ReasonCount(Kind.PRODUCT, RecordState.EXCLUDED, Reason.CREATE_OFF, 1),
            ReasonCount(Kind.PRODUCT, RecordState.EXCLUDED, Reason.FILTERED, 1),
        ]


async def test_records_of_a_reason_go_by_key(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, *(off(number) for number in range(1, 6)), off(9, Reason.FILTERED))
    async with db.tenant(tenant_id) as conn:
        first = await links.of_reason(conn, tenant_id, Kind.PRODUCT, Reason.CREATE_OFF, None, 3)
        rest = await links.of_reason(conn, tenant_id, Kind.PRODUCT, Reason.CREATE_OFF, first[-1], 3)
    assert [one.bling_id for one in (*first, *rest)] == [1, 2, 3, 4, 5]


async def test_a_choice_outlives_a_saving_and_ends_with_agreement(db: Database, tenant_id: UUID) -> None:
    row = link(1, bitrix_id=None, state=RecordState.NEEDS_YOU, reason=Reason.AMBIGUOUS)
    await save(db, tenant_id, row)
    async with db.tenant(tenant_id) as conn:
        assert await links.choose(conn, tenant_id, key(1), Choice.ADOPT, 77)
        assert not await links.choose(conn, tenant_id, key(2), Choice.NEW)
    await save(db, tenant_id, row)
    (found,) = (await load(db, tenant_id, key(1))).values()
    assert (found.choice, found.choice_id) == (Choice.ADOPT, 77)
    await save(db, tenant_id, link(1, bitrix_id=77, synced_at=now()))
    (found,) = (await load(db, tenant_id, key(1))).values()
    assert (found.choice, found.choice_id) == (None, None)


async def test_one_product_is_chosen_for_one_record(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, off(1), off(2))
    async with db.tenant(tenant_id) as conn:
        await links.choose(conn, tenant_id, key(1), Choice.ADOPT, 77)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.tenant(tenant_id) as conn:
            await links.choose(conn, tenant_id, key(2), Choice.ADOPT, 77)


async def test_only_what_was_deleted_in_bitrix24_is_made_again(db: Database, tenant_id: UUID) -> None:
    await save(db, tenant_id, link(1, gone_at=now()), link(2), link(3, gone_at=now()))
    async with db.tenant(tenant_id) as conn:
        await links.choose_again(conn, tenant_id, Kind.PRODUCT, [key(1), key(2)])
    found = await load(db, tenant_id, key(1), key(2), key(3))
    assert [found[key(number)].choice for number in (1, 2, 3)] == [Choice.AGAIN, None, None]
