"""Bling's webhooks: is it Bling's, what does it say, which record is it about.

Bodies are read tolerantly: a strange but rightly signed message is kept for the operator, never refused.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from connector.domain.events import Action, Kind

#: Longest `eventId` and `companyId` that we keep; Bling's own have 36 and 32 characters.
LONGEST_ID = 128
#: Ids are 64-bit.
_LARGEST = 2**63 - 1
#: Escapes that may spell a NUL or half a character.
_ESCAPED = re.compile(r"\\u(0000|d[89a-f])", re.IGNORECASE).search

_KINDS = {
    "product": Kind.PRODUCT,
    "order": Kind.ORDER,
    "invoice": Kind.SALE,
    "consumer_invoice": Kind.SALE,
    "stock": Kind.STOCK,
    "virtual_stock": Kind.STOCK,
}


class Envelope(msgspec.Struct, frozen=True):
    """A message's frame; `data` as received."""

    eventId: str
    event: str
    companyId: str
    date: str = ""
    version: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Unreadable(msgspec.Struct, frozen=True):
    """Rightly signed, but it cannot be a row: goes to quarantine with the reason."""

    reason: str


class Unsupported(msgspec.Struct, frozen=True):
    """A message that we understand and do not sync; `reason` is a word for the operator."""

    reason: str


class About(NamedTuple):
    """The record that a message is about."""

    kind: Kind
    action: Action
    bling_id: int


class Moment(NamedTuple):
    """When the change was, in UTC; `bare` = written without a zone, and read as UTC (?)."""

    at: datetime
    bare: bool


class _Reference(msgspec.Struct, frozen=True):
    id: int = 0


class _Ids(msgspec.Struct, frozen=True):
    id: int = 0
    produto: _Reference = _Reference()


_ENVELOPES = msgspec.json.Decoder(Envelope)
_IDS = msgspec.json.Decoder(_Ids, strict=False)


def signature(secret: str, raw_body: bytes) -> str:
    """What `X-Bling-Signature-256` has to be."""
    return f"sha256={hmac.digest(secret.encode(), raw_body, 'sha256').hex()}"


def signature_ok(secret: str, raw_body: bytes, header: str | bytes | None) -> bool:
    """Whether the header is the body's signature, in constant time; an empty secret signs nothing."""
    if not secret or not header:
        return False
    sent = header if isinstance(header, bytes) else header.encode("utf-8", "replace")
    return hmac.compare_digest(signature(secret, raw_body).encode(), sent.strip())


def decode(raw: bytes) -> Envelope | Unreadable:
    """Read the frame of a message."""
    try:
        text = raw.decode()
        envelope = _ENVELOPES.decode(raw)
        strange = _strange(envelope, text)
    except UnicodeDecodeError:
        return Unreadable("not_utf8")
    except RecursionError:
        return Unreadable("too_deep")
    except msgspec.ValidationError as error:
        return Unreadable(f"not_an_envelope: {error}")
    except msgspec.DecodeError:
        return Unreadable("not_json")
    return Unreadable(strange) if strange else envelope


def what(envelope: Envelope) -> About | Unsupported:
    """Which record the message is about; `Unsupported` for what does not sync or has no id."""
    resource, _, verb = envelope.event.partition(".")
    kind = _KINDS.get(resource)
    if kind is None:
        return Unsupported(f"resource {resource}")
    try:
        action = Action(verb)
        ids = _IDS.decode(envelope.data)
    except ValueError:
        return Unsupported(f"event {envelope.event}")
    except RecursionError:
        return Unsupported("too deep")
    if kind is Kind.STOCK:
        # The stock entry is gone or made, the product is not: its balance is to be read again.
        action = Action.UPDATED
    bling_id = ids.produto.id if kind is Kind.STOCK else ids.id
    return About(kind, action, bling_id) if 0 < bling_id <= _LARGEST else Unsupported("no id")


def moment(date: str) -> Moment | None:
    """Both forms of `date`: `2025-01-10T12:18:46Z` and `2025-01-10 12:18:46`; None for anything else."""
    try:
        read = datetime.fromisoformat(date)
        bare = read.tzinfo is None
        return Moment(read.replace(tzinfo=UTC) if bare else read.astimezone(UTC), bare)
    except (ValueError, OverflowError):
        return None


def _strange(envelope: Envelope, text: str) -> str:
    """Why a readable frame cannot become a row, "" if it can."""
    if _ESCAPED(text) and (reason := _strange_text(msgspec.json.decode(envelope.data), envelope)):
        return reason
    if not envelope.eventId or not envelope.companyId:
        return "no_event_id" if not envelope.eventId else "no_company_id"
    return "id_too_long" if max(len(envelope.eventId), len(envelope.companyId)) > LONGEST_ID else ""


def _strange_text(data: Any, envelope: Envelope) -> str:
    """Escapes may spell what no text column takes: NUL, and halves of a character."""
    for text in (envelope.eventId, envelope.event, envelope.companyId, envelope.date, *_texts(data)):
        if "\0" in text:
            return "nul"
        try:
            text.encode()
        except UnicodeEncodeError:
            return "lone_surrogate"
    return ""


def _texts(value: Any) -> list[str]:
    """All texts inside, without recursion of our own: the decoder has bounded the depth."""
    found: list[str] = []
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                found.append(text)
            case dict() as inner:
                found += inner.keys()
                left += inner.values()
            case list() as inner:
                left += inner
    return found
