"""API keys of a tenant: made by people, shown once, kept as hashes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from connector.account.people import Viewer
from connector.account.signup import KEY_PREFIX
from connector.account.team import note
from connector.security.tokens import new_token, token_hash
from connector.store import directory
from connector.store.directory import KeyScope
from connector.store.ids import new_id
from connector.store.scope import Database

#: Keys of one tenant in force.
MOST = 50


async def make(database: Database, by: Viewer, name: str, scope: KeyScope, now: datetime) -> str | None:
    """A key, in the clear for this once; None when there are too many."""
    key = new_token(KEY_PREFIX)
    async with database.system() as conn:
        known = await directory.api_keys(conn, by.tenant_id)
        if sum(one.revoked_at is None for one in known) >= MOST:
            return None
        await directory.add_api_key(conn, token_hash(key), new_id(now), by.tenant_id, name, now, scope)
        await note(conn, by, now, "api_key.created", name=name, scope=scope)
    return key


async def revoke(database: Database, by: Viewer, key_id: UUID, now: datetime) -> bool:
    """The key opens nothing any more; False if the tenant has none such in force."""
    async with database.system() as conn:
        name = await directory.revoke_api_key(conn, by.tenant_id, key_id, now)
        if name is None:
            return False
        await note(conn, by, now, "api_key.revoked", name=name)
    return True
