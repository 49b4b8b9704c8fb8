"""A tenant's own affairs: connections and their tokens, wishes, mapping, licence, audit log."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.domain.events import Kind
from connector.domain.licence import Licence, LicenceState
from connector.domain.vendor import ConnectionState
from connector.store import audit, connections, licences, mappings, tenants, toggles
from connector.store.connections import Account, CatalogueNumbers, Portal, Tokens
from connector.store.mappings import SavedMapping
from connector.store.scope import Connection, Database
from connector.store.tenants import Tenant
from tests.support.rows import ACCOUNT, now

HOUR = timedelta(hours=1)
PAIR = Tokens(access_token=b"access", refresh_token=b"refresh", expires_at=now() + HOUR)


@pytest.fixture
async def home(db: Database, tenant_id: UUID) -> Database:
    """The tenant exists."""
    async with db.system():
        await tenants.add(Tenant(tenant_id=tenant_id, name="Loja", created_at=now()))
    return db


def account_of(company: str = "c1", account_id: UUID = ACCOUNT) -> Account:
    return Account(
        id=account_id,
        company_id=company,
        name="Matriz",
        account_key="key",
        main=True,
        state=ConnectionState.NONE,
        state_since=now(),
        created_at=now(),
    )


def portal_of(member: str = "m") -> Portal:
    return Portal(
        member_id=member,
        client_endpoint="https://loja.bitrix24.com.br/rest/",
        oauth_url="https://oauth.bitrix.info/oauth/token/",
        state=ConnectionState.NONE,
        state_since=now(),
        created_at=now(),
    )


async def test_a_tenant_is_paused_and_goes_on(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id):
        for at in (now(), None):
            await tenants.pause(tenant_id, at)
            found = await tenants.load(tenant_id)
            assert found is not None
            assert (found.name, found.paused_at) == ("Loja", at)
        assert await tenants.load(uuid4()) is None


async def test_accounts_come_out_as_they_went_in(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id) as conn:
        await connections.add_account(conn, tenant_id, account_of())
        assert await connections.accounts(conn, tenant_id) == [account_of()]
        assert await connections.account(conn, tenant_id, ACCOUNT) == account_of()
        assert await connections.account_by_company(conn, tenant_id, "c1") == account_of()
        assert await connections.account(conn, tenant_id, uuid4()) is None


async def test_a_company_is_connected_once(home: Database, tenant_id: UUID) -> None:
    async def add(account_id: UUID) -> None:
        async with home.tenant(tenant_id) as conn:
            await connections.add_account(conn, tenant_id, account_of(account_id=account_id))

    await add(ACCOUNT)
    with pytest.raises(asyncpg.UniqueViolationError):
        await add(uuid4())


async def test_a_state_changes_once(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id) as conn:
        await connections.add_account(conn, tenant_id, account_of())
        await connections.put_portal(conn, tenant_id, portal_of())
        later = now() + HOUR
        for expected in (True, False):
            account = (tenant_id, ACCOUNT, ConnectionState.CONNECTED, None, later)
            assert await connections.set_account_state(conn, *account) is expected
            portal = (tenant_id, ConnectionState.INACTIVE, "paid plan ended", later)
            assert await connections.set_portal_state(conn, *portal) is expected
        found = await connections.account(conn, tenant_id, ACCOUNT)
        door = await connections.portal(conn, tenant_id)
    assert found is not None
    assert (found.state, found.connected_at) == (ConnectionState.CONNECTED, later)
    assert door is not None
    assert (door.state, door.state_detail, door.connected_at) == (
        ConnectionState.INACTIVE,
        "paid plan ended",
        None,
    )


async def test_tokens_are_stored_over_the_version_that_was_read(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id) as conn:
        await connections.add_account(conn, tenant_id, account_of())
        await connections.put_portal(conn, tenant_id, portal_of())
        for over, expected in ((0, True), (0, False), (1, True)):
            stored = await connections.save_account_tokens(
                conn, tenant_id, ACCOUNT, PAIR, over=over, at=now()
            )
            assert stored is expected
            assert (
                await connections.save_portal_tokens(conn, tenant_id, PAIR, over=over, at=now()) is expected
            )
        found = await connections.account(conn, tenant_id, ACCOUNT)
        assert found is not None
        assert (found.access_token, found.token_version, found.refreshed_at) == (b"access", 2, now())


async def test_one_process_refreshes_at_a_time(home: Database, tenant_id: UUID) -> None:
    """Whoever waits for the row finds the new pair."""
    async with home.tenant(tenant_id) as conn:
        await connections.add_account(conn, tenant_id, account_of())
    asked = 0

    async def refresh() -> None:
        nonlocal asked
        async with home.tenant(tenant_id) as conn:
            seen = await connections.lock_account(conn, tenant_id, ACCOUNT)
            assert seen is not None
            if seen.access_token is None:
                asked += 1
                await asyncio.sleep(0.02)
                await connections.save_account_tokens(conn, tenant_id, ACCOUNT, PAIR, over=0, at=now())

    await asyncio.gather(*(refresh() for _ in range(4)))
    assert asked == 1


async def test_a_portal_keeps_its_catalogue(home: Database, tenant_id: UUID) -> None:
    numbers = CatalogueNumbers(
        product_iblock_id=14,
        offer_iblock_id=15,
        product_link_property=101,
        offer_link_property=102,
        base_price_type=1,
    )
    async with home.tenant(tenant_id) as conn:
        assert await connections.portal(conn, tenant_id) is None
        await connections.put_portal(conn, tenant_id, portal_of())
        await connections.save_catalogue(conn, tenant_id, numbers, now())
        await connections.put_portal(conn, tenant_id, portal_of("m2"))
        found = await connections.lock_portal(conn, tenant_id)
    assert found is not None
    assert (found.member_id, found.product_iblock_id, found.catalogue_at) == ("m2", 14, now())


async def test_toggles_are_set_one_by_one(home: Database, tenant_id: UUID, stranger: UUID) -> None:
    async with home.tenant(tenant_id):
        assert await toggles.load(tenant_id) == {}
        await toggles.save(tenant_id, {"product.create": True, "product.update": True}, now())
        await toggles.save(tenant_id, {"product.update": False}, now(), by=uuid4())
        await toggles.save(tenant_id, {}, now())
        assert await toggles.load(tenant_id) == {"product.create": True, "product.update": False}
    async with home.tenant(stranger):
        assert await toggles.load(tenant_id) == {}


async def test_preferences_are_json(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id):
        for value in ("lost", {"a": [1, None]}, 'ação "x"', False):
            await toggles.prefer(tenant_id, "order.on_deleted", value)
            assert await toggles.preferences(tenant_id) == {"order.on_deleted": value}


async def test_the_newest_mapping_is_in_force_and_old_ones_stay(home: Database, tenant_id: UUID) -> None:
    def one(version: int) -> SavedMapping:
        fixed = {"kind": Kind.PRODUCT, "rules": "[]", "filter": "{}", "note": "", "author": None}
        return SavedMapping(**fixed, version=version, created_at=now())

    async with home.tenant(tenant_id):
        assert await mappings.latest(tenant_id, Kind.PRODUCT) is None
        for version in (2, 3):
            await mappings.add(tenant_id, one(version))
        assert await mappings.latest(tenant_id, Kind.PRODUCT) == one(3)
        assert await mappings.version(tenant_id, Kind.PRODUCT, 2) == one(2)
        assert await mappings.version(tenant_id, Kind.PRODUCT, 9) is None
        assert await mappings.latest(tenant_id, Kind.ORDER) is None


async def test_a_licence_is_replaced(home: Database, tenant_id: UUID) -> None:
    trial = Licence(state=LicenceState.TRIAL, plan="profissional", source="trial", ends_at=now() + HOUR)
    paid = Licence(state=LicenceState.ACTIVE, plan="escala", source="stripe", ends_at=None)
    async with home.tenant(tenant_id):
        assert await licences.load(tenant_id) is None
        for licence in (trial, paid):
            await licences.save(tenant_id, licence, now())
            assert await licences.load(tenant_id) == licence
        assert await licences.used(tenant_id, date(2026, 11, 1)) == 0


async def test_the_audit_log_is_read_newest_first_by_key(home: Database, tenant_id: UUID) -> None:
    async with home.tenant(tenant_id):
        for number in range(5):
            at = now() + timedelta(seconds=number)
            detail = {"number": number}
            await audit.add(
                tenant_id, at=at, person_id=None, actor="Ana", action="toggle.changed", detail=detail
            )
        first = await audit.entries(tenant_id, None, 3)
        rest = await audit.entries(tenant_id, first[-1].id, 3)
    assert [entry.detail["number"] for entry in first + rest] == [4, 3, 2, 1, 0]


async def test_nobody_rewrites_the_audit_log(home: Database, tenant_id: UUID) -> None:
    async def forge(conn: Connection) -> None:
        await conn.execute("UPDATE audit SET actor = 'Bia'")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with home.tenant(tenant_id) as conn:
            await forge(conn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with home.system() as conn:
            await forge(conn)


async def test_a_tenant_that_goes_takes_its_affairs_along(home: Database, tenant_id: UUID) -> None:
    async with home.system() as conn:
        await connections.add_account(conn, tenant_id, account_of())
        await toggles.save(tenant_id, {"product.create": True}, now())
        await conn.execute("DELETE FROM tenant WHERE tenant_id = $1", tenant_id)
        assert await connections.accounts(conn, tenant_id) == []
        assert await toggles.load(tenant_id) == {}
