"""`ponte replay`: an operator runs again what a filter shows."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from uuid import uuid4

import pytest

from connector.settings import to_environment
from tests.support.office import Customer, Office, message


@pytest.fixture
async def failed(office: Office, customer: Customer) -> Customer:
    """A record whose event failed."""
    await office.bling_sends(message(customer.company_id, data={"id": 7}))
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO event (tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, settled_at, attempts, outcome, body) SELECT tenant_id, id, kind, account_id,"
            " bling_id, source, action, provider_event_id, received_at, now(), 1, 'failed', body FROM inbox"
        )
        await conn.execute("DELETE FROM inbox")
    return customer


async def _command(office: Office, tenant: object, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ponte", "replay", "--tenant", str(tenant), *arguments),
        env=to_environment(office.parts.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def _waiting(office: Office) -> list[dict[str, Any]]:
    return [row for row in await office.rows("inbox") if row["source"] == "replay"]


async def test_it_counts_and_then_queues(office: Office, failed: Customer) -> None:
    asked = ("--outcome", "failed", "--since", "2020-01-01")
    code, out, _ = await _command(office, failed.tenant_id, *asked, "--dry-run")
    assert (code, json.loads(out)) == (0, {"records": 1, "queued": 0, "more": False})
    assert await _waiting(office) == []
    code, out, _ = await _command(office, failed.tenant_id, *asked)
    assert (code, json.loads(out)) == (0, {"records": 1, "queued": 1, "more": False})
    assert [row["bling_id"] for row in await _waiting(office)] == [7]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one filter at least"),
        (("--outcome", "x"), "outcome is one of"),
        (("--since", "ontem"), "since is a time"),
    ],
)
async def test_a_bad_filter_is_named(
    office: Office, failed: Customer, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = await _command(office, failed.tenant_id, *arguments)
    assert code == 2
    assert said in err
    assert await _waiting(office) == []


async def test_an_unknown_tenant_is_told(office: Office) -> None:
    code, _, err = await _command(office, uuid4(), "--outcome", "failed")
    assert code == 1
    assert "there is no tenant" in err


async def test_without_a_licence_nothing_is_queued(office: Office, failed: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    code, _, err = await _command(office, failed.tenant_id, "--outcome", "failed")
    assert code == 1
    assert "licence" in err
    assert await _waiting(office) == []
