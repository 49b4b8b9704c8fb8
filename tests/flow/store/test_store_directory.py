"""The directory: whose a message, a key, a portal or a session is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from connector.store import directory, people
from connector.store.directory import Door, Quarantined, Route, Unclaimed
from connector.store.ids import new_id
from connector.store.people import Member, Membership, Person, Role
from connector.store.scope import Connection, Database
from tests.support.rows import now

HOUR = timedelta(hours=1)


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Connection]:
    """The system's; taken and left in one task, as a request does."""
    scope = db.system()
    yield await scope.__aenter__()
    await scope.__aexit__(None, None, None)


def route_of(tenant_id: UUID, key: str, company: str = "c1", **other: Any) -> Route:
    return Route(account_key=key, company_id=company, tenant_id=tenant_id, account_id=uuid4(), **other)


async def test_a_company_of_two_tenants_leads_to_both(
    conn: Connection, tenant_id: UUID, stranger: UUID
) -> None:
    one, other = route_of(tenant_id, "k1"), route_of(stranger, "k2", client_secret=b"sealed")
    for route in (one, other, route_of(tenant_id, "k3", "c3")):
        await directory.add_route(conn, route)
    assert await directory.route(conn, "c1") == [one, other]
    assert len(await directory.routes(conn, ["c1", "c3", "nobody's"])) == 3
    assert await directory.route_by_key(conn, "k2") == other
    assert await directory.route_by_key(conn, "k9") is None


async def test_an_account_has_one_route(conn: Connection, tenant_id: UUID) -> None:
    old = route_of(tenant_id, "k1")
    new = Route(account_key="k2", company_id="c2", tenant_id=tenant_id, account_id=old.account_id)
    await directory.add_route(conn, old)
    await directory.add_route(conn, new)
    assert await directory.route(conn, "c1") == []
    assert await directory.route(conn, "c2") == [new]
    await directory.remove_route(conn, tenant_id, new.account_id)
    assert await directory.route(conn, "c2") == []


async def test_a_portal_belongs_to_one_tenant(conn: Connection, tenant_id: UUID, stranger: UUID) -> None:
    await directory.put_portal(conn, Door(member_id="m", tenant_id=tenant_id))
    await directory.put_portal(conn, door := Door(member_id="m", tenant_id=stranger, application_token=b"x"))
    assert await directory.portal(conn, "m") == door
    await directory.remove_portal(conn, "m")
    assert await directory.portal(conn, "m") is None


async def _holder(conn: Connection, key_hash: bytes, at: datetime | None = None) -> UUID | None:
    holder = await directory.key_holder(conn, key_hash, at)
    return holder and holder.tenant_id


async def test_an_api_key_opens_until_it_is_revoked(conn: Connection, tenant_id: UUID) -> None:
    id_ = new_id()
    await directory.add_api_key(conn, b"hash", id_, tenant_id, "ERP", now())
    assert await _holder(conn, b"hash", now()) == tenant_id
    assert await _holder(conn, b"other", now()) is None
    (shown,) = await directory.api_keys(conn, tenant_id)
    assert (shown.id, shown.name, shown.last_used_at) == (id_, "ERP", now())
    await directory.revoke_api_key(conn, tenant_id, id_, now())
    assert await _holder(conn, b"hash") is None


async def test_a_busy_keys_use_is_noted_once_a_minute(conn: Connection, tenant_id: UUID) -> None:
    await directory.add_api_key(conn, b"hash", new_id(), tenant_id, "ERP", now())
    first = now()
    for seconds in (0, 30, 59):
        await _holder(conn, b"hash", first + timedelta(seconds=seconds))
    assert (await directory.api_keys(conn, tenant_id))[0].last_used_at == first
    await _holder(conn, b"hash", first + timedelta(seconds=61))
    assert (await directory.api_keys(conn, tenant_id))[0].last_used_at == first + timedelta(seconds=61)


async def test_another_tenants_key_cannot_be_revoked(
    conn: Connection, tenant_id: UUID, stranger: UUID
) -> None:
    await directory.add_api_key(conn, b"hash", id_ := new_id(), tenant_id, "ERP", now())
    await directory.revoke_api_key(conn, stranger, id_, now())
    assert await _holder(conn, b"hash") == tenant_id


async def test_messages_without_a_place_are_kept(conn: Connection) -> None:
    lost = Unclaimed(
        id=new_id(), received_at=now(), company_id="c", event="e", provider_event_id="p", body=b"\0"
    )
    await directory.unclaimed(conn, [lost, Unclaimed(**{**_fields(lost), "id": new_id()})])
    odd = Quarantined(id=new_id(), received_at=now(), reason="no json", body=b"\xff\0")
    await directory.quarantined(conn, [odd])
    assert await conn.fetchval("SELECT count(*) FROM unclaimed WHERE body = $1", b"\0") == 2
    assert await conn.fetchval("SELECT body FROM quarantined WHERE reason = 'no json'") == b"\xff\0"


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


