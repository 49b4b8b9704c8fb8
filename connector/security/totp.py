"""One-time codes of an authenticator app (RFC 6238: SHA-1, 30 s, 6 digits, as every app knows them)."""

from __future__ import annotations

import base64
import hmac
import os
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_S = 30
DIGITS = 6
_SECRET_BYTES = 20
#: Phones' clocks go wrong, and people type slowly: the codes before and after the present one are taken too.
_NEIGHBOURS = (0, -1, 1)


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(os.urandom(_SECRET_BYTES)).decode()


def uri(secret: str, email: str) -> str:
    """What an app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(email, "Ponte")


def code_at(secret: str, moment: datetime) -> str:
    """The code that an app shows then."""
    return _code(_totp(secret), int(moment.timestamp()) // STEP_S)


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The step whose code this is; None if it is none of those that are taken at this moment."""
    totp, now = _totp(secret), int(moment.timestamp()) // STEP_S
    typed = "".join(code.split()).encode()
    for neighbour in _NEIGHBOURS:
        if hmac.compare_digest(_code(totp, now + neighbour).encode(), typed):
            return now + neighbour
    return None


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S)  # noqa: S303 - what the apps speak


def _code(totp: TOTP, step: int) -> str:
    return totp.generate(step * STEP_S).decode()
