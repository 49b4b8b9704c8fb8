"""`ponte reseal`: after a key was changed everything is under the newest one, whoever works meanwhile."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import pytest

from connector.account import resealing
from connector.account.resealing import SHELVES, reseal, standing
from connector.security.vault import Vault
from connector.settings import Settings, to_environment
from connector.store import seals
from connector.store.scope import Database
from connector.store.seals import Shelf

OLD, NEW = (f"{name}:{base64.b64encode(name.encode().ljust(32)).decode()}" for name in ("old", "new"))
BOTH = f"{NEW},{OLD}"
PLAIN = "um segredo"
TOKENS, *_ = SHELVES

#: Bytes that are no seals: hashes, fingerprints, messages as they came.
OPEN_BYTES = {
    *("session.token_hash", "api_key.key_hash", "signup.token_hash", "password_reset.token_hash"),
    *("invitation.token_hash", "consent.hash", "consent.session_hash", "operator_session.token_hash"),
    *("visit.token_hash", "visit.session_hash", "unclaimed.body", "quarantined.body", "inbox.body"),
    *("link.fingerprint", "link.body_hash", "event.body", "stripe_event.body", "run_doubt.sign"),
}
#: A tenant and an operator of id 1, with rows for every shelf.
ROWS = """
INSERT INTO tenant (tenant_id, name, created_at) SELECT one, 'Loja', now();
INSERT INTO account
    (tenant_id, id, company_id, name, account_key, state, state_since, token_version, created_at)
    SELECT one, one, 'c', 'n', 'k', 'connected', now(), 7, now();
INSERT INTO portal (tenant_id, member_id, client_endpoint, oauth_url, state, state_since, created_at)
    SELECT one, 'm', '', '', 'connected', now(), now();
INSERT INTO account_route (account_key, company_id, tenant_id, account_id) SELECT 'k', 'c', one, one;
INSERT INTO portal_route (member_id, tenant_id) SELECT 'm', one;
INSERT INTO consent (hash, session_hash, tenant_id, person_id, started, expires_at)
    SELECT 'h', 's', one, one, false, now();
INSERT INTO operator (id, email, name, password_hash, totp_secret, created_at)
    SELECT one, 'a@b.example', 'A', '-', '', now();
INSERT INTO mail (id, sealed, created_at, due_at) SELECT one, '', now(), now();
""".replace("one", f"'{UUID(int=1)}'::uuid")


@pytest.fixture
async def owner(postgres_url: str, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, past all policies; a value on every shelf, sealed by the old key."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(ROWS)
    for shelf in SHELVES:
        owned = await connection.fetchval(f"SELECT {shelf.owner} FROM {shelf.table}")
        await _put(connection, shelf, Vault.from_setting(OLD).seal(PLAIN, SHELVES[shelf](owned)))
    yield connection
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """As the command opens it."""
    database = await Database.open(database_url, 2)
    yield database
    await database.close()


async def _put(owner: asyncpg.Connection, shelf: Shelf, sealed: bytes) -> None:
    await owner.execute(f"UPDATE {shelf.table} SET {shelf.column} = $1", sealed)


async def _run(settings: Settings, keys: str, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ponte", "reseal", *arguments),
        env=to_environment(msgspec.structs.replace(settings, vault_keys=keys)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_every_column_of_bytes_is_a_shelf_or_holds_no_secret(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c "
        "JOIN pg_class t ON t.oid = format('public.%I', c.table_name)::regclass AND NOT t.relispartition "
        "WHERE c.table_schema = 'public' AND c.data_type = 'bytea'"
    )
    assert {row["name"] for row in rows} == OPEN_BYTES | {shelf.name for shelf in SHELVES}


async def test_everything_opens_with_the_newest_key_alone(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    code, out, _ = await _run(settings, BOTH)
    assert code == 0, out
    assert out.splitlines()[-2:] == [
        f"{len(SHELVES)} values are under new, the newest key.",
        "No value is under old: an hour from now it may leave PONTE_VAULT_KEYS.",
    ]
    for shelf, name in SHELVES.items():
        row = await owner.fetchrow(
            f"SELECT {shelf.owner} AS owner, {shelf.column} AS value FROM {shelf.table}"
        )
        assert Vault.from_setting(NEW).open(row["value"], name(row["owner"])) == PLAIN
    assert await owner.fetchval("SELECT token_version FROM account") == 7
    code, out, _ = await _run(settings, BOTH)
    assert (code, out.count(": 0 resealed")) == (0, len(SHELVES))


async def test_a_dry_run_counts_and_changes_nothing(settings: Settings, owner: asyncpg.Connection) -> None:
    before = await owner.fetchval("SELECT access_token FROM account")
    code, out, _ = await _run(settings, BOTH, "--dry-run")
    assert (code, f"{len(SHELVES)} values are under old: `ponte reseal` takes them over." in out) == (0, True)
    assert "account.access_token: 1 under old" in out
    assert await owner.fetchval("SELECT access_token FROM account") == before


async def test_what_no_key_opens_is_told_and_left_for_when_its_key_is_back(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    await _put(owner, TOKENS, before := Vault.from_setting(OLD.replace("old", "lost")).seal(PLAIN))
    code, out, _ = await _run(settings, BOTH)
    assert code == 1
    assert "account.access_token: 0 resealed, 1 that no key opens" in out
    assert "1 values are under lost, which PONTE_VAULT_KEYS lacks: put it back" in out
    assert await owner.fetchval("SELECT access_token FROM account") == before
    await _put(owner, TOKENS, Vault.from_setting(OLD).seal(PLAIN, f"account:{UUID(int=1)}"))
    assert (await _run(settings, BOTH))[0] == 0


async def test_a_value_that_was_moved_or_damaged_is_not_taken_over(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    await _put(owner, TOKENS, Vault.from_setting(OLD).seal(PLAIN, "somebody else's"))
    code, out, _ = await _run(settings, BOTH)
    assert (code, "1 values are under old still" in out) == (1, True)


async def test_unusable_keys_are_named(settings: Settings, owner: asyncpg.Connection) -> None:
    code, _, err = await _run(settings, "new:short")
    assert (code, "PONTE_VAULT_KEYS" in err) == (2, True)


async def test_tokens_that_were_renewed_meanwhile_stay(database: Database, owner: asyncpg.Connection) -> None:
    vault = Vault.from_setting(BOTH)
    async with database.system() as conn:
        (read,) = await seals.others(conn, TOKENS, vault.mark, None, 10)
    await _put(owner, TOKENS, renewed := vault.seal("newer", f"account:{UUID(int=1)}"))
    async with database.system() as conn:
        assert not await seals.exchange(conn, TOKENS, read, vault.seal(PLAIN))
    assert await owner.fetchval("SELECT access_token FROM account") == renewed


async def test_nothing_is_left_out_between_batches(
    database: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    old, vault = Vault.from_setting(OLD), Vault.from_setting(BOTH)
    (letters,) = (shelf for shelf in SHELVES if shelf.table == "mail")
    for number in range(2, 9):
        # One of them cannot be opened: it is passed by, and not met again and again.
        sealed = old.seal(PLAIN, "another's" if number == 4 else f"mail:{UUID(int=number)}")
        await owner.execute("INSERT INTO mail VALUES ($1, $2, now(), now())", UUID(int=number), sealed)
    done = await reseal(database, vault, letters)
    assert (done.resealed, done.unreadable) == (7, 1)
    assert (await standing(database))["mail.sealed"] == {"new": 7, "old": 1}
