"""Where the tokens of both sides are kept, and how each vendor renews them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from connector.account.clock import now
from connector.account.tokens import Broken, Pair, SealedPair, StoredTokens
from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bling.oauth import BlingOAuth
from connector.domain.vendor import ConnectionState, Disconnected
from connector.settings import Settings
from connector.store.scope import Connection, Database, Scope

_READ_ACCOUNT = """
SELECT state, access_token, refresh_token, expires_at, token_version
FROM account WHERE tenant_id = $1 AND id = $2
"""
_WRITE_ACCOUNT = """
UPDATE account SET access_token = $4, refresh_token = $5, expires_at = $6, refreshed_at = $7,
    token_version = token_version + 1
WHERE tenant_id = $1 AND id = $2 AND token_version = $3
"""
_READ_PORTAL = """
SELECT state, access_token, refresh_token, expires_at, token_version, oauth_url
FROM portal WHERE tenant_id = $1
"""
_WRITE_PORTAL = """
UPDATE portal SET access_token = $3, refresh_token = $4, expires_at = $5, refreshed_at = $6,
    token_version = token_version + 1
WHERE tenant_id = $1 AND token_version = $2
"""


def account_name(account_id: UUID) -> str:
    """The name under which an account's tokens are sealed."""
    return f"account:{account_id}"


def app_name(account_id: UUID) -> str:
    """The name under which the client secret of an account's own Bling app is sealed."""
    return f"app:{account_id}"


def portal_name(tenant_id: UUID) -> str:
    """The name under which a portal's tokens are sealed."""
    return f"portal:{tenant_id}"


class BlingPlace:
    """One Bling account's row."""

    def __init__(
        self, database: Database, tenant_id: UUID, account_id: UUID, oauth: BlingOAuth, broken: Broken
    ) -> None:
        self.name = account_name(account_id)
        self.broken = broken
        self._database, self._oauth = database, oauth
        self._key = (tenant_id, account_id)

    def open(self) -> Scope:
        """The tenant's scope."""
        return self._database.tenant(self._key[0])

    async def read(self, conn: Connection, *, lock: bool) -> StoredTokens:
        """The account's row."""
        return _stored(await conn.fetchrow(_READ_ACCOUNT + _locking(lock), *self._key))

    async def write(self, conn: Connection, pair: SealedPair, over: int) -> None:
        """Store a renewed pair."""
        await conn.execute(_WRITE_ACCOUNT, *self._key, over, *_columns(pair))

    async def renew(self, pair: Pair) -> Pair:
        """Bling may send no new refresh token: then the old one stays good."""
        new = await self._oauth.refresh(pair.refresh)
        return Pair(
            access=new.access_token,
            refresh=new.refresh_token or pair.refresh,
            expires_at=now() + timedelta(seconds=new.expires_in),
        )


class Bitrix24Place:
    """A tenant's portal's row."""

    def __init__(
        self, database: Database, tenant_id: UUID, http: httpx.AsyncClient, settings: Settings, broken: Broken
    ) -> None:
        self.name = portal_name(tenant_id)
        self.broken = broken
        self._database, self._http, self._settings = database, http, settings
        self._tenant_id = tenant_id
        self._oauth_url = settings.bitrix24_oauth_urls.split(",")[0]

    def open(self) -> Scope:
        """The tenant's scope."""
        return self._database.tenant(self._tenant_id)

    async def read(self, conn: Connection, *, lock: bool) -> StoredTokens:
        """The portal's row, which also knows the portal's authorisation server."""
        row = await conn.fetchrow(_READ_PORTAL + _locking(lock), self._tenant_id)
        if row is not None:
            self._oauth_url = row["oauth_url"]
        return _stored(row)

    async def write(self, conn: Connection, pair: SealedPair, over: int) -> None:
        """Store a renewed pair."""
        await conn.execute(_WRITE_PORTAL, self._tenant_id, over, *_columns(pair))

    async def renew(self, pair: Pair) -> Pair:
        """At the portal's own authorisation server."""
        settings = self._settings
        new = await bitrix24_oauth.refresh(
            self._http,
            self._oauth_url,
            settings.bitrix24_client_id,
            settings.bitrix24_client_secret,
            pair.refresh,
        )
        expires_at = now() + timedelta(seconds=new.expires_in)
        return Pair(access=new.access_token, refresh=new.refresh_token, expires_at=expires_at)


def _locking(lock: bool) -> str:
    return "FOR UPDATE" if lock else ""


def _columns(pair: SealedPair) -> tuple[object, ...]:
    return (pair.access, pair.refresh, pair.expires_at, pair.refreshed_at)


def _stored(row: Any) -> StoredTokens:
    if row is None:
        raise Disconnected("never connected", state=ConnectionState.NONE)
    return StoredTokens(
        state=ConnectionState(row["state"]),
        access_token=row["access_token"],
        refresh_token=row["refresh_token"],
        expires_at=row["expires_at"],
        token_version=row["token_version"],
    )
