"""Connecting a Bling account, from a consent's code to stored tokens and a route; and taking it off again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from connector.account import alerts, leaving, messages
from connector.account.clock import now
from connector.account.connect import Connecting, Given
from connector.account.connections import restored
from connector.account.people import Actor
from connector.account.places import account_name, app_name
from connector.account.tokens import Pair, sealed
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter
from connector.bling.oauth import BlingOAuth
from connector.domain.plans import PLANS
from connector.domain.vendor import Call, ConnectionState, Rejected, VendorError
from connector.security.tokens import new_token
from connector.store import audit, calls, connections, directory, licences
from connector.store.connections import Account
from connector.store.directory import Route
from connector.store.ids import new_id
from connector.store.scope import Connection

#: Bling sends from the moment of consent: what came shortly before we stored the account is the tenant's.
JUST_NOW = timedelta(minutes=10)
#: Requests made before we know whose account it is share one place in the queue.
NEWCOMERS = "newcomers"

log = structlog.get_logger()


class OwnApp(msgspec.Struct, frozen=True):
    """A tenant's own Bling app; never logged."""

    client_id: str
    client_secret: str


async def connect(
    connecting: Connecting, tenant_id: UUID, code: str, by: Actor, app: OwnApp | None = None
) -> Account:
    """Exchange the code of a consent, learn whose account it is, keep it.

    `app` = the tenant's own, None = the published one. An account that is known keeps its links and
    history, and what waited for it is released. Raises `VendorError`: `Rejected` for a code that is not
    good (any more), and with code `plan_full` for one account too many. Never try a code twice.
    """
    oauth = connecting.connections.bling_oauth_of(app.client_id, app.client_secret) if app else None
    granted = await (oauth or connecting.connections.bling_oauth).exchange(code)
    made: list[Call] = []
    company = await _client(connecting, granted.access_token, made).company()
    pair = Pair(
        access=granted.access_token,
        refresh=granted.refresh_token or "",
        expires_at=now() + timedelta(seconds=granted.expires_in),
    )
    company_id, name = str(company["id"]), str(company.get("nome") or company["id"])
    async with connecting.database.system() as conn:
        account = await _keep_account(connecting, conn, tenant_id, company_id, name, pair, by, app)
        await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
    connecting.connections.forget_account(tenant_id, account.id)
    async with connecting.database.system() as conn:
        await messages.claim(conn, company_id, tenant_id, account.id, now() - JUST_NOW)
    return account


async def disconnect(connecting: Connecting, tenant_id: UUID, account_id: UUID, by: Actor) -> bool | None:
    """Give the account's tokens back to Bling and forget them; links and history stay.

    Whether Bling confirmed it; None when there is no such account. What comes for it from now on is held.
    """
    at = now()
    async with connecting.database.system() as conn:
        account = await connections.lock_account(conn, tenant_id, account_id)
        if account is None:
            return None
        oauth = await connecting.connections.oauth_of(conn, account)
        await connections.forget_account_tokens(conn, tenant_id, account_id)
        await connections.set_account_state(conn, tenant_id, account_id, ConnectionState.NONE, None, at)
        await keep_one_main(conn, tenant_id)
        await alerts.resolve(
            conn, tenant_id, alerts.cause_of(account_id), connecting.connections.business_now()
        )
    connecting.connections.forget_account(tenant_id, account_id)
    revoked = await _revoked(connecting, oauth, account)
    detail = {"company_id": account.company_id, "name": account.name, "revoked": revoked}
    async with connecting.database.tenant(tenant_id):
        action = "bling.disconnected"
        await audit.add(tenant_id, at=at, person_id=by.person_id, actor=by.name, action=action, detail=detail)
    return revoked


async def choose_main(connecting: Connecting, tenant_id: UUID, account_id: UUID, by: Actor) -> bool:
    """Records born in Bitrix24 go to this account from now on; False if it is not connected."""
    async with connecting.database.tenant(tenant_id) as conn:
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


async def is_full(connecting: Connecting, tenant_id: UUID) -> bool:
    """Whether the tenant's plan has no room for one more Bling account."""
    async with connecting.database.tenant(tenant_id) as conn:
        return await _is_full(conn, tenant_id)


async def keep_one_main(conn: Connection, tenant_id: UUID) -> None:
    """The main account stays; without one, the first that is connected becomes it (of none, the first)."""
    accounts = await connections.accounts(conn, tenant_id)
    if accounts and not any(account.main for account in accounts):
        working = [account for account in accounts if account.state is not ConnectionState.NONE]
        await connections.set_main_account(conn, tenant_id, (working or accounts)[0].id)


def _client(connecting: Connecting, token: str, made: list[Call]) -> Bling:
    limiter = AccountLimiter(NEWCOMERS, AddressLimiter(connecting.redis))
    return Bling(Given(token), limiter, connecting.http, made.append, connecting.settings.bling_api_url)


async def _keep_account(
    connecting: Connecting,
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
    await _keep_app(connecting, conn, tenant_id, account, name, by, app)
    tokens = sealed(connecting.vault, account_name(account.id), pair)
    await connections.save_account_tokens(
        conn, tenant_id, account.id, tokens, over=account.token_version, at=at
    )
    await connections.set_account_state(conn, tenant_id, account.id, ConnectionState.CONNECTED, None, at)
    await keep_one_main(conn, tenant_id)
    await alerts.resolve(conn, tenant_id, alerts.cause_of(account.id), connecting.connections.business_now())
    await restored(conn, tenant_id, at)
    await leaving.come_back(conn, tenant_id, by, at)
    detail = {"company_id": company_id, "name": name, "own_app": app is not None}
    await audit.add(
        tenant_id, at=at, person_id=by.person_id, actor=by.name, action="bling.connected", detail=detail
    )
    return account


async def _keep_app(
    connecting: Connecting,
    conn: Connection,
    tenant_id: UUID,
    account: Account,
    name: str,
    by: Actor,
    app: OwnApp | None,
) -> None:
    """Which app the tokens belong to, and whose secret signs the messages at the account's own door."""
    client_id = app.client_id if app else None
    await connections.account_consented(
        conn, tenant_id, account.id, name=name, client_id=client_id, by=by.name
    )
    secret = connecting.vault.seal(app.client_secret, app_name(account.id)) if app else None
    route = Route(
        account_key=account.account_key,
        company_id=account.company_id,
        tenant_id=tenant_id,
        account_id=account.id,
        client_secret=secret,
    )
    await directory.add_route(conn, route)


async def _revoked(connecting: Connecting, oauth: BlingOAuth, account: Account) -> bool:
    """Both tokens; one that Bling does not take back ends by itself, a refresh token after 30 days."""
    tokens = [token for token in (account.refresh_token, account.access_token) if token]
    try:
        for token in tokens:
            await oauth.revoke(connecting.vault.open(token, account_name(account.id)))
    except VendorError as error:
        log.warning("bling_not_revoked", account=str(account.id), code=error.code)
        return False
    return bool(tokens)


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
