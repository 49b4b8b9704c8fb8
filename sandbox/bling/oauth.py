"""Bling's authorisation server: codes of one minute, rotating refresh tokens, JWT-like access tokens."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256, sha512

import msgspec

from sandbox.bling import errors
from sandbox.core.clock import Clock

CLIENT_ID = "7c1f0f2b9a5d4e6c8b3a1d0e9f8c7b6a5d4e3f21"
CLIENT_SECRET = "b5c2a9d8e7f6a1b0c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
CODE_LIFE_S = 60.0
ACCESS_LIFE_S = 21_600
REFRESH_LIFE_S = 30 * 86_400.0

_HEADER = {"alg": "RS256", "typ": "JWT", "kid": "sandbox-2026-03"}


class Access(msgspec.Struct, frozen=True):
    """What a bearer token stands for; `expires` None never ends (the outsider's)."""

    company_id: str
    outsider: bool
    expires: float | None


class _Code(msgspec.Struct):
    company_id: str
    expires: float
    used: bool = False


class _Renewal(msgspec.Struct, frozen=True):
    company_id: str
    expires: float


class Pair(msgspec.Struct, frozen=True):
    """The answer of an exchange or a renewal."""

    access_token: str
    expires_in: int
    token_type: str
    scope: str
    refresh_token: str


class Authorisations:
    """Who may call in whose name. Lives on the sandbox's movable clock."""

    def __init__(self, clock: Clock, scope_ids: str) -> None:
        self._clock = clock
        self._scope_ids = scope_ids
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, Access] = {}
        self._renewals: dict[str, _Renewal] = {}
        self._outsiders: dict[str, Access] = {}
        self._owners: dict[str, str] = {}

    def clear(self) -> None:
        """Forget every grant except the outsider's tokens, which a test was given at the start."""
        self._codes.clear()
        self._access.clear()
        self._renewals.clear()
        self._owners.clear()

    def outsider_token(self, company_id: str) -> str:
        """A token of this company that is nobody's grant: same after every reset, never expires."""
        token = jwt_like(company_id, "outsider", sha256(f"outsider {company_id}".encode()).hexdigest())
        self._outsiders[token] = Access(company_id, outsider=True, expires=None)
        return token

    def grant_code(self, company_id: str) -> str:
        """A code as after a person's consent: one minute, one use."""
        code = secrets.token_hex(20)
        self._codes[code] = _Code(company_id, self._clock.now() + CODE_LIFE_S)
        self._owners[code] = company_id
        return code

    def owner_of(self, credential: str) -> str | None:
        """The company behind a code or token that was ever issued, whether or not it is still good."""
        return self._owners.get(credential)

    def exchange(self, code: str) -> Pair:
        """Tokens for a code; a code that comes twice revokes the user's whole access (facts §1)."""
        known = self._codes.get(code)
        if known is None:
            raise errors.error(
                "invalid_grant", "Authorization code doesn't exist or is invalid for the client"
            )
        if known.used:
            self.revoke_company(known.company_id)
            raise _used_twice()
        if known.expires < self._clock.now():
            raise errors.error("invalid_grant", "The authorization code has expired")
        known.used = True
        return self._issue(known.company_id)

    def renew(self, refresh_token: str) -> Pair:
        """A new pair for a refresh token, which is then worth nothing."""
        known = self._renewals.pop(refresh_token, None)
        if known is None:
            raise errors.error("invalid_grant", "Invalid refresh token")
        if known.expires < self._clock.now():
            raise errors.error("invalid_grant", "Refresh token has expired")
        return self._issue(known.company_id)

    def access(self, token: str) -> Access | None:
        """Whom this bearer token stands for, None if it is unknown or has expired."""
        found = self._outsiders.get(token) or self._access.get(token)
        if found is None or (found.expires is not None and found.expires < self._clock.now()):
            return None
        return found

    def authorised(self, company_id: str) -> bool:
        """Whether the company lets the app in: it holds a refresh token that still works."""
        now = self._clock.now()
        return any(r.company_id == company_id and r.expires >= now for r in self._renewals.values())

    def revoke_company(self, company_id: str) -> None:
        """End all of the app's access to this company."""
        self._access = {t: a for t, a in self._access.items() if a.company_id != company_id}
        self._renewals = {t: r for t, r in self._renewals.items() if r.company_id != company_id}

    def revoke_token(self, token: str) -> str | None:
        """End one access or refresh token; answers whose it was."""
        gone = self._access.pop(token, None) or self._renewals.pop(token, None)
        return gone.company_id if gone else None

    def kill_access(self, token: str) -> None:
        """End an access token alone, as the homologation does on purpose."""
        self._access.pop(token, None)

    def _issue(self, company_id: str) -> Pair:
        access = jwt_like(company_id, "app", secrets.token_hex(32))
        refresh = secrets.token_hex(20)
        now = self._clock.now()
        self._access[access] = Access(company_id, outsider=False, expires=now + ACCESS_LIFE_S)
        self._renewals[refresh] = _Renewal(company_id, now + REFRESH_LIFE_S)
        self._owners[access] = self._owners[refresh] = company_id
        return Pair(access, ACCESS_LIFE_S, "bearer", self._scope_ids, refresh)


def credentials_match(client_id: str, client_secret: str) -> bool:
    """Whether these are the registered app's."""
    return hmac.compare_digest(client_id.encode(), CLIENT_ID.encode()) and hmac.compare_digest(
        client_secret.encode(), CLIENT_SECRET.encode()
    )


def jwt_like(company_id: str, subject: str, seed: str) -> str:
    """A token of a real one's form and length (1,500 to 3,000 characters); only `seed` makes it unique."""
    claims = {
        "iss": "https://sandbox.invalid",
        "sub": subject,
        "company": company_id,
        "jti": seed,
        "ctx": _stretch(seed, 16),
    }
    signature = b"".join(sha512(f"{seed} {n}".encode()).digest() for n in range(4))
    return ".".join(_part(part) for part in (_json(_HEADER), _json(claims), signature))


def _stretch(seed: str, pieces: int) -> str:
    return "".join(sha256(f"{n} {seed}".encode()).hexdigest() for n in range(pieces))


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _used_twice() -> errors.BlingError:
    refusal = errors.error(
        "VALIDATION_ERROR",
        "This authorization code has already been used, for security reasons the user has been revoked.",
    )
    refusal.error["message"] = "Invalid authorization code"
    return refusal
