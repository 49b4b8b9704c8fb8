"""Connecting a tenant's two sides: from a consent's code or an install's form to stored tokens and routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

import httpx
import msgspec
from redis.asyncio import Redis

from connector.account import messages
from connector.account.clock import now
from connector.account.connections import Connections, restored
from connector.account.people import Actor
from connector.account.places import account_name, door_name, portal_name
from connector.account.tokens import Pair, sealed
from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bitrix24 import setup
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.client import Portal as Address
from connector.bitrix24.limits import PortalLimiter
from connector.bitrix24.oauth import Install
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter
from connector.domain.vendor import Call, ConnectionState, Disconnected, Rejected
from connector.security.tokens import new_token
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store import audit, calls, connections, directory
from connector.store.connections import Account, CatalogueNumbers, Portal
from connector.store.directory import Door, Route
from connector.store.ids import new_id
from connector.store.scope import Connection, Database

#: Bling sends from the moment of consent: what came shortly before we stored the account is the tenant's.
JUST_NOW = timedelta(minutes=10)
#: Requests made before we know whose account it is share one place in the queue.
NEWCOMERS = "newcomers"


class _Given:
    """A token in the hand, for the first call of a new connection."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """That token."""
        return self._token

    async def renewed(self, refused: str) -> NoReturn:
        """There is no other one."""
        raise Disconnected("the first token was refused", state=ConnectionState.NEEDS_RECONNECT)


@dataclass(frozen=True, slots=True)
class Connecting:
    """What it takes to connect."""

    settings: Settings
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    vault: Vault
    connections: Connections

    async def bling(self, tenant_id: UUID, code: str, by: Actor) -> Account:
        """Exchange the code of a consent, learn whose account it is, keep it.

        Raises `VendorError`: `Rejected` for a code that is not good (any more). Never try a code twice.
        """
        granted = await self.connections.bling_oauth.exchange(code)
        made: list[Call] = []
        company = await self._client(granted.access_token, made).company()
        pair = Pair(
            access=granted.access_token,
            refresh=granted.refresh_token or "",
            expires_at=now() + timedelta(seconds=granted.expires_in),
        )
        company_id, name = str(company["id"]), str(company.get("nome") or company["id"])
        async with self.database.system() as conn:
            account = await self._keep_account(conn, tenant_id, company_id, name, pair, by)
            await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
        self.connections.forget_account(tenant_id, account.id)
        async with self.database.system() as conn:
            await messages.claim(conn, company_id, tenant_id, account.id, now() - JUST_NOW)
        return account

    def _client(self, token: str, made: list[Call]) -> Bling:
        limiter = AccountLimiter(NEWCOMERS, AddressLimiter(self.redis))
        return Bling(_Given(token), limiter, self.http, made.append, self.settings.bling_api_url)

    async def _keep_account(
        self, conn: Connection, tenant_id: UUID, company_id: str, name: str, pair: Pair, by: Actor
    ) -> Account:
        at = now()
        account = await connections.account_by_company(conn, tenant_id, company_id)
        if account is None:
            account = await _new_account(conn, tenant_id, company_id, name, at)
        tokens = sealed(self.vault, account_name(account.id), pair)
        await connections.save_account_tokens(
            conn, tenant_id, account.id, tokens, over=account.token_version, at=at
        )
        await connections.set_account_state(conn, tenant_id, account.id, ConnectionState.CONNECTED, None, at)
        await restored(conn, tenant_id, at)
        detail = {"company_id": company_id, "name": name}
        await audit.add(
            tenant_id, at=at, person_id=by.person_id, actor=by.name, action="bling.connected", detail=detail
        )
        return account

    async def bitrix24(self, tenant_id: UUID, form: Mapping[str, str], by: Actor) -> None:
        """Keep the portal of an install's form, proved at the authorisation server; prepare its catalogue.

        Raises `VendorError`: `Rejected` for a forged form or another tenant's portal.
        """
        app = self.settings
        install = await bitrix24_oauth.verify_install(
            self.http, self._servers(), app.bitrix24_client_id, app.bitrix24_client_secret, form
        )
        async with self.database.system() as conn:
            await self._keep_portal(conn, tenant_id, install, form, by)
        self.connections.forget_portal(tenant_id)
        await self.prepare_catalogue(tenant_id)

    async def prepare_catalogue(self, tenant_id: UUID) -> None:
        """Find and make what product sync needs in the portal; may be done again. Raises `VendorError`."""
        async with self.database.tenant(tenant_id) as conn:
            portal = await connections.portal(conn, tenant_id)
        if portal is None:
            raise Disconnected("never connected", state=ConnectionState.NONE)
        made: list[Call] = []
        client = Bitrix24(
            Address(portal.client_endpoint, portal.member_id),
            self.connections.bitrix24_tokens(tenant_id),
            PortalLimiter(self.redis, portal.member_id),
            self.http,
            made.append,
        )
        catalogue = await setup.prepare(client)
        at = now()
        async with self.database.tenant(tenant_id) as conn:
            numbers = msgspec.convert(catalogue, CatalogueNumbers, from_attributes=True)
            await connections.save_catalogue(conn, tenant_id, numbers, at)
            await calls.record(conn, tenant_id, made)
            await restored(conn, tenant_id, at)

    def _servers(self) -> list[str]:
        return [url for url in self.settings.bitrix24_oauth_urls.split(",") if url]

    async def _keep_portal(
        self, conn: Connection, tenant_id: UUID, install: Install, form: Mapping[str, str], by: Actor
    ) -> None:
        at, member_id = now(), install.portal.member_id
        door = await directory.portal(conn, member_id)
        if door is not None and door.tenant_id != tenant_id:
            raise Rejected("Este portal já está conectado a outra conta do Ponte.", code="portal_taken")
        oauth_url = bitrix24_oauth.choose_server(self._servers(), form.get("SERVER_ENDPOINT"))
        known = Portal(
            member_id=member_id,
            client_endpoint=install.portal.client_endpoint,
            oauth_url=oauth_url,
            state=ConnectionState.NONE,
            state_since=at,
            created_at=at,
        )
        await connections.put_portal(conn, tenant_id, known)
        stored = await connections.lock_portal(conn, tenant_id)
        tokens = sealed(self.vault, portal_name(tenant_id), _pair_of(install, form))
        over = stored.token_version if stored else 0
        await connections.save_portal_tokens(conn, tenant_id, tokens, over=over, at=at)
        await connections.set_portal_state(conn, tenant_id, ConnectionState.CONNECTED, None, at)
        await directory.put_portal(conn, self._door(tenant_id, member_id, form))
        detail = {"member_id": member_id}
        await audit.add(
            tenant_id,
            at=at,
            person_id=by.person_id,
            actor=by.name,
            action="bitrix24.connected",
            detail=detail,
        )

    def _door(self, tenant_id: UUID, member_id: str, form: Mapping[str, str]) -> Door:
        token = form.get("APPLICATION_TOKEN")
        sealed_token = self.vault.seal(token, door_name(member_id)) if token else None
        return Door(member_id=member_id, tenant_id=tenant_id, application_token=sealed_token)


async def _new_account(
    conn: Connection, tenant_id: UUID, company_id: str, name: str, at: datetime
) -> Account:
    """The first account is the main one: records born in Bitrix24 go there."""
    account = Account(
        id=new_id(at),
        company_id=company_id,
        name=name,
        account_key=new_token(),
        main=not await connections.accounts(conn, tenant_id),
        state=ConnectionState.NONE,
        state_since=at,
        created_at=at,
    )
    await connections.add_account(conn, tenant_id, account)
    route = Route(
        account_key=account.account_key, company_id=company_id, tenant_id=tenant_id, account_id=account.id
    )
    await directory.add_route(conn, route)
    return account


def _pair_of(install: Install, form: Mapping[str, str]) -> Pair:
    """The renewal's pair if it took one to prove the form, else the form's own."""
    if (pair := install.pair) is not None:
        access, refresh, lasts = pair.access_token, pair.refresh_token, pair.expires_in
    else:
        access, refresh, lasts = form["AUTH_ID"], form["REFRESH_ID"], int(form.get("AUTH_EXPIRES") or 3600)
    return Pair(access=access, refresh=refresh, expires_at=now() + timedelta(seconds=lasts))
