"""Connecting a tenant's two sides: from a consent's code or an install's form to stored tokens and routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

import httpx
import msgspec
import structlog
from redis.asyncio import Redis

from connector.account import alerts, deal_tab, leaving, messages
from connector.account.clock import now
from connector.account.connections import Connections, restored
from connector.account.people import Actor
from connector.account.places import account_name, app_name, door_name, portal_name
from connector.account.tokens import Pair, sealed
from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bitrix24 import portal_setup, setup
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.client import Portal as Address
from connector.bitrix24.crm_setup import prepare_crm
from connector.bitrix24.limits import PortalLimiter
from connector.bitrix24.oauth import Install
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter
from connector.bling.oauth import BlingOAuth
from connector.domain.plans import PLANS
from connector.domain.vendor import Call, ConnectionState, Disconnected, Rejected, VendorError
from connector.security.tokens import new_token
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store import audit, calls, connections, directory, licences, standing
from connector.store.connections import Account, CatalogueNumbers, Portal
from connector.store.directory import Door, Route
from connector.store.ids import new_id
from connector.store.scope import Connection, Database

#: Bling sends from the moment of consent: what came shortly before we stored the account is the tenant's.
JUST_NOW = timedelta(minutes=10)
#: Requests made before we know whose account it is share one place in the queue.
NEWCOMERS = "newcomers"

log = structlog.get_logger()


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What Bitrix24 handed out for a portal, proved to be its own. Never logged."""

    member_id: str
    client_endpoint: str
    oauth_url: str
    pair: Pair
    #: What the portal proves its events with, if it was told.
    application_token: str | None = None


