"""Where the tokens of both sides are kept, and how each vendor renews them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import httpx

from connector.account.clock import now
from connector.account.tokens import Broken, Pair
from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bling.oauth import BlingOAuth
from connector.domain.vendor import ConnectionState, Disconnected
from connector.settings import Settings
from connector.store import connections
from connector.store.connections import Account, Portal
from connector.store.connections import Tokens as Sealed
from connector.store.scope import Connection, Database, Scope

Side = TypeVar("Side", Account, Portal)
#: Gives the token endpoint for the app that an account's tokens belong to.
AppOf = Callable[[Account], Awaitable[BlingOAuth]]


def account_name(account_id: UUID) -> str:
    """The name under which an account's tokens are sealed."""
    return f"account:{account_id}"


def app_name(account_id: UUID) -> str:
    """The name under which the client secret of an account's own Bling app is sealed."""
    return f"app:{account_id}"


def portal_name(tenant_id: UUID) -> str:
    """The name under which a portal's tokens are sealed."""
    return f"portal:{tenant_id}"


def door_name(member_id: str) -> str:
    """The name under which a portal's application token is sealed."""
    return f"door:{member_id}"


class BlingPlace:
    """One Bling account's row."""

    def __init__(
        self, database: Database, tenant_id: UUID, account_id: UUID, app_of: AppOf, broken: Broken
    ) -> None:
        self.name = account_name(account_id)
        self.broken = broken
        self._database, self._app_of = database, app_of
        self._account: Account | None = None
        self._key = (tenant_id, account_id)

    def open(self) -> Scope:
        """The tenant's scope."""
        return self._database.tenant(self._key[0])

    async def read(self, conn: Connection) -> Account:
        """The account's row."""
        return _present(await connections.account(conn, *self._key))

    async def lock(self, conn: Connection) -> Account:
        """The same, until the transaction ends; it also tells whose app the tokens belong to."""
        self._account = _present(await connections.lock_account(conn, *self._key))
        return self._account

    async def write(self, conn: Connection, pair: Sealed, over: int, at: datetime) -> None:
        """Store a renewed pair."""
        await connections.save_account_tokens(conn, *self._key, pair, over=over, at=at)

    async def renew(self, pair: Pair) -> Pair:
        """Bling may send no new refresh token: then the old one stays good."""
        oauth = await self._app_of(_present(self._account))
        new = await oauth.refresh(pair.refresh)
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
        self._oauth_url = ""

    def open(self) -> Scope:
        """The tenant's scope."""
        return self._database.tenant(self._tenant_id)

    async def read(self, conn: Connection) -> Portal:
        """The portal's row."""
        return _present(await connections.portal(conn, self._tenant_id))

    async def lock(self, conn: Connection) -> Portal:
        """The same, until the transaction ends; it also tells the portal's authorisation server."""
        portal = _present(await connections.lock_portal(conn, self._tenant_id))
        self._oauth_url = portal.oauth_url
        return portal

    async def write(self, conn: Connection, pair: Sealed, over: int, at: datetime) -> None:
        """Store a renewed pair."""
        await connections.save_portal_tokens(conn, self._tenant_id, pair, over=over, at=at)

    async def renew(self, pair: Pair) -> Pair:
        """At the portal's own authorisation server, which the locked row named."""
        app = self._settings
        new = await bitrix24_oauth.refresh(
            self._http, self._oauth_url, app.bitrix24_client_id, app.bitrix24_client_secret, pair.refresh
        )
        expires_at = now() + timedelta(seconds=new.expires_in)
        return Pair(access=new.access_token, refresh=new.refresh_token, expires_at=expires_at)


def _present(side: Side | None) -> Side:
    if side is None:
        raise Disconnected("never connected", state=ConnectionState.NONE)
    return side
