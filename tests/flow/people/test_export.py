"""All data of a tenant in one archive: whole, its own, and without a secret."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from connector.account import export
from connector.store import erasures
from connector.store.scope import Database
from tests.support import walk
from tests.support.consent import connected
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office
from tests.support.sandbox import Sandbox


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


def _read(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".json"): json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json")
        }


async def _exported(database: Database, tenant_id: UUID, desk: Desk) -> bytes:
    return b"".join([piece async for piece in export.export(database, tenant_id, desk.parts.clock.now())])


async def test_an_owner_downloads_everything(desk: Desk, dona: Visitor, customer: Customer) -> None:
    answer = await dona.post("/equipe/exportar")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].startswith('attachment; filename="ponte-')
    assert answer.headers["cache-control"] == "no-store"
    tables = _read(answer.content)
    assert [one["email"] for one in tables["people"]] == [customer.email]
    assert [one["company_id"] for one in tables["account"]] == [customer.company_id]
    assert [one["state"] for one in tables["licence"]] == ["trial"]
    assert await desk.audited() == ["tenant.exported"]


async def test_every_table_is_in_it_and_no_secret_is(desk: Desk, owner: asyncpg.Connection) -> None:
    """The catalogue's tables, each with a row whose bytes are a word that no archive may hold."""
    victim = await walk.settle_in(owner)
    tables = _read(await _exported(desk.database, victim.tenant_id, desk))
    async with desk.database.system() as conn:
        names = {one.name for one in await erasures.holdings(conn)}
    assert tables.keys() == names | {"people"}
    assert [name for name, rows in tables.items() if not rows] == []
    for name, rows in tables.items():
        columns = await owner.fetch(walk.COLUMNS, "person" if name == "people" else name)
        binary = {row["name"] for row in columns if row["type"] == "bytea"}
        assert rows[0].keys() & binary <= {"body"}
        assert not [column for column in rows[0] if re.search("token|secret|hash", column)]


async def test_the_vendors_tokens_and_the_password_stay_here(
    desk: Desk, office: Office, sandbox: Sandbox, customer: Customer
) -> None:
    account = await connected(office, sandbox, customer)
    token = await desk.parts.connections.bling_tokens(customer.tenant_id, account.id).token()
    content = json.dumps(_read(await _exported(desk.database, customer.tenant_id, desk)))
    for secret in (token, customer.api_key, PASSWORD, "$argon2"):
        assert secret not in content


async def test_another_tenants_rows_are_not_in_it(
    desk: Desk, office: Office, customer: Customer, owner: asyncpg.Connection
) -> None:
    victim = await walk.settle_in(owner)
    content = json.dumps(_read(await _exported(desk.database, customer.tenant_id, desk)))
    assert walk.CANARY not in content
    assert str(victim.tenant_id) not in content
    assert (await office.customer()).company_id not in content


async def test_long_tables_come_whole_and_once(
    desk: Desk, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 7)
    async with desk.database.system() as conn:
        await conn.execute(
            "INSERT INTO usage SELECT $1, date '2020-01-01' + n, n FROM generate_series(1, 50) n",
            customer.tenant_id,
        )
    tables = _read(await _exported(desk.database, customer.tenant_id, desk))
    assert [row["synced"] for row in tables["usage"]] == list(range(1, 51))