class OwnApp(msgspec.Struct, frozen=True):
    """A tenant's own Bling app; never logged."""

    client_id: str
    client_secret: str


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

    async def bling(self, tenant_id: UUID, code: str, by: Actor, app: OwnApp | None = None) -> Account:
        """Exchange the code of a consent, learn whose account it is, keep it.

        `app` = the tenant's own, None = the published one. An account that is known keeps its links and
        history, and what waited for it is released. Raises `VendorError`: `Rejected` for a code that is not
        good (any more), and with code `plan_full` for one account too many. Never try a code twice.
        """
        oauth = self.connections.bling_oauth_of(app.client_id, app.client_secret) if app else None
        granted = await (oauth or self.connections.bling_oauth).exchange(code)
        made: list[Call] = []
        company = await self._client(granted.access_token, made).company()
        pair = Pair(
            access=granted.access_token,
            refresh=granted.refresh_token or "",
            expires_at=now() + timedelta(seconds=granted.expires_in),
        )
        company_id, name = str(company["id"]), str(company.get("nome") or company["id"])
        async with self.database.system() as conn:
            account = await self._keep_account(conn, tenant_id, company_id, name, pair, by, app)
            await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
        self.connections.forget_account(tenant_id, account.id)
        async with self.database.system() as conn:
            await messages.claim(conn, company_id, tenant_id, account.id, now() - JUST_NOW)
        return account

    async def is_full(self, tenant_id: UUID) -> bool:
        """Whether the tenant's plan has no room for one more Bling account."""
        async with self.database.tenant(tenant_id) as conn:
            return await _is_full(conn, tenant_id)

    def _client(self, token: str, made: list[Call]) -> Bling:
        limiter = AccountLimiter(NEWCOMERS, AddressLimiter(self.redis))
        return Bling(_Given(token), limiter, self.http, made.append, self.settings.bling_api_url)

    async def _keep_account(
        self,
        conn: Connection,
        tenant_id: UUID,
        company_id: str,
        name: str,
        pair: Pair,
        by: Actor,
        app: OwnApp | None,
    ) -> Account:
        at = now()
        known = await connections.account_by_company(conn, tenant_id, company_id)
        if (known is None or known.state is ConnectionState.NONE) and await _is_full(conn, tenant_id):
            raise Rejected("Seu plano não inclui mais uma conta do Bling.", code="plan_full")
        new = known or await _new_account(conn, tenant_id, company_id, name, at)
        account = await connections.lock_account(conn, tenant_id, new.id) or new
        await self._keep_app(conn, tenant_id, account, name, by, app)
        tokens = sealed(self.vault, account_name(account.id), pair)
        await connections.save_account_tokens(
            conn, tenant_id, account.id, tokens, over=account.token_version, at=at
        )
        await connections.set_account_state(conn, tenant_id, account.id, ConnectionState.CONNECTED, None, at)
        await keep_one_main(conn, tenant_id)
        await alerts.resolve(conn, tenant_id, alerts.cause_of(account.id), self.connections.business_now())
        await restored(conn, tenant_id, at)
        await leaving.come_back(conn, tenant_id, by, at)
        detail = {"company_id": company_id, "name": name, "own_app": app is not None}
        await audit.add(
            tenant_id, at=at, person_id=by.person_id, actor=by.name, action="bling.connected", detail=detail
        )
        return account

    async def _keep_app(
        self, conn: Connection, tenant_id: UUID, account: Account, name: str, by: Actor, app: OwnApp | None
    ) -> None:
        """Which app the tokens belong to, and whose secret signs the messages at the account's own door."""
        client_id = app.client_id if app else None
        await connections.account_consented(
            conn, tenant_id, account.id, name=name, client_id=client_id, by=by.name
        )
        secret = self.vault.seal(app.client_secret, app_name(account.id)) if app else None
        route = Route(
            account_key=account.account_key,
            company_id=account.company_id,
            tenant_id=tenant_id,
            account_id=account.id,
            client_secret=secret,
        )
        await directory.add_route(conn, route)

    async def disconnect(self, tenant_id: UUID, account_id: UUID, by: Actor) -> bool | None:
        """Give the account's tokens back to Bling and forget them; links and history stay.

        Whether Bling confirmed it; None when there is no such account. What comes for it from now on is held.
        """
        at = now()
        async with self.database.system() as conn:
            account = await connections.lock_account(conn, tenant_id, account_id)
            if account is None:
                return None
            oauth = await self.connections.oauth_of(conn, account)
            await connections.forget_account_tokens(conn, tenant_id, account_id)
            await connections.set_account_state(conn, tenant_id, account_id, ConnectionState.NONE, None, at)
            await keep_one_main(conn, tenant_id)
            await alerts.resolve(
                conn, tenant_id, alerts.cause_of(account_id), self.connections.business_now()
            )
        self.connections.forget_account(tenant_id, account_id)
        revoked = await self._revoked(oauth, account)
        detail = {"company_id": account.company_id, "name": account.name, "revoked": revoked}
        async with self.database.tenant(tenant_id):
            action = "bling.disconnected"
            await audit.add(
                tenant_id, at=at, person_id=by.person_id, actor=by.name, action=action, detail=detail
            )
        return revoked

    async def choose_main(self, tenant_id: UUID, account_id: UUID, by: Actor) -> bool:
        """Records born in Bitrix24 go to this account from now on; False if it is not connected."""
        async with self.database.tenant(tenant_id) as conn:
            account = await connections.lock_account(conn, tenant_id, account_id)
            if account is None or account.state is not ConnectionState.CONNECTED:
                return False
            await connections.set_main_account(conn, tenant_id, account_id)
            await audit.add(
                tenant_id,
                at=now(),
                person_id=by.person_id,
                actor=by.name,
                action="bling.main",
                detail={"company_id": account.company_id, "name": account.name},
            )
        return True

    async def _revoked(self, oauth: BlingOAuth, account: Account) -> bool:
        """Both tokens; one that Bling does not take back ends by itself, a refresh token after 30 days."""
        tokens = [token for token in (account.refresh_token, account.access_token) if token]
        try:
            for token in tokens:
                await oauth.revoke(self.vault.open(token, account_name(account.id)))
        except VendorError as error:
            log.warning("bling_not_revoked", account=str(account.id), code=error.code)
            return False
        return bool(tokens)

    async def bitrix24(self, tenant_id: UUID, form: Mapping[str, str], by: Actor) -> None:
        """Keep the portal of an install's form, proved at the authorisation server; prepare it.

        Raises `VendorError`: `Rejected` for a forged form or another tenant's portal.
        """
        grant = await self.proved(form)
        async with self.database.system() as conn:
            await self.keep_portal(conn, tenant_id, grant, by)
        await self.prepare_portal(tenant_id)

    async def proved(self, form: Mapping[str, str]) -> Grant:
        """What a form of Bitrix24's brings, proved at the authorisation server; raises `Rejected`."""
        app, servers = self.settings, self._servers()
        install = await bitrix24_oauth.verify_install(
            self.http, servers, app.bitrix24_client_id, app.bitrix24_client_secret, form
        )
        pair = _pair_of(install, form)
        return Grant(
            member_id=install.portal.member_id,
            client_endpoint=install.portal.client_endpoint,
            oauth_url=bitrix24_oauth.choose_server(servers, form.get("SERVER_ENDPOINT")),
            pair=pair,
            application_token=form.get("APPLICATION_TOKEN"),
        )

    async def exchanged(self, code: str, server: str | None) -> Grant:
        """What a consent on a portal's own page brings; `server` is a claim. Never try a code twice."""
        app = self.settings
        url = bitrix24_oauth.choose_server(self._servers(), f"https://{server}/" if server else None)
        made = await bitrix24_oauth.exchange(
            self.http, url, app.bitrix24_client_id, app.bitrix24_client_secret, code
        )
        expires_at = now() + timedelta(seconds=made.expires_in)
        return Grant(
            member_id=made.member_id,
            client_endpoint=made.client_endpoint,
            oauth_url=url,
            pair=Pair(access=made.access_token, refresh=made.refresh_token, expires_at=expires_at),
        )

    def portal_client(self, grant: Grant) -> Bitrix24:
        """The portal, as the holder of the grant sees it; its calls are nobody's history yet."""
        return Bitrix24(
            Address(grant.client_endpoint, grant.member_id),
            _Given(grant.pair.access),
            PortalLimiter(self.redis, grant.member_id),
            self.http,
            lambda _: None,
        )

    async def prepare_portal(self, tenant_id: UUID) -> None:
        """After tokens were kept: the catalogue, the pipelines, and handlers for events of the app."""
        self.connections.forget_portal(tenant_id)
        await self.prepare_catalogue(tenant_id)
        await self.bind_events(tenant_id)

    async def bind_events(self, tenant_id: UUID) -> None:
        """All handlers vanish when the app is updated: bind what is missing. Raises `VendorError`."""
        made: list[Call] = []
        client = await self._tenants_portal(tenant_id, made)
        await portal_setup.bind(client, f"{self.settings.app_url}/webhooks/bitrix24")
        await self._bind_tab(tenant_id, client)
        async with self.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made)

    async def _bind_tab(self, tenant_id: UUID, client: Bitrix24) -> None:
        """Ponte's tab in a deal's card; a portal that refuses it syncs without."""
        try:
            await deal_tab.bind(client, f"{self.settings.app_url}/bitrix24/app")
        except VendorError as error:
            log.warning("deal_tab_not_bound", tenant=str(tenant_id), code=error.code)

    async def prepare_catalogue(self, tenant_id: UUID) -> None:
        """Find and make what sync needs in the portal; may be done again. Raises `VendorError`."""
        made: list[Call] = []
        client = await self._tenants_portal(tenant_id, made)
        catalogue = await setup.prepare(client)
        places = await prepare_crm(client)
        at = now()
        async with self.database.tenant(tenant_id) as conn:
            numbers = msgspec.convert(catalogue, CatalogueNumbers, from_attributes=True)
            await connections.save_catalogue(conn, tenant_id, numbers, at)
            await standing.keep_crm(conn, tenant_id, msgspec.json.encode(places).decode(), at)
            await calls.record(conn, tenant_id, made)
            await restored(conn, tenant_id, at)

    async def _tenants_portal(self, tenant_id: UUID, made: list[Call]) -> Bitrix24:
        async with self.database.tenant(tenant_id) as conn:
            portal = await connections.portal(conn, tenant_id)
        if portal is None:
            raise Disconnected("never connected", state=ConnectionState.NONE)
        return Bitrix24(
            Address(portal.client_endpoint, portal.member_id),
            self.connections.bitrix24_tokens(tenant_id),
            PortalLimiter(self.redis, portal.member_id),
            self.http,
            made.append,
        )

    def _servers(self) -> list[str]:
        return [url for url in self.settings.bitrix24_oauth_urls.split(",") if url]

    async def keep_portal(self, conn: Connection, tenant_id: UUID, grant: Grant, by: Actor) -> None:
        """In a system scope: the portal is this tenant's, with these tokens (of an administrator).

        Raises `Rejected` if it is another tenant's, or the tenant has another one.
        """
        at, member_id = now(), grant.member_id
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"portal:{member_id}")
        stored = await connections.lock_portal(conn, tenant_id)
        _refuse_taken(await directory.portal(conn, member_id), stored, tenant_id, member_id)
        known = Portal(
            member_id=member_id,
            client_endpoint=grant.client_endpoint,
            oauth_url=grant.oauth_url,
            state=ConnectionState.NONE,
            state_since=at,
            created_at=at,
        )
        await connections.put_portal(conn, tenant_id, known)
        tokens = sealed(self.vault, portal_name(tenant_id), grant.pair)
        over = stored.token_version if stored else 0
        await connections.save_portal_tokens(conn, tenant_id, tokens, over=over, at=at)
        await connections.set_portal_state(conn, tenant_id, ConnectionState.CONNECTED, None, at)
        await alerts.resolve(conn, tenant_id, alerts.cause_of(None), self.connections.business_now())
        await directory.put_portal(conn, self._door(tenant_id, grant))
        await restored(conn, tenant_id, at)
        await leaving.come_back(conn, tenant_id, by, at)
        action, detail = "bitrix24.connected", {"member_id": member_id}
        await audit.add(tenant_id, at=at, person_id=by.person_id, actor=by.name, action=action, detail=detail)

    async def learn_token(self, conn: Connection, tenant_id: UUID, grant: Grant) -> None:
        """A portal that was connected from outside tells its application token when the app is first opened.

        In a system scope. Without it no event of the portal's would be believed, its leaving neither.
        """
        door = await directory.portal(conn, grant.member_id)
        if door is not None and door.application_token is None and grant.application_token:
            await directory.put_portal(conn, self._door(tenant_id, grant))

    def _door(self, tenant_id: UUID, grant: Grant) -> Door:
        token = grant.application_token
        sealed_token = self.vault.seal(token, door_name(grant.member_id)) if token else None
        return Door(member_id=grant.member_id, tenant_id=tenant_id, application_token=sealed_token)


