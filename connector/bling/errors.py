"""Bling's refusals in Ponte's words. Source: Bling's error page (facts of Bling, errors and limits)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Gone,
    Rejected,
    Throttled,
    Transient,
    VendorError,
)
from connector.wire import Reply

#: An access token that a renewal may mend.
RENEWABLE = frozenset({"invalid_token", "UNAUTHENTICATED"})
SECOND, DAY, ADDRESS = "limit_second", "limit_day", "limit_address"

#: An address that went too far is left out for ten minutes (an hour after too many token calls): so often is
#: tried whether that is over.
ADDRESS_BLOCK = timedelta(minutes=10)

_BRAZIL = ZoneInfo("America/Sao_Paulo")
_BLOCKED = re.compile(r"\bip\b.*bloque|bloque.*\bip\b", re.IGNORECASE)


class Failure(msgspec.Struct, frozen=True):
    """What stands inside `error`."""

    type: str = ""
    message: str = ""
    description: str = ""
    period: str = ""
    #: `code` of the first (deepest) field, "" when there is none; such as 3, 22, 50 for orders.
    field_code: str = ""
    #: The fields' texts, deepest first, joined.
    fields: str = ""

    @property
    def text(self) -> str:
        """What to show a person: the fields' texts, because those above say nothing."""
        return self.fields or self.description or self.message or self.type


def of_reply(reply: Reply, path: str) -> VendorError:
    """The error of an answer that is not a success, or claims to be one and is no JSON."""
    if reply.broken is not None:
        return reply.broken
    failure = failure_in(reply)
    if failure is None:
        return _of_status(reply)
    return _of_failure(failure, reply, path)


def failure_in(reply: Reply) -> Failure | None:
    """The vendor's own error body, None when the answer is something else."""
    if not reply.is_json:
        return None
    try:
        body = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    fields = list(_fields(error.get("fields"), 0))
    fields.sort(key=lambda one: -one[0])
    texts = dict.fromkeys(text for _, _, text in fields if text)
    words = {name: str(error.get(name) or "") for name in ("type", "message", "description", "period")}
    return Failure(**words, field_code=fields[0][1] if fields else "", fields="; ".join(texts))


def next_day(now: datetime) -> datetime:
    """When the daily limit may have turned (?): 00:05 tomorrow in São Paulo."""
    tomorrow = now.astimezone(_BRAZIL).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, 0, 5, tzinfo=_BRAZIL).astimezone(now.tzinfo)


def today(now: datetime) -> str:
    """The day that the daily limit counts for."""
    return now.astimezone(_BRAZIL).date().isoformat()


def _of_failure(failure: Failure, reply: Reply, path: str) -> VendorError:
    text, kind = failure.text, failure.type
    match reply.status:
        case 403 | 429 if _BLOCKED.search(text) or (reply.status == 429 and not failure.period):
            return Throttled(text, until=reply.at + ADDRESS_BLOCK, code=ADDRESS)
        case 429 if failure.period == "day":
            return Throttled(text, until=next_day(reply.at), code=DAY)
        case 429:
            return Throttled(text, until=reply.at + timedelta(seconds=2), code=SECOND)
        case 401 if "inativa" in f"{failure.message} {text}".lower():
            return Disconnected(text, state=ConnectionState.INACTIVE, code=kind)
        case 401:
            return Disconnected(text, state=ConnectionState.NEEDS_RECONNECT, code=kind)
        case 403:
            resource = path.strip("/").split("/", 1)[0]
            missing = f"{resource}: {text}"
            return Disconnected(missing, state=ConnectionState.SCOPE_MISSING, code=kind)
        case 404:
            return Gone(text, code=kind)
        case 408 | 425:
            return Transient(text, code=kind)
        case 501:
            return Rejected(text, code=kind)
        case status if status >= 500:
            return Transient(text, code=kind or str(status))
    return Rejected(text, code=failure.field_code or kind)


def _of_status(reply: Reply) -> VendorError:
    """Answers without Bling's error body: pages of proxies, half an answer."""
    text, code = f"HTTP {reply.status}, {reply.content_type or 'no content type'}", str(reply.status)
    if reply.status in (403, 429):
        # Maybe a blocked address, whose answer is not documented; not certain enough to stop everybody.
        return Throttled(text, until=reply.at + ADDRESS_BLOCK, code=code)
    return Transient(text, code=code, unknown=reply.ok or reply.status >= 500)


def _fields(fields: Any, depth: int) -> Iterator[tuple[int, str, str]]:
    """Every field as (depth, code, text); those in `collection` are deeper."""
    for field in fields if isinstance(fields, list) else ():
        if not isinstance(field, dict):
            continue
        element, text = str(field.get("element") or ""), str(field.get("msg") or "")
        yield depth, str(field.get("code") or ""), f"{element}: {text}" if element else text
        yield from _fields(field.get("collection"), depth + 1)
