"""The authorisation server: codes and refresh tokens for pairs, and its own `app.info`.

Vendor facts: the code exchange has neither `expires` nor `user_id`; `domain` is the
authorisation server; a portal where the application is not installed gives `invalid_client`.
"""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, expired_token, no_auth
from sandbox.bitrix24.phpquery import parse_str
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.tokens import ACCESS_S, CLIENT_ID, CLIENT_SECRET, SCOPES, Pair, Right, Tokens
from sandbox.bitrix24.values import text

STATUS = "F"


class OAuthServer:
    """Answers `/oauth/token/` and `/oauth/rest/app.info`."""

    def __init__(self, base_url: str, tokens: Tokens, portals: dict[str, Portal]) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._portals = portals

    @property
    def server_endpoint(self) -> str:
        """`SERVER_ENDPOINT` of installs and events."""
        return f"{self._base_url}/bitrix24/oauth/rest/"

    def owner(self, params: dict[str, Any]) -> str | None:
        """The portal whose code, refresh token or access token a request brings."""
        right = self._tokens.code_right(text(params.get("code")))
        right = right or self._tokens.refresh_right(text(params.get("refresh_token")))
        if right is not None:
            return right.member_id
        token = self._tokens.find(text(params.get("auth")))
        return token.member_id if token else None

    def token(self, params: dict[str, Any]) -> dict[str, Any]:
        """Exchange a code or a refresh token; RestError with the vendor's OAuth codes."""
        if params.get("client_id") != CLIENT_ID or params.get("client_secret") != CLIENT_SECRET:
            raise RestError("invalid_client", "Invalid client credentials", 401)
        match params.get("grant_type"):
            case "authorization_code":
                return self._exchange(text(params.get("code")))
            case "refresh_token":
                return self._renew(text(params.get("refresh_token")))
            case _:
                raise RestError("invalid_request", "Invalid grant_type parameter or parameter missing")

    def app_info(self, params: dict[str, Any]) -> dict[str, Any]:
        """Whose token this is: the proof that an install form came from a portal."""
        token = self._tokens.find(text(params.get("auth")))
        if token is None or token.outsider:
            raise no_auth()
        if self._tokens.expired(token):
            raise expired_token()
        portal = self._portals[token.member_id]
        install = {
            "uri": portal.rest_url.removesuffix("/rest/"),
            "client_endpoint": portal.rest_url,
            "member_id": portal.member_id,
            "status": STATUS,
        }
        return {"result": {"client_id": CLIENT_ID, "scope": list(SCOPES), "install": install}}

    def _exchange(self, code: str) -> dict[str, Any]:
        right = self._tokens.take_code(code)
        if right is None:
            raise RestError("invalid_grant", "Invalid grant")
        return self._described(self._tokens.issue(right.member_id, right.user_id))

    def _renew(self, refresh: str) -> dict[str, Any]:
        if self._tokens.orphaned(refresh):
            raise RestError("invalid_client", "Application not installed", 401)
        right = self._tokens.take_refresh(refresh)
        if right is None:
            raise RestError("invalid_grant", "Invalid grant")
        self._check(right)
        pair = self._tokens.issue(right.member_id, right.user_id)
        expires = int(pair.access.expires_at or 0)
        return self._described(pair) | {"expires": expires, "user_id": right.user_id}

    def _check(self, right: Right) -> None:
        portal = self._portals[right.member_id]
        if right.user_id not in portal.users:
            raise RestError("invalid_grant", "Invalid grant")

    def _described(self, pair: Pair) -> dict[str, Any]:
        portal = self._portals[pair.access.member_id]
        return {
            "access_token": pair.access.value,
            "client_endpoint": portal.rest_url,
            "domain": self._base_url.partition("//")[2],
            "expires_in": ACCESS_S,
            "member_id": portal.member_id,
            "refresh_token": pair.refresh,
            "scope": ",".join(SCOPES),
            "server_endpoint": self.server_endpoint,
            "status": STATUS,
        }


def form_params(query_string: str, body: bytes) -> dict[str, Any]:
    """The parameters of an OAuth call, from query and form."""
    return parse_str(query_string) | parse_str(body.decode("utf-8", "replace"))
