"""New tenants, their people and their API keys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.account import licence
from connector.security.passwords import hash_password
from connector.security.tokens import new_token, token_hash
from connector.store import directory, people, tenants
from connector.store.ids import new_id
from connector.store.people import Membership, Person, Role
from connector.store.scope import Database
from connector.store.tenants import Tenant

#: API keys are recognised by their beginning, by people and by secret scanners.
KEY_PREFIX = "ponte_"


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Who joins a tenant; `password` in the clear, forgotten as soon as it is hashed."""

    email: str
    password: str
    name: str
    role: Role = Role.OWNER
    language: str = "pt"


async def create_tenant(database: Database, name: str, at: datetime, business_now: datetime) -> UUID:
    """A company with a trial that begins now; all toggles are off."""
    tenant_id = new_id(at)
    async with database.system() as conn:
        await tenants.add(Tenant(tenant_id=tenant_id, name=name, created_at=at))
        await licence.begin_trial(conn, tenant_id, business_now, at)
    return tenant_id


async def create_person(database: Database, tenant_id: UUID, new: NewPerson, at: datetime) -> UUID:
    """A person whose address is known to be theirs; raises asyncpg's UniqueViolationError if it is taken."""
    person_id = new_id(at)
    person = Person(
        id=person_id,
        email=new.email.strip().lower(),
        name=new.name,
        password_hash=await hash_password(new.password),
        language=new.language,
        theme="system",
        confirmed_at=at,
    )
    async with database.system() as conn:
        await people.add_person(conn, person, at)
        await people.add_member(conn, Membership(tenant_id=tenant_id, person_id=person_id, role=new.role), at)
    return person_id


async def create_api_key(database: Database, tenant_id: UUID, name: str, at: datetime) -> str:
    """A key that acts as an administrator; shown this once, stored as a hash."""
    key = new_token(KEY_PREFIX)
    async with database.system() as conn:
        await directory.add_api_key(conn, token_hash(key), new_id(at), tenant_id, name, at)
    return key
