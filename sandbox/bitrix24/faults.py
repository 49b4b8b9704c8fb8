"""Errors that a test orders, in the vendor's own words."""

from __future__ import annotations

import msgspec

from sandbox.bitrix24.errors import ERROR_TEXTS
from sandbox.core.faults import Fault
from sandbox.core.http import Answer

_BY_STATUS = {
    401: "expired_token",
    403: "insufficient_scope",
    404: "ERROR_METHOD_NOT_FOUND",
    429: "OPERATION_TIME_LIMIT",
    500: "INTERNAL_SERVER_ERROR",
    503: "QUERY_LIMIT_EXCEEDED",
}
_STATUS_OF = {
    "expired_token": 401,
    "NO_AUTH_FOUND": 401,
    "PAYMENT_REQUIRED": 402,
    "insufficient_scope": 403,
    "INVALID_CREDENTIALS": 403,
    "ACCESS_DENIED": 403,
    "user_access_error": 403,
    "OPERATION_TIME_LIMIT": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "ERROR_UNEXPECTED_ANSWER": 500,
    "PORTAL_DELETED": 500,
    "html": 502,
    "QUERY_LIMIT_EXCEEDED": 503,
    "OVERLOAD_LIMIT": 503,
}
_REASONS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
}


def ordered_fault(fault: Fault) -> Answer | None:
    """The answer that a fault orders in place of carrying out, None if it orders none.

    `error` "html", and a 502 or 504 without `error`, are a proxy's page.
    """
    if fault.status is None and fault.error is None:
        return None
    status = fault.status or _STATUS_OF.get(fault.error or "", 400)
    error = fault.error or _BY_STATUS.get(status, "html" if status > 500 else "INVALID_REQUEST")
    if error == "html":
        return html_page(status)
    body = {"error": error, "error_description": ERROR_TEXTS.get(error, error)}
    return Answer(status, msgspec.json.encode(body), "application/json; charset=utf-8")


def html_page(status: int) -> Answer:
    """What a proxy says when it has no JSON."""
    title = f"{status} {_REASONS.get(status, 'Error')}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, page.encode(), "text/html")
