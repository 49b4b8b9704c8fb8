"""Access and refresh tokens, authorisation codes: what the authorisation server remembers.

Vendor facts: a code lives 30 s, an access token an hour, a refresh token 180 days; refreshing
rotates the refresh token, older access tokens stay good until their hour is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import blake2b

import msgspec

CODE_S = 30
ACCESS_S = 3600
REFRESH_S = 180 * 86_400

CLIENT_ID = "app.65a0c0de24b1x24.00000001"
CLIENT_SECRET = "sandboxOnlyNotASecret00000000000000000000000000001"
OUTSIDER_ID = "app.outsider.00000002"

SCOPES = ("catalog", "crm", "user_brief", "placement", "im", "userfieldconfig")
"""The scopes that Ponte's application asked for."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def made_up(*parts: str) -> str:
    """A stable 32-digit hexadecimal name, the same in every run."""
    return blake2b(":".join(parts).encode(), digest_size=16).hexdigest()


def _fresh() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(70))


class Token(msgspec.Struct, frozen=True):
    """An access token. `expires_at` is on the sandbox's clock, None never; None scopes are all."""

    value: str
    member_id: str
    user_id: int
    app: str
    scopes: frozenset[str] | None
    expires_at: float | None

    @property
    def outsider(self) -> bool:
        """Whether it belongs to somebody other than Ponte."""
        return self.app == OUTSIDER_ID

    def allows(self, scopes: tuple[str, ...]) -> bool:
        """Whether every one of the scopes was granted."""
        return self.scopes is None or self.scopes.issuperset(scopes)


class Right(msgspec.Struct, frozen=True):
    """What a code or a refresh token stands for."""

    member_id: str
    user_id: int
    expires_at: float


class Pair(msgspec.Struct, frozen=True):
    """An access token with the refresh token that renews it."""

    access: Token
    refresh: str


class Tokens:
    """All that was issued and is still of use."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Right] = {}
        self._codes: dict[str, Right] = {}
        self._orphaned: set[str] = set()

    def find(self, value: str) -> Token | None:
        """An access token, expired or not."""
        return self._access.get(value)

    def expired(self, token: Token) -> bool:
        """Whether the token's hour is over."""
        return token.expires_at is not None and self._now() >= token.expires_at

    def outsider(self, member_id: str) -> Token:
        """The outsider's administrator token of a portal: all scopes, for ever."""
        token = Token(made_up("outsider", member_id) * 2, member_id, 1, OUTSIDER_ID, None, None)
        self._access[token.value] = token
        return token

    def issue(self, member_id: str, user_id: int) -> Pair:
        """A new pair for Ponte's application."""
        now = self._now()
        access = Token(_fresh(), member_id, user_id, CLIENT_ID, frozenset(SCOPES), now + ACCESS_S)
        refresh = _fresh()
        self._access[access.value] = access
        self._refresh[refresh] = Right(member_id, user_id, now + REFRESH_S)
        return Pair(access, refresh)

    def code(self, member_id: str, user_id: int) -> str:
        """A fresh authorisation code."""
        code = _fresh()
        self._codes[code] = Right(member_id, user_id, self._now() + CODE_S)
        return code

    def take_code(self, code: str) -> Right | None:
        """Use up a code; None if it is unknown, used, or too old."""
        return self._valid(self._codes.pop(code, None))

    def take_refresh(self, refresh: str) -> Right | None:
        """Use up a refresh token; None if it is unknown, used, or too old."""
        return self._valid(self._refresh.pop(refresh, None))

    def refresh_right(self, refresh: str) -> Right | None:
        """Whose refresh token this is, without using it up."""
        return self._refresh.get(refresh)

    def code_right(self, code: str) -> Right | None:
        """Whose code this is, without using it up."""
        return self._codes.get(code)

    def revoke(self, member_id: str) -> None:
        """Uninstalled: every token of Ponte's application at this portal stops."""
        self._access = {
            value: token
            for value, token in self._access.items()
            if token.member_id != member_id or token.outsider
        }
        gone = {key for key, right in self._refresh.items() if right.member_id == member_id}
        self._orphaned |= gone
        self._refresh = {key: right for key, right in self._refresh.items() if key not in gone}

    def orphaned(self, refresh: str) -> bool:
        """Whether the refresh token belonged to an application that was uninstalled."""
        return refresh in self._orphaned

    def clear(self) -> None:
        """Forget everything."""
        self._access.clear()
        self._refresh.clear()
        self._codes.clear()
        self._orphaned.clear()

    def _valid(self, right: Right | None) -> Right | None:
        return right if right is not None and self._now() < right.expires_at else None
