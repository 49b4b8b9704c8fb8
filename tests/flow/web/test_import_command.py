"""`ponte import` and `ponte reconcile`: what an operator does for a tenant."""

from __future__ import annotations

import asyncio
import json
import sys
from uuid import uuid4

import pytest

from connector.settings import to_environment
from tests.support.office import Customer, Office


async def _command(
    office: Office, tenant: object, *arguments: str, order: str = "import"
) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ponte", order, "--tenant", str(tenant), *arguments),
        env=to_environment(office.parts.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_it_begins_one_and_refuses_a_second(office: Office, customer: Customer) -> None:
    code, out, err = await _command(office, customer.tenant_id, "--kind", "product", "--since", "2026-01-31")
    assert code == 0, err
    begun = json.loads(out)
    assert (begun["task"], begun["kind"], begun["state"], begun["total"]) == (
        *("import", "product", "running"),
        None,
    )
    (run,) = await office.rows("run")
    assert str(run["id"]) == begun["id"]
    assert json.loads(run["wish"])["asked"]["since"] == "2026-01-31T03:00:00Z"
    code, _, err = await _command(office, customer.tenant_id, "--kind", "product")
    assert (code, begun["id"] in err) == (1, True)
    assert "import.started" in [row["action"] for row in await office.rows("audit")]


async def test_a_dry_run_is_a_rehearsal_and_following_ends_with_it(
    office: Office, customer: Customer
) -> None:
    following = asyncio.create_task(
        _command(office, customer.tenant_id, "--kind", "order", "--dry-run", "--follow")
    )
    while not (rows := await office.rows("run")):
        assert not following.done(), following.result()
        await asyncio.sleep(0.1)
    assert rows[0]["task"] == "rehearsal"
    async with office.database.system() as conn:
        await conn.execute("UPDATE run SET state = 'cancelled', ended_at = now(), due_at = NULL")
    code, out, _ = await following
    states = [json.loads(line)["state"] for line in out.splitlines()]
    assert (code, states) == (0, ["running", "cancelled"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--kind", "sale"), "kind is one of"), (("--kind", "order", "--since", "ontem"), "since is a day")],
)
async def test_bad_arguments_are_named(
    office: Office, customer: Customer, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = await _command(office, customer.tenant_id, *arguments)
    assert (code, said in err) == (2, True), err
    assert await office.rows("run") == []


async def test_an_unknown_tenant_and_a_missing_licence_are_told(office: Office, customer: Customer) -> None:
    code, _, err = await _command(office, uuid4(), "--kind", "product")
    assert (code, "there is no tenant" in err) == (1, True), err
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    code, _, err = await _command(office, customer.tenant_id, "--kind", "product")
    assert (code, "may not sync now" in err) == (1, True), err
    assert await office.rows("run") == []


async def test_a_comparison_is_begun_once(office: Office, customer: Customer) -> None:
    tenant = customer.tenant_id
    code, out, err = await _command(office, tenant, "--kind", "order", "--repair", order="reconcile")
    assert code == 0, err
    assert (json.loads(out)["task"], json.loads(out)["kind"]) == ("reconciliation", "order")
    (run,) = await office.rows("run")
    assert json.loads(run["wish"]) == {"repair": True}
    code, _, err = await _command(office, tenant, "--kind", "order", order="reconcile")
    assert (code, str(run["id"]) in err) == (1, True)
    code, _, err = await _command(office, tenant, "--kind", "contact", order="reconcile")
    assert (code, "kind is one of" in err) == (2, True)
