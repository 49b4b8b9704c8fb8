"""A tenant's two sides: their tokens for whoever calls, and what happens when one breaks or comes back."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from uuid import UUID

import httpx
import structlog
from redis.asyncio import Redis

from connector.account import alerts
from connector.account.clock import Clock
from connector.account.people import PONTE
from connector.account.places import Bitrix24Place, BlingPlace, app_name
from connector.account.tokens import AT_ONCE, Place, Tokens
from connector.bling.limits import TokenLimiter
from connector.bling.oauth import BlingOAuth
from connector.domain.events import Reason
from connector.domain.vendor import ConnectionState, Provider, TokenSource
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store import audit, directory, inbox
from connector.store import connections as rows
from connector.store.connections import Account
from connector.store.scope import Connection, Database

#: Connections whose tokens one process keeps at hand (a Bling token has up to 3,000 characters).
KEPT = 2_000
#: Events that wait for a connection.
WAITING = (Reason.NEEDS_RECONNECT, Reason.INACTIVE, Reason.SCOPE_MISSING, Reason.NOT_CONNECTED)

log = structlog.get_logger()


class Connections:
    """Shared by everything in a process that calls vendors."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        redis: Redis,
        http: httpx.AsyncClient,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._settings, self._database, self._http = settings, database, http
        self._vault, self._clock = vault, clock
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tokens: OrderedDict[Hashable, Tokens] = OrderedDict()
        self._token_limiter = TokenLimiter(redis)
        self.bling_oauth = self.bling_oauth_of(settings.bling_client_id, settings.bling_client_secret)

    def bling_oauth_of(self, client_id: str, client_secret: str) -> BlingOAuth:
        """The token endpoint for one app; all apps share the address's budget."""
        url = self._settings.bling_token_url
        return BlingOAuth(self._http, url, client_id, client_secret, self._token_limiter)

    async def oauth_of(self, conn: Connection, account: Account) -> BlingOAuth:
        """The token endpoint for the app that the account's tokens belong to (system scope)."""
        route = await directory.route_by_key(conn, account.account_key)
        if account.client_id is None or route is None or route.client_secret is None:
            return self.bling_oauth
        secret = self._vault.open(route.client_secret, app_name(account.id))
        return self.bling_oauth_of(account.client_id, secret)

    async def app_of(self, account: Account) -> BlingOAuth:
        """The same, for whoever has no scope of the system's open."""
        if account.client_id is None:
            return self.bling_oauth
        async with self._database.system() as conn:
            return await self.oauth_of(conn, account)

    def business_now(self) -> datetime:
        """Alerts follow business time."""
        return self._clock.business_now()

    def bling_tokens(self, tenant_id: UUID, account_id: UUID) -> TokenSource:
        """Tokens of one Bling account."""
        broken = partial(self.broken, tenant_id, Provider.BLING, account_id)
        return self._kept(
            (tenant_id, account_id),
            lambda: BlingPlace(self._database, tenant_id, account_id, self.app_of, broken),
        )

    def tokens_to_try(self, tenant_id: UUID, account_id: UUID) -> TokenSource:
        """Tokens of an account of an inactive company: to ask whether it still is, no more."""
        broken = partial(self.broken, tenant_id, Provider.BLING, account_id)
        place = BlingPlace(self._database, tenant_id, account_id, self.app_of, broken)
        return Tokens(place, self._vault, self._at_once, ConnectionState.INACTIVE)

    def bitrix24_tokens(self, tenant_id: UUID) -> TokenSource:
        """Tokens of the tenant's portal."""
        broken = partial(self.broken, tenant_id, Provider.BITRIX24, None)
        return self._kept(
            tenant_id,
            lambda: Bitrix24Place(self._database, tenant_id, self._http, self._settings, broken),
        )

    def forget_account(self, tenant_id: UUID, account_id: UUID) -> None:
        """Its tokens were replaced by a new consent."""
        self._tokens.pop((tenant_id, account_id), None)

    def forget_portal(self, tenant_id: UUID) -> None:
        """Its tokens were replaced by a new install."""
        self._tokens.pop(tenant_id, None)

    async def broken(
        self, tenant_id: UUID, provider: Provider, account_id: UUID | None, state: ConnectionState, text: str
    ) -> None:
        """Remember that a connection does not work any more; told once, however often it is found."""
        at = self._clock.now()
        async with self._database.tenant(tenant_id) as conn:
            if await _move(conn, tenant_id, account_id, state, text, at):
                await alerts.open_(conn, tenant_id, alerts.Trouble(account_id, state), self.business_now())
                detail = {"account": str(account_id) if account_id else None, "state": state, "text": text}
                action = f"{provider}.broken"
                await audit.add(
                    tenant_id, at=at, person_id=None, actor=PONTE.name, action=action, detail=detail
                )
                log.warning("connection_broken", tenant=str(tenant_id), provider=provider, state=state)

    async def works_again(self, tenant_id: UUID, account_id: UUID) -> bool:
        """An inactive company is active again: what waited passes, and who was told is told that, too."""
        at = self._clock.now()
        async with self._database.tenant(tenant_id) as conn:
            account = await rows.lock_account(conn, tenant_id, account_id)
            if account is None or account.state is not ConnectionState.INACTIVE:
                return False
            state = ConnectionState.CONNECTED
            await rows.set_account_state(conn, tenant_id, account_id, state, None, at)
            await alerts.resolve(conn, tenant_id, alerts.cause_of(account_id), self.business_now())
            await restored(conn, tenant_id, at)
            detail = {"account": str(account_id), "name": account.name}
            await audit.add(
                tenant_id,
                at=at,
                person_id=None,
                actor=PONTE.name,
                action="bling.restored",
                detail=detail,
            )
        self.forget_account(tenant_id, account_id)
        log.info("connection_restored", tenant=str(tenant_id), account=str(account_id))
        return True

    def _kept(self, key: Hashable, place: Callable[[], Place]) -> Tokens:
        tokens = self._tokens.get(key)
        if tokens is None:
            tokens = self._tokens[key] = Tokens(place(), self._vault, self._at_once)
            if len(self._tokens) > KEPT:
                self._tokens.popitem(last=False)
        self._tokens.move_to_end(key)
        return tokens


async def restored(conn: Connection, tenant_id: UUID, at: datetime) -> int:
    """Make due what waited for a connection; answers how many events. Those of another one wait again."""
    return await inbox.release(conn, tenant_id, WAITING, at)


async def _move(
    conn: Connection,
    tenant_id: UUID,
    account_id: UUID | None,
    state: ConnectionState,
    text: str,
    at: datetime,
) -> bool:
    """Whether the state changed; who disconnected himself is not broken."""
    if account_id is None:
        return await rows.set_portal_state(conn, tenant_id, state, text, at)
    account = await rows.lock_account(conn, tenant_id, account_id)
    if account is None or account.state is ConnectionState.NONE:
        return False
    return await rows.set_account_state(conn, tenant_id, account_id, state, text, at)
