"""Stripe's refusals: one envelope, a type, mostly a code, the parameter at fault."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.core.faults import Fault
from sandbox.core.http import Answer


class StripeError(Exception):
    """A refusal with its HTTP status and the body's `error` object."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind}
        self.error |= {name: value for name, value in more.items() if value is not None}
        if code := self.error.get("code"):
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{str(code).replace('_', '-')}"

    def answer(self) -> Answer:
        """As it leaves."""
        return Answer(self.status, msgspec.json.encode({"error": self.error}))


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """400 `invalid_request_error`."""
    return StripeError(400, "invalid_request_error", message, param=param, code=code)


def no_such(kind: str, object_id: str, param: str = "id") -> StripeError:
    """`resource_missing`: 404 for the id of the path, 400 for one in a parameter."""
    message = f"No such {kind.replace('_', ' ')}: '{object_id}'"
    status = 404 if param == "id" else 400
    return StripeError(status, "invalid_request_error", message, code="resource_missing", param=param)


def unknown_url(http_method: str, path: str) -> StripeError:
    """404 of a path or method that the API does not have."""
    message = f"Unrecognized request URL ({http_method}: {path}). See https://stripe.com/docs."
    return StripeError(404, "invalid_request_error", message)


def declined(decline_code: str, message: str, payment_intent: dict[str, Any] | None = None) -> StripeError:
    """402 `card_error`."""
    return StripeError(
        402,
        "card_error",
        message,
        code="card_declined",
        decline_code=decline_code,
        payment_intent=payment_intent,
    )


_ORDERED = {
    400: ("invalid_request_error", None, "The request was unacceptable."),
    401: ("invalid_request_error", None, "Invalid API Key provided."),
    402: ("card_error", "card_declined", "Your card was declined."),
    403: ("invalid_request_error", None, "The provided key does not have access to this account."),
    404: ("invalid_request_error", "resource_missing", "No such object."),
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now."),
    424: ("api_error", None, "An external dependency failed."),
    429: ("invalid_request_error", "rate_limit", "Request rate limit exceeded."),
}
_STATUS_OF = {"rate_limit": 429, "lock_timeout": 409, "card_declined": 402, "resource_missing": 404}


def ordered_fault(fault: Fault) -> Answer | None:
    """The answer that a fault orders in place of carrying out, None if it orders none. `error` is a code."""
    if fault.status is None and fault.error is None:
        return None
    status = fault.status or _STATUS_OF.get(fault.error or "", 500)
    kind, code, message = _ORDERED.get(status, ("api_error", None, "Sorry! There was an error."))
    return StripeError(status, kind, message, code=fault.error or code).answer()
