"""Connecting a portal, from an install's form or a consent to tokens, a door and a prepared catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from connector.account import alerts, deal_tab, leaving
from connector.account.clock import now
from connector.account.connect import Connecting, Given
from connector.account.connections import restored
from connector.account.people import Actor
from connector.account.places import door_name, portal_name
from connector.account.tokens import Pair, sealed
from connector.account.vendors import portal_client
from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bitrix24 import portal_setup, setup
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.client import Portal as Address
from connector.bitrix24.crm_setup import prepare_crm
from connector.bitrix24.limits import PortalLimiter
from connector.bitrix24.oauth import Install
from connector.domain.vendor import Call, ConnectionState, Disconnected, Rejected, VendorError
from connector.store import audit, calls, connections, directory, standing
from connector.store.connections import CatalogueNumbers, Portal
from connector.store.directory import Door
from connector.store.scope import Connection

log = structlog.get_logger()


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What Bitrix24 handed out for a portal, proved to be its own. Never logged."""

    member_id: str
    client_endpoint: str
    oauth_url: str
    pair: Pair
    #: What the portal proves its events with, if it was told.
    application_token: str | None = None


async def connect(connecting: Connecting, tenant_id: UUID, form: Mapping[str, str], by: Actor) -> None:
    """Keep the portal of an install's form, proved at the authorisation server; prepare it.

    Raises `VendorError`: `Rejected` for a forged form or another tenant's portal.
    """
    grant = await proved(connecting, form)
    async with connecting.database.system() as conn:
        await keep_portal(connecting, conn, tenant_id, grant, by)
    await prepare_portal(connecting, tenant_id)


async def proved(connecting: Connecting, form: Mapping[str, str]) -> Grant:
    """What a form of Bitrix24's brings, proved at the authorisation server; raises `Rejected`."""
    app, servers = connecting.settings, _servers(connecting)
    install = await bitrix24_oauth.verify_install(
        connecting.http, servers, app.bitrix24_client_id, app.bitrix24_client_secret, form
    )
    pair = _pair_of(install, form)
    return Grant(
        member_id=install.portal.member_id,
        client_endpoint=install.portal.client_endpoint,
        oauth_url=bitrix24_oauth.choose_server(servers, form.get("SERVER_ENDPOINT")),
        pair=pair,
        application_token=form.get("APPLICATION_TOKEN"),
    )


async def exchanged(connecting: Connecting, code: str, server: str | None) -> Grant:
    """What a consent on a portal's own page brings; `server` is a claim. Never try a code twice."""
    app = connecting.settings
    url = bitrix24_oauth.choose_server(_servers(connecting), f"https://{server}/" if server else None)
    made = await bitrix24_oauth.exchange(
        connecting.http, url, app.bitrix24_client_id, app.bitrix24_client_secret, code
    )
    expires_at = now() + timedelta(seconds=made.expires_in)
    return Grant(
        member_id=made.member_id,
        client_endpoint=made.client_endpoint,
        oauth_url=url,
        pair=Pair(access=made.access_token, refresh=made.refresh_token, expires_at=expires_at),
    )


def client_of(connecting: Connecting, grant: Grant) -> Bitrix24:
    """The portal, as the holder of the grant sees it; its calls are nobody's history yet."""
    return Bitrix24(
        Address(grant.client_endpoint, grant.member_id),
        Given(grant.pair.access),
        PortalLimiter(connecting.redis, grant.member_id),
        connecting.http,
        lambda _: None,
    )


async def keep_portal(
    connecting: Connecting, conn: Connection, tenant_id: UUID, grant: Grant, by: Actor
) -> None:
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
    tokens = sealed(connecting.vault, portal_name(tenant_id), grant.pair)
    over = stored.token_version if stored else 0
    await connections.save_portal_tokens(conn, tenant_id, tokens, over=over, at=at)
    await connections.set_portal_state(conn, tenant_id, ConnectionState.CONNECTED, None, at)
    await alerts.resolve(conn, tenant_id, alerts.cause_of(None), connecting.connections.business_now())
    await directory.put_portal(conn, _door(connecting, tenant_id, grant))
    await restored(conn, tenant_id, at)
    await leaving.come_back(conn, tenant_id, by, at)
    action, detail = "bitrix24.connected", {"member_id": member_id}
    await audit.add(tenant_id, at=at, person_id=by.person_id, actor=by.name, action=action, detail=detail)


