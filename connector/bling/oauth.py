"""Bling's token endpoint. Client id and secret go only into `Authorization: Basic`: bodies are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from connector.bling import errors
from connector.bling.limits import TokenLimiter
from connector.domain.vendor import ConnectionState, Disconnected, Rejected, Transient, VendorError
from connector.wire import Reply, send, utc_now

TIMEOUT_S = 20.0
#: A code lives one minute: whoever waits longer for his turn has to ask for consent again.
CODE_PATIENCE_S = 20.0

_LOST = frozenset({"invalid_grant", "invalid_token"})
_OURS = frozenset({"invalid_client", "invalid_request", "unsupported_grant_type"})


class TokenPair(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint gives; without a `refresh_token` the old one stays good."""

    access_token: str
    refresh_token: str | None = None
    #: Seconds.
    expires_in: int
    #: Ids of the granted scopes, separated by blanks.
    scope: str = ""


def authorize_url(base: str, client_id: str, state: str) -> str:
    """Where a person consents. Bling ignores `redirect_uri` and `scope`: the app's registration counts."""
    return f"{base}?{urlencode({'response_type': 'code', 'client_id': client_id, 'state': state})}"


class BlingOAuth:
    """The token endpoint for one app (ours, or a tenant's own)."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        token_url: str,
        client_id: str,
        client_secret: str,
        limiter: TokenLimiter,
    ) -> None:
        self._http = http
        self._token_url = token_url
        self._basic = httpx.BasicAuth(client_id, client_secret)
        self._limiter = limiter

    async def exchange(self, code: str) -> TokenPair:
        """Turn a consent's code into tokens. Never repeat it: a code used twice revokes the whole access.

        Raises `Rejected` for a code that is not good (any more), `Throttled` if our turn would come too late.
        """
        await self._limiter.turn(CODE_PATIENCE_S)
        try:
            return await self._grant(grant_type="authorization_code", code=code)
        except Disconnected as error:
            raise Rejected(error.text, code=error.code) from error

    async def refresh(self, refresh_token: str) -> TokenPair:
        """A new pair; raises `Disconnected` (needs_reconnect) when the token is not good any more."""
        await self._limiter.turn()
        return await self._grant(grant_type="refresh_token", refresh_token=refresh_token)

    async def revoke(self, token: str) -> None:
        """Give up one token. Never with `revoke_action`: that takes other tenants' tokens along.

        Not a call of the token endpoint, so no turn of its budget is spent (facts of Bling, limits).
        """
        reply = await self._post(self._token_url.removesuffix("/token") + "/revoke", {"token": token})
        if reply.broken is not None or reply.status == 429 or reply.status >= 500:
            raise _refusal(reply)

    async def _grant(self, **form: str) -> TokenPair:
        reply = await self._post(self._token_url, form)
        if not (reply.ok and reply.is_json):
            error = _refusal(reply)
            if error.code == errors.ADDRESS:
                await self._limiter.blocked()
            raise error
        try:
            return msgspec.json.decode(reply.body, type=TokenPair, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Transient(f"unreadable tokens: {error}", code="unreadable") from error

    async def _post(self, url: str, form: dict[str, Any]) -> Reply:
        headers = {"accept": "1.0", "enable-jwt": "1"}
        return await send(
            self._http, utc_now, "POST", url, timeout=TIMEOUT_S, data=form, headers=headers, auth=self._basic
        )


def _refusal(reply: Reply) -> VendorError:
    """The token endpoint's errors go by `type`; the text of a refused refresh token is unknown (?)."""
    failure = errors.failure_in(reply)
    if failure is None or reply.status in (403, 429) or reply.status >= 500:
        error = errors.of_reply(reply, "oauth")
        # No scope is needed here, so a 403 says nothing about one.
        return Transient(error.text, code=error.code) if isinstance(error, Disconnected) else error
    if failure.type in _LOST:
        return Disconnected(failure.text, state=ConnectionState.NEEDS_RECONNECT, code=failure.type)
    if failure.type in _OURS:
        # Our configuration, not the tenant's doing: it passes when we mend it.
        return Transient(failure.text, code=failure.type, unknown=False)
    if "inativa" in f"{failure.message} {failure.text}".lower():
        return Disconnected(failure.text, state=ConnectionState.INACTIVE, code=failure.type)
    if reply.status in (400, 401):
        return Disconnected(failure.text, state=ConnectionState.NEEDS_RECONNECT, code=failure.type)
    return Rejected(failure.text, code=failure.type)
