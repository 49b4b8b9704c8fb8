"""Bitrix24's authorisation servers: tokens, and proof that an install or opening POST is genuine.

Only the configured servers are ever called: an address in a POST is a claim of whoever sent it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from connector.bitrix24.client import Portal
from connector.domain.vendor import ConnectionState, Disconnected, Rejected, Transient, VendorError
from connector.wire import Reply, send, utc_now

TIMEOUT_S = 10.0

_STATES = {
    "invalid_grant": ConnectionState.NEEDS_RECONNECT,
    "invalid_client": ConnectionState.UNINSTALLED,
    "insufficient_scope": ConnectionState.SCOPE_MISSING,
    "PAYMENT_REQUIRED": ConnectionState.NEEDS_RECONNECT,
}


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of tokens and the portal it is good for."""

    access_token: str
    refresh_token: str
    #: Seconds.
    expires_in: int
    member_id: str
    client_endpoint: str
    status: str = ""
    scope: str = ""
    #: Only a renewal tells who the token speaks for.
    user_id: int | None = None


class Install(msgspec.Struct, frozen=True):
    """A POST of Bitrix24 that turned out to be genuine; `pair` when it took a renewal to find out."""

    portal: Portal
    status: str
    pair: TokenPair | None


def authorize_url(portal_url: str, client_id: str, state: str) -> str:
    """Where a person consents, on their portal (`https://name.bitrix24.com.br`)."""
    return f"{portal_url.rstrip('/')}/oauth/authorize/?{urlencode({'client_id': client_id, 'state': state})}"


def choose_server(configured: Sequence[str], claimed: str | None) -> str:
    """The configured server with the host that a POST claims (`SERVER_ENDPOINT`), else the first."""
    host = urlsplit(claimed or "").netloc
    return next((url for url in configured if urlsplit(url).netloc == host), configured[0])


async def exchange(
    http: httpx.AsyncClient, oauth_url: str, client_id: str, client_secret: str, code: str
) -> TokenPair:
    """Turn a consent's code (good for 30 s) into tokens."""
    return await _grant(http, oauth_url, client_id, client_secret, grant_type="authorization_code", code=code)


async def refresh(
    http: httpx.AsyncClient, oauth_url: str, client_id: str, client_secret: str, refresh_token: str
) -> TokenPair:
    """A new pair; the old one is dead from then on. Raises `Disconnected` if the portal let us go."""
    return await _grant(
        http,
        oauth_url,
        client_id,
        client_secret,
        grant_type="refresh_token",
        refresh_token=refresh_token,
    )


async def verify_install(
    http: httpx.AsyncClient,
    servers: Sequence[str],
    client_id: str,
    client_secret: str,
    form: Mapping[str, str],
) -> Install:
    """Prove an iframe or install POST at the authorisation server; raises `Rejected` for a forged one.

    First `app.info` with the access token there; if that names no portal, one renewal with our secret, whose
    answer is documented to name it. The renewal's pair replaces the one in the form.
    """
    server = choose_server(servers, form.get("SERVER_ENDPOINT"))
    told = await _app_info(http, _rest_url(server, form.get("SERVER_ENDPOINT")), form.get("AUTH_ID", ""))
    endpoint = _endpoint(told)
    if endpoint and told.get("member_id"):
        return _matching(
            form, Install(Portal(endpoint, str(told["member_id"])), str(told.get("status", "")), None)
        )
    try:
        pair = await refresh(http, server, client_id, client_secret, form.get("REFRESH_ID", ""))
    except Disconnected as error:
        raise Rejected(error.text, code=error.code) from error
    return _matching(form, Install(Portal(pair.client_endpoint, pair.member_id), pair.status, pair))


def _matching(form: Mapping[str, str], install: Install) -> Install:
    if form.get("member_id") != install.portal.member_id:
        raise Rejected("member_id is not the token's", code="forged")
    return install


def _rest_url(server: str, claimed: str | None) -> str:
    """Where the server answers methods: as claimed if that is on its own host, else as documented."""
    known, said = urlsplit(server), urlsplit(claimed or "")
    if (
        claimed
        and (said.scheme, said.netloc) == (known.scheme, known.netloc)
        and said.path.endswith("/rest/")
    ):
        return claimed
    return f"{server.removesuffix('/').removesuffix('/oauth/token')}/rest/"


async def _app_info(http: httpx.AsyncClient, rest_url: str, access_token: str) -> dict[str, Any]:
    """The server's word about an access token's installation, {} when it says nothing of use."""
    url = f"{rest_url}app.info"
    reply = await send(http, utc_now, "POST", url, timeout=TIMEOUT_S, data={"auth": access_token})
    if reply.broken is not None:
        raise reply.broken
    body = _decoded(reply)
    if not reply.ok or not isinstance(body, dict):
        return {}
    result = body.get("result")
    install = result.get("install") if isinstance(result, dict) else None
    return install if isinstance(install, dict) else {}


def _endpoint(install: Mapping[str, Any]) -> str:
    if endpoint := install.get("client_endpoint"):
        return str(endpoint)
    return f"{str(install['uri']).rstrip('/')}/rest/" if install.get("uri") else ""


async def _grant(http: httpx.AsyncClient, url: str, client_id: str, secret: str, **grant: str) -> TokenPair:
    params = {"client_id": client_id, "client_secret": secret, **grant}
    reply = await send(http, utc_now, "GET", url, timeout=TIMEOUT_S, params=params)
    if reply.broken is not None:
        raise reply.broken
    body = _decoded(reply)
    if not reply.ok or not isinstance(body, dict) or "access_token" not in body:
        raise _refusal(reply, body)
    try:
        return msgspec.convert(body, TokenPair, strict=False)
    except msgspec.ValidationError as error:
        raise Transient(f"unreadable tokens: {error}", code="unreadable") from error


def _refusal(reply: Reply, body: Any) -> VendorError:
    code = str(body.get("error", "")) if isinstance(body, dict) else ""
    text = str(body.get("error_description", "")) if isinstance(body, dict) else ""
    if code in _STATES:
        return Disconnected(text or code, state=_STATES[code], code=code)
    if reply.status >= 500 or not code:
        return Transient(text or f"HTTP {reply.status}", code=code or str(reply.status))
    return Rejected(text or code, code=code)


def _decoded(reply: Reply) -> Any:
    if not reply.is_json:
        return None
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