async def learn_token(connecting: Connecting, conn: Connection, tenant_id: UUID, grant: Grant) -> None:
    """A portal that was connected from outside tells its application token when the app is first opened.

    In a system scope. Without it no event of the portal's would be believed, its leaving neither.
    """
    door = await directory.portal(conn, grant.member_id)
    if door is not None and door.application_token is None and grant.application_token:
        await directory.put_portal(conn, _door(connecting, tenant_id, grant))


async def prepare_portal(connecting: Connecting, tenant_id: UUID) -> None:
    """After tokens were kept: the catalogue, the pipelines, and handlers for events of the app."""
    connecting.connections.forget_portal(tenant_id)
    await _prepare_catalogue(connecting, tenant_id)
    await bind_events(connecting, tenant_id)


async def _prepare_catalogue(connecting: Connecting, tenant_id: UUID) -> None:
    """Find and make what sync needs in the portal; may be done again. Raises `VendorError`."""
    made: list[Call] = []
    client = await _tenants_portal(connecting, tenant_id, made)
    catalogue = await setup.prepare(client)
    places = await prepare_crm(client)
    at = now()
    async with connecting.database.tenant(tenant_id) as conn:
        numbers = msgspec.convert(catalogue, CatalogueNumbers, from_attributes=True)
        await connections.save_catalogue(conn, tenant_id, numbers, at)
        await standing.keep_crm(conn, tenant_id, msgspec.json.encode(places).decode(), at)
        await calls.record(conn, tenant_id, made)
        await restored(conn, tenant_id, at)


async def bind_events(connecting: Connecting, tenant_id: UUID) -> None:
    """All handlers vanish when the app is updated: bind what is missing. Raises `VendorError`."""
    made: list[Call] = []
    client = await _tenants_portal(connecting, tenant_id, made)
    await portal_setup.bind(client, f"{connecting.settings.app_url}/webhooks/bitrix24")
    await _bind_tab(connecting, tenant_id, client)
    async with connecting.database.tenant(tenant_id) as conn:
        await calls.record(conn, tenant_id, made)


async def _bind_tab(connecting: Connecting, tenant_id: UUID, client: Bitrix24) -> None:
    """Ponte's tab in a deal's card; a portal that refuses it syncs without."""
    try:
        await deal_tab.bind(client, f"{connecting.settings.app_url}/bitrix24/app")
    except VendorError as error:
        log.warning("deal_tab_not_bound", tenant=str(tenant_id), code=error.code)


async def _tenants_portal(connecting: Connecting, tenant_id: UUID, made: list[Call]) -> Bitrix24:
    async with connecting.database.tenant(tenant_id) as conn:
        portal = await connections.portal(conn, tenant_id)
    if portal is None:
        raise Disconnected("never connected", state=ConnectionState.NONE)
    return portal_client(connecting, tenant_id, portal, made.append)


def _servers(connecting: Connecting) -> list[str]:
    return [url for url in connecting.settings.bitrix24_oauth_urls.split(",") if url]


def _door(connecting: Connecting, tenant_id: UUID, grant: Grant) -> Door:
    token = grant.application_token
    sealed_token = connecting.vault.seal(token, door_name(grant.member_id)) if token else None
    return Door(member_id=grant.member_id, tenant_id=tenant_id, application_token=sealed_token)


def _refuse_taken(door: Door | None, stored: Portal | None, tenant_id: UUID, member_id: str) -> None:
    if door is not None and door.tenant_id != tenant_id:
        raise Rejected("Este portal já está conectado a outra conta do Ponte.", code="portal_taken")
    if stored is not None and stored.member_id != member_id:
        raise Rejected("Sua conta da Ponte já está conectada a outro portal.", code="other_portal")


def _pair_of(install: Install, form: Mapping[str, str]) -> Pair:
    """The renewal's pair if it took one to prove the form, else the form's own."""
    if (pair := install.pair) is not None:
        access, refresh, lasts = pair.access_token, pair.refresh_token, pair.expires_in
    else:
        access, refresh, lasts = form["AUTH_ID"], form["REFRESH_ID"], int(form.get("AUTH_EXPIRES") or 3600)
    return Pair(access=access, refresh=refresh, expires_at=now() + timedelta(seconds=lasts))