ANA = Person(
    id=UUID(int=1),
    email="Ana@Loja.com",
    name="Ana",
    password_hash="hash",
    language="pt",
    theme="system",
    confirmed_at=None,
)


async def test_a_person_is_found_in_any_letter_case(conn: Connection) -> None:
    await people.add_person(conn, ANA, now())
    found = await people.person_by_email(conn, "ANA@loja.COM")
    assert found is not None
    assert found == await people.person(conn, ANA.id)
    assert (found.email, found.name) == ("ana@loja.com", "Ana")
    assert await people.person_by_email(conn, "bia@loja.com") is None


async def test_an_address_belongs_to_one_person(db: Database) -> None:
    async with db.system() as conn:
        await people.add_person(conn, ANA, now())
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.system() as conn:
            await people.add_person(conn, Person(**{**_fields(ANA), "id": uuid4()}), now())


async def test_a_person_changes_password_language_and_theme(db: Database) -> None:
    async with db.system() as conn:
        await people.add_person(conn, ANA, now())
        await people.set_password(ANA.id, "new")
        await people.set_language(ANA.id, "en")
        await people.set_theme(ANA.id, "dark")
        await people.confirm(ANA.id, now())
        found = await people.person(conn, ANA.id)
    assert found is not None
    assert (found.password_hash, found.language, found.theme, found.confirmed_at) == (
        "new",
        "en",
        "dark",
        now(),
    )


async def test_members_and_their_roles(conn: Connection, tenant_id: UUID, stranger: UUID) -> None:
    await people.add_person(conn, ANA, now())
    for tenant, role in ((tenant_id, Role.VIEWER), (tenant_id, Role.OWNER), (stranger, Role.ADMIN)):
        await people.add_member(conn, Membership(tenant_id=tenant, person_id=ANA.id, role=role), now())
    mine = await people.memberships(conn, ANA.id)
    assert {one.tenant_id: one.role for one in mine} == {tenant_id: Role.OWNER, stranger: Role.ADMIN}
    member = Member(tenant_id=tenant_id, person_id=ANA.id, role=Role.OWNER, email="ana@loja.com", name="Ana")
    assert await people.members(conn, tenant_id) == [member]


@pytest.fixture
async def signed_in(conn: Connection, tenant_id: UUID) -> bytes:
    await people.add_person(conn, ANA, now())
    await people.add_member(conn, Membership(tenant_id=tenant_id, person_id=ANA.id, role=Role.ADMIN), now())
    await people.open_session(
        conn, b"token", ANA.id, tenant_id, frame=True, at=now(), expires_at=now() + HOUR
    )
    return b"token"


async def test_a_session_says_who_and_as_what(conn: Connection, signed_in: bytes, tenant_id: UUID) -> None:
    found = await people.session(conn, signed_in, now())
    assert found is not None
    assert (found.person_id, found.tenant_id, found.role, found.frame) == (
        ANA.id,
        tenant_id,
        Role.ADMIN,
        True,
    )
    assert await people.session(conn, b"another", now()) is None


async def test_a_session_expires_unless_it_is_used(conn: Connection, signed_in: bytes) -> None:
    assert await people.session(conn, signed_in, now() + HOUR) is None
    await people.session_seen(conn, signed_in, now() + HOUR / 2, now() + 2 * HOUR)
    assert await people.session(conn, signed_in, now() + HOUR) is not None
    await people.sweep_sessions(conn, now() + HOUR)
    assert await people.session(conn, signed_in, now()) is not None
    await people.sweep_sessions(conn, now() + 3 * HOUR)
    assert await people.session(conn, signed_in, now()) is None


async def test_who_left_the_tenant_has_no_role_at_once(conn: Connection, signed_in: bytes) -> None:
    await conn.execute("DELETE FROM membership")
    found = await people.session(conn, signed_in, now())
    assert found is not None
    assert found.role is None


async def test_sessions_are_closed_one_or_all(conn: Connection, signed_in: bytes) -> None:
    for token in (b"second", b"third"):
        await people.open_session(conn, token, ANA.id, None, frame=False, at=now(), expires_at=now() + HOUR)
    await people.close_session(conn, b"second")
    assert await people.session(conn, b"second", now()) is None
    assert await people.session(conn, b"third", now()) is not None
    await people.close_sessions(conn, ANA.id)
    assert await people.session(conn, signed_in, now()) is None


async def test_wrong_passwords_are_counted_and_forgotten(conn: Connection) -> None:
    at = now()
    assert [await people.failed(conn, "Ana@loja.com", at, HOUR) for _ in range(3)] == [1, 2, 3]
    await people.block(conn, "ana@loja.com", at + HOUR)
    found = await people.attempts(conn, "ANA@loja.com")
    assert found is not None
    assert (found.failures, found.blocked_until) == (3, at + HOUR)
    assert await people.failed(conn, "ana@loja.com", at + 2 * HOUR, HOUR) == 1
    await people.succeeded(conn, "ana@loja.com")
    assert await people.attempts(conn, "ana@loja.com") is None
