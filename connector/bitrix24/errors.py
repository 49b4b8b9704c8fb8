"""Bitrix24's refusals in Ponte's words. Source: facts of the vendor's system errors and its texts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

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

EXPIRED_TOKEN = "expired_token"  # noqa: S105
QUERY_LIMIT = "QUERY_LIMIT_EXCEEDED"
OPERATION_TIME_LIMIT = "OPERATION_TIME_LIMIT"

#: How long a portal is left alone after it was blocked by hand, or says that it is closed.
BLOCKED = timedelta(minutes=30)
#: How long a refused method waits when nobody said until when.
UNTOLD = timedelta(seconds=60)

_STATES = {
    EXPIRED_TOKEN: ConnectionState.NEEDS_RECONNECT,
    "invalid_token": ConnectionState.NEEDS_RECONNECT,
    "NO_AUTH_FOUND": ConnectionState.NEEDS_RECONNECT,
    "INVALID_CREDENTIALS": ConnectionState.NEEDS_RECONNECT,
    "ACCESS_DENIED": ConnectionState.NEEDS_RECONNECT,
    "user_access_error": ConnectionState.NEEDS_RECONNECT,
    "insufficient_scope": ConnectionState.SCOPE_MISSING,
    "PORTAL_DELETED": ConnectionState.NEEDS_RECONNECT,
}
_TRANSIENT = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER", "INTERNAL"})
#: Catalogue codes of "access denied": the connection's administrator lost his rights.
_DENIED_CODE = re.compile(r"2000403000\d\d")
_DENIED_TEXT = re.compile(r"\Aaccess denied\W*\Z", re.IGNORECASE)
_GONE_TEXT = re.compile(r"\b(does not exist|is not exists|not exists|not found|não encontrad)", re.IGNORECASE)
#: Only these name one record; elsewhere "not found" speaks of a section, a property, a parent.
_ABOUT_ONE = (".update", ".get", ".delete")
#: The CRM's own codes for a deal that is gone, whose texts come in the portal's language. `NOT_FOUND` is also
#: said of a kind of record that does not exist, but deals, contacts and companies always do (source:
#: `crm/lib/controller/errorcode.php`, documents of `crm.item.*` and `crm.timeline.comment.add`).
_OWNER_GONE = "OWNER_NOT_FOUND"
_GONE_CODE, _COMMENTED = "NOT_FOUND", "crm.timeline.comment.add"
_LINE_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_CLOUD = re.compile(r"://[^/]+\.bitrix24\.[a-z.]+/", re.IGNORECASE)


class Failure(msgspec.Struct, frozen=True):
    """The vendor's own words; `code` may be a number, 0 or empty."""

    error: Any = ""
    error_description: Any = ""

    @property
    def code(self) -> str:
        """The code as text, empty when the text is all there is."""
        return "" if self.error in (0, "0", None) else str(self.error)

    @property
    def text(self) -> str:
        """What to show a person; the CRM ends its sentences with a line break of HTML."""
        return _LINE_BREAK.sub(" ", str(self.error_description or self.error or "")).strip()


def of_reply(reply: Reply, method: str, endpoint: str) -> VendorError:
    """The error of an answer that is not a success (or claims to be one and is no JSON)."""
    if reply.broken is not None:
        return reply.broken
    if reply.is_json and (failure := _failure(reply.body)) is not None:
        return of_failure(failure, reply.status, method, reply.at, endpoint)
    return _of_status(reply)


def of_failure(failure: Failure, status: int, method: str, now: datetime, endpoint: str = "") -> VendorError:
    """The error that a failure's code and text mean; `status` 200 = a command inside a batch."""
    code, text = failure.code, failure.text
    match code:
        case "PORTAL_DELETED" if _CLOUD.search(endpoint):
            return Disconnected(text, state=ConnectionState.UNINSTALLED, code=code)
        case "QUERY_LIMIT_EXCEEDED":
            return Throttled(text, until=now + timedelta(seconds=1), code=code)
        case "OPERATION_TIME_LIMIT":
            return Throttled(text, until=now + UNTOLD, code=code)
        case "OVERLOAD_LIMIT":
            return Throttled(text, until=now + BLOCKED, code=code)
        case "ERROR_BATCH_LENGTH_EXCEEDED":
            return Transient(text, code=code, unknown=False)
    if code in _STATES:
        return Disconnected(text, state=_STATES[code], code=code)
    if code in _TRANSIENT or status >= 500:
        return Transient(text, code=code or str(status))
    if _DENIED_CODE.fullmatch(code) or (not code and _DENIED_TEXT.match(text)):
        return Disconnected(text, state=ConnectionState.NEEDS_RECONNECT, code=code or "access_denied")
    if status == 401:
        return Disconnected(text, state=ConnectionState.NEEDS_RECONNECT, code=code)
    if status == 429:
        return Throttled(text, until=now + UNTOLD, code=code)
    if _is_gone(code, text, method):
        return Gone(text, code=code)
    return Rejected(text or f"HTTP {status}", code=code)


def _is_gone(code: str, text: str, method: str) -> bool:
    """Whether the record that the method names does not exist (any more)."""
    about_one = method.endswith(_ABOUT_ONE)
    if code in (_OWNER_GONE, _GONE_CODE):
        return about_one or code == _OWNER_GONE or method == _COMMENTED
    return about_one and code != "ERROR_METHOD_NOT_FOUND" and _GONE_TEXT.search(text) is not None


def _of_status(reply: Reply) -> VendorError:
    """Answers without a vendor's error body: pages of proxies, redirects, half an answer."""
    text, code = f"HTTP {reply.status}, {reply.content_type or 'no content type'}", str(reply.status)
    if reply.status == 429:
        return Throttled(text, until=reply.at + UNTOLD, code=code)
    if reply.status in (400, 401, 403, 404, 405):
        # Not a word of the vendor's: a proxy or a portal being moved. It was not carried out.
        return Transient(text, code=code, unknown=False)
    return Transient(text, code=code)


def _failure(body: bytes) -> Failure | None:
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(raw, dict) or "error" not in raw:
        return None
    return Failure(raw["error"], raw.get("error_description", ""))
