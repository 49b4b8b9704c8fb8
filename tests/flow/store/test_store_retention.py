"""Histories are cut to what each tenant's plan keeps, and nothing younger goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from connector.account import retention
from connector.account.retention import days_of, trim_histories
from connector.store.ids import new_id
from connector.store.partitions import ensure_partitions
from connector.store.scope import Database
from tests.support.rows import now

AGES = (1, 29, 31, 89, 91, 364)


async def a_tenant(db: Database, plan: str | None) -> UUID:
    """With one event of each age in days."""
    tenant_id = uuid4()
    async with db.system() as conn:
        await conn.execute(
            "INSERT INTO tenant (tenant_id, name, created_at) VALUES ($1, 'Loja', $2)", tenant_id, now()
        )
        if plan is not None:
            await conn.execute(
                "INSERT INTO licence (tenant_id, state, plan, source, updated_at)"
                " VALUES ($1, 'active', $2, 'stripe', $3)",
                *(tenant_id, plan, now()),
            )
        for age in AGES:
            at = now() - timedelta(days=age)
            await ensure_partitions(conn, at.date(), 0)
            await _event(conn, tenant_id, at)
    return tenant_id


async def _event(conn: object, tenant_id: UUID, at: datetime) -> None:
    await conn.execute(  # type: ignore[attr-defined]
        "INSERT INTO event (tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
        " received_at, settled_at, attempts, outcome, body)"
        " VALUES ($1, $2, 'product', $3, 7, 'bling', 'updated', $4, $5, $5, 0, 'updated', '{}')",
        *(tenant_id, new_id(at), uuid4(), uuid4().hex, at),
    )


async def left(db: Database, tenant_id: UUID) -> int:
    async with db.system() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM event WHERE tenant_id = $1", tenant_id))


@pytest.mark.parametrize(
    ("plan", "kept"), [("essencial", 2), ("profissional", 4), ("escala", 6), (None, 6), ("sumiu", 6)]
)
async def test_each_plan_keeps_its_days(db: Database, plan: str | None, kept: int) -> None:
    tenant_id = await a_tenant(db, plan)
    assert await trim_histories(db, now()) == len(AGES) - kept
    assert await left(db, tenant_id) == kept


async def test_a_tenant_loses_nothing_to_anothers_plan(db: Database) -> None:
    short, long = await a_tenant(db, "essencial"), await a_tenant(db, "escala")
    await trim_histories(db, now())
    assert (await left(db, short), await left(db, long)) == (2, 6)


async def test_all_tenants_have_their_turn_however_many_fit_on_a_page(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PAGE", 2)
    monkeypatch.setattr(retention, "ROWS", 1)
    tenants = [await a_tenant(db, "essencial") for _ in range(5)]
    assert await trim_histories(db, now()) == 5 * 4
    assert [await left(db, one) for one in tenants] == [2] * 5


async def test_trimming_again_finds_nothing(db: Database) -> None:
    await a_tenant(db, "essencial")
    await trim_histories(db, now())
    assert await trim_histories(db, now()) == 0


def test_an_unknown_plan_keeps_the_longest() -> None:
    assert days_of("sumiu") == days_of("escala") == 365
