"""A consent at Bling, from the button to the way back: started by one session, good once, for a while.

The state in the address is random and stored as a hash. Only the session that started it can use it up, so a
stolen state does nothing, neither for the thief nor against its owner.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

import msgspec
import structlog

from connector.account import connect_bling
from connector.account.clock import now
from connector.account.connect import Connecting
from connector.account.connect_bling import OwnApp
from connector.account.people import Viewer
from connector.bling.oauth import authorize_url
from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Rejected,
    Throttled,
    Transient,
    VendorError,
)
from connector.security.tokens import new_token, token_hash
from connector.store import audit, connections, consents
from connector.store.connections import Account
from connector.store.consents import Consent

#: A person may have to sign in at Bling first.
PATIENCE = timedelta(minutes=20)
#: Longer ones are no client id or secret of Bling's.
LONGEST = 200

log = structlog.get_logger()


class Failure(StrEnum):
    """Why a consent came to nothing."""

    REFUSED = "recusada"
    APP_INACTIVE = "aplicativo"
    COMPANY_INACTIVE = "empresa"
    STATE = "endereco"
    CODE = "codigo"
    PLAN = "plano"
    LATER = "depois"
    #: No limiter, no call: nobody was asked.
    AWAY = "fora"
    OTHER = "bling"


class Failed(Exception):
    """The consent came to nothing; nothing was changed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """What Bling sends people back with."""

    state: str = ""
    code: str = ""
    error: str = ""


class Connected(msgspec.Struct, frozen=True):
    """The account that was connected; `instead` = another one was to be reconnected."""

    account: Account
    instead: bool


async def begin(
    connecting: Connecting,
    viewer: Viewer,
    session: str,
    *,
    account_id: UUID | None = None,
    ticket: str = "",
    bound_to: str = "",
) -> str:
    """Where the person consents; `ticket` of `keep_app` for the tenant's own app.

    `bound_to` = who comes back with the state, if that is not the session (`consent_window`).

    Raises `Failed` for an account or ticket that is not the session's tenant's, or when the plan is full.
    """
    at, state = now(), new_token()
    asked = await _ticketed(connecting, viewer, session, ticket) if ticket else _asked(viewer, account_id)
    async with connecting.database.tenant(viewer.tenant_id) as conn:
        known = asked.account_id and await connections.account(conn, viewer.tenant_id, asked.account_id)
    if asked.account_id is not None and known is None:
        raise Failed(Failure.STATE)
    if asked.account_id is None and await connect_bling.is_full(connecting, viewer.tenant_id):
        raise Failed(Failure.PLAN)
    async with connecting.database.system() as conn:
        await consents.sweep(conn, at)
        key, whose = token_hash(state), token_hash(bound_to or session)
        await consents.add(conn, asked, key=key, session=whose, started=True, expires_at=at + PATIENCE)
    settings = connecting.settings
    return authorize_url(settings.bling_authorize_url, asked.client_id or settings.bling_client_id, state)


async def keep_app(
    connecting: Connecting, viewer: Viewer, session: str, app: OwnApp, account_id: UUID | None
) -> str:
    """Keep a tenant's own app until its consent succeeds; gives the ticket that `begin` takes."""
    at, ticket = now(), new_token()
    asked = Consent(
        tenant_id=viewer.tenant_id,
        person_id=viewer.person_id,
        account_id=account_id,
        client_id=app.client_id,
        client_secret=connecting.vault.seal(app.client_secret, asked_app_name(viewer.tenant_id)),
    )
    async with connecting.database.system() as conn:
        key, whose = token_hash(ticket), token_hash(session)
        await consents.add(conn, asked, key=key, session=whose, started=False, expires_at=at + PATIENCE)
    return ticket


async def finish(connecting: Connecting, viewer: Viewer, session: str, back: Return) -> Connected:
    """Use the state up and, if the person agreed, exchange the code: once, whatever comes of it.

    Raises `Failed`; everything but a fresh state of this session is refused without asking Bling.
    """
    async with connecting.database.system() as conn:
        asked = await consents.take(conn, token_hash(back.state), token_hash(session), now(), started=True)
    if asked is None or asked.tenant_id != viewer.tenant_id or asked.person_id != viewer.person_id:
        await _refused(connecting, viewer, Failure.STATE)
    if back.error or not back.code:
        await _refused(connecting, viewer, _told(back.error))
    try:
        account = await connect_bling.connect(
            connecting, viewer.tenant_id, back.code, viewer.actor, _app(connecting, asked)
        )
    except VendorError as error:
        await _refused(connecting, viewer, _failure(error), error.code)
    return Connected(account, instead=asked.account_id not in (None, account.id))


async def _ticketed(connecting: Connecting, viewer: Viewer, session: str, ticket: str) -> Consent:
    async with connecting.database.system() as conn:
        asked = await consents.take(conn, token_hash(ticket), token_hash(session), now(), started=False)
    if asked is None or asked.tenant_id != viewer.tenant_id:
        raise Failed(Failure.STATE)
    return asked


def _asked(viewer: Viewer, account_id: UUID | None) -> Consent:
    return Consent(tenant_id=viewer.tenant_id, person_id=viewer.person_id, account_id=account_id)


def _app(connecting: Connecting, asked: Consent) -> OwnApp | None:
    if asked.client_id is None or asked.client_secret is None:
        return None
    secret = connecting.vault.open(asked.client_secret, asked_app_name(asked.tenant_id))
    return OwnApp(asked.client_id, secret)


def asked_app_name(tenant_id: UUID) -> str:
    """The name under which the secret of an app that a consent is under way for is sealed."""
    return f"consent:{tenant_id}"


def _told(error: str) -> Failure:
    """Bling's words in the address (facts of Bling, authorisation)."""
    match error:
        case "access_denied":
            return Failure.REFUSED
        case "app_inativo":
            return Failure.APP_INACTIVE
        case "UNAUTHORIZED_ERROR":
            return Failure.COMPANY_INACTIVE
        case _:
            return Failure.OTHER


def _failure(error: VendorError) -> Failure:
    match error:
        case Disconnected(state=ConnectionState.INACTIVE):
            return Failure.COMPANY_INACTIVE
        case Rejected(code="plan_full"):
            return Failure.PLAN
        case Rejected():
            return Failure.CODE
        case Throttled():
            return Failure.LATER
        case Transient(code="limiter_away"):
            return Failure.AWAY
        case _:
            return Failure.OTHER


async def _refused(connecting: Connecting, viewer: Viewer, failure: Failure, code: str = "") -> NoReturn:
    """A line in the audit log and in ours; no token, no code, no state."""
    log.warning("bling_consent_failed", tenant=str(viewer.tenant_id), failure=failure, code=code)
    async with connecting.database.tenant(viewer.tenant_id):
        await audit.add(
            viewer.tenant_id,
            at=now(),
            person_id=viewer.person_id,
            actor=viewer.name or viewer.email,
            action="bling.consent_failed",
            detail={"failure": failure, "code": code},
        )
    raise Failed(failure)