def _refuse_taken(door: Door | None, stored: Portal | None, tenant_id: UUID, member_id: str) -> None:
    if door is not None and door.tenant_id != tenant_id:
        raise Rejected("Este portal já está conectado a outra conta do Ponte.", code="portal_taken")
    if stored is not None and stored.member_id != member_id:
        raise Rejected("Sua conta da Ponte já está conectada a outro portal.", code="other_portal")


async def keep_one_main(conn: Connection, tenant_id: UUID) -> None:
    """The main account stays; without one, the first that is connected becomes it (of none, the first)."""
    accounts = await connections.accounts(conn, tenant_id)
    if accounts and not any(account.main for account in accounts):
        working = [account for account in accounts if account.state is not ConnectionState.NONE]
        await connections.set_main_account(conn, tenant_id, (working or accounts)[0].id)


async def _is_full(conn: Connection, tenant_id: UUID) -> bool:
    """A tenant without a licence has no limit here: nothing of it syncs anyway."""
    licence = await licences.load(tenant_id)
    used = [
        one for one in await connections.accounts(conn, tenant_id) if one.state is not ConnectionState.NONE
    ]
    return licence is not None and len(used) >= PLANS[licence.plan].accounts


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
    return account


def _pair_of(install: Install, form: Mapping[str, str]) -> Pair:
    """The renewal's pair if it took one to prove the form, else the form's own."""
    if (pair := install.pair) is not None:
        access, refresh, lasts = pair.access_token, pair.refresh_token, pair.expires_in
    else:
        access, refresh, lasts = form["AUTH_ID"], form["REFRESH_ID"], int(form.get("AUTH_EXPIRES") or 3600)
    return Pair(access=access, refresh=refresh, expires_at=now() + timedelta(seconds=lasts))
