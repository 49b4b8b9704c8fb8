"""Stripe's messages: who signed them, and what little of them is believed.

The body tells that something has changed and about whom. What has changed is asked from Stripe, for copies
come twice, late and in any order (Stripe's docs, webhooks).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from connector.security.signature import hmac_sha256_hex, same

#: How far the signature's time may be from the real one.
TOLERANCE = timedelta(seconds=300)
LONGEST_ID = 255

#: Types (their beginnings) that a licence may follow from.
_ABOUT_LICENCES = (
    "customer.subscription.",
    "customer.deleted",
    "checkout.session.",
    "invoice.",
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A message, as far as it is understood."""

    id: str
    type: str
    #: Whom it is about; None when it is about nobody.
    customer_id: str | None


class _Envelope(msgspec.Struct):
    id: str
    type: str
    data: dict[str, Any] = {}


_decoder = msgspec.json.Decoder(_Envelope)


def signature_ok(secret: str, body: bytes, header: str, now: datetime) -> bool:
    """Whether `Stripe-Signature: t=…,v1=…` is of this body, made within five minutes of the real time."""
    said = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in said if name == "t"]
    if not secret or len(times) != 1 or not _is_fresh(times[0], now):
        return False
    signed = hmac_sha256_hex(secret, times[0].encode() + b"." + body)
    return any(same(signed, value) for name, _, value in said if name == "v1")


def matters(type_: str) -> bool:
    """Whether a licence may follow from what events of this type are about."""
    return type_.startswith(_ABOUT_LICENCES)


def understand(body: bytes) -> Told | None:
    """What the message says; None when it is none of Stripe's events."""
    try:
        envelope = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    found = envelope.data.get("object")
    about = found if isinstance(found, dict) else {}
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(customer, dict):
        customer = customer.get("id")
    told = Told(
        id=envelope.id, type=envelope.type, customer_id=customer if isinstance(customer, str) else None
    )
    return told if _fits(told) else None


def _is_fresh(time: str, now: datetime) -> bool:
    if not (time.isascii() and time.isdigit()) or len(time) > 12:
        return False
    return abs(now.timestamp() - int(time)) <= TOLERANCE.total_seconds()


def _fits(told: Told) -> bool:
    """Names are short, and no text of Postgres holds a NUL."""
    texts = (told.id, told.type, told.customer_id or "")
    return bool(told.id) and all(len(text) <= LONGEST_ID and "\0" not in text for text in texts)
