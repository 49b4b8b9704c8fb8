"""Ten thousand tenants do not slow the operator: no list scans a table that grows with events or tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.store.operator_tenants import NOBODY
from connector.store.operators import LAST
from connector.store.sql import named

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOME = [UUID(int=number) for number in range(1, 51)]
#: What grows: with tenants, or with what they do.
GROWING = {
    *(
        "tenant",
        "licence",
        "account",
        "portal",
        "inbox",
        "event_minute",
        "event_hour",
        "person",
        "membership",
    ),
    *("account_route", "portal_route", "unclaimed", "quarantined", "operator_audit", "link", "sweep"),
}
ASKED: dict[tuple[str, str], tuple[Any, ...]] = {
    ("operator_tenants", "page"): ("", NOBODY, 51),
    ("operator_tenants", "page_named"): ("", NOBODY, 51, "aurora"),
    ("operator_tenants", "page_of"): ("", NOBODY, 51, SOME),
    ("operator_tenants", "by_company"): ("c" * 32, 100),
    ("operator_tenants", "by_member"): ("c" * 32, 100),
    ("operator_tenants", "paused"): (1000,),
    ("operator_tenants", "broken"): (1000,),
    ("operator_tenants", "unlicensed"): (1000, NOW),
    ("operator_tenants", "held"): (1000,),
    ("operator_tenants", "late"): (1000, NOW),
    ("operator_tenants", "health"): (SOME, NOW - 2 * DAY, NOW - 35 * DAY, 1001, NOW - DAY),
    ("operator_tenants", "hours"): (SOME, NOW - DAY),
    ("operator_tenants", "lanes"): (SOME[0], 1001),
    ("operator_tenants", "licences"): (),
    ("operator_tenants", "ending"): (["trial"], NOW, NOW + DAY, 50),
    ("operator_queues", "lanes"): (20_000,),
    ("operator_queues", "held"): (20_000,),
    ("operator_queues", "stuck"): (NOW, 20_000, 20),
    ("operator_queues", "connections"): (),
    ("operator_queues", "renewed"): (NOW,),
    ("operator_queues", "dead_since"): (UUID(int=0), 20_000),
    ("operator_queues", "dead"): (LAST, UUID(int=0), 51, None),
    ("operator_messages", "unclaimed"): (LAST, 51),
    ("operator_messages", "unclaimed_of"): (LAST, 51, "c" * 32),
    ("operator_messages", "quarantined"): (LAST, 51),
    ("operator_messages", "quarantined_of"): (LAST, 51, "odd"),
    ("silences", "silent"): ("silence:", 200),
    ("silences", "raised"): ("silence:",),
    ("silences", "last_told"): (),
    ("silences", "forget_told"): (),
    ("operators", "notes"): (LAST, 51),
    ("operators", "notes_about"): (LAST, 51, uuid4()),
}


@pytest.mark.parametrize(("file", "name"), ASKED)
async def test_no_list_scans_what_grows(owner: asyncpg.Connection, file: str, name: str) -> None:
    """With sequential scans priced out, one that is left has no index to go by."""
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE ponte_system; SET LOCAL enable_seqscan = off")
        rows = await owner.fetchval(f"EXPLAIN (FORMAT JSON) {named(file)[name]}", *ASKED[file, name])
    scanned = {
        node["Relation Name"]
        for node in _nodes(json.loads(rows)[0]["Plan"])
        if node["Node Type"] == "Seq Scan"
    }
    assert {table for table in scanned if table in GROWING or table.startswith("event_y")} == set()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


async def test_a_page_of_ten_thousand_reads_few_rows(owner: asyncpg.Connection) -> None:
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE ponte_system")
        await owner.execute(
            "INSERT INTO tenant (tenant_id, name, created_at)"
            " SELECT gen_random_uuid(), 'Loja ' || n, now() FROM generate_series(1, 10000) AS n"
        )
        await owner.execute(
            "INSERT INTO licence (tenant_id, state, plan, source, updated_at)"
            " SELECT tenant_id, 'active', 'escala', 'stripe', now() FROM tenant"
        )
    await owner.execute("ANALYZE tenant; ANALYZE licence")
    async with owner.transaction():
        await owner.execute("SET LOCAL ROLE ponte_system")
        statement = named("operator_tenants")["page"]
        found = await owner.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", "Loja 5000", NOBODY, 51)
    read = [node["Actual Rows"] * node["Actual Loops"] for node in _nodes(json.loads(found)[0]["Plan"])]
    assert max(read) <= 51
