"""Stripe's refusals in Ponte's words (package `stripe` 16.1, its error classes)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import stripe

from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Gone,
    Rejected,
    Throttled,
    Transient,
    VendorError,
)

#: Stripe says no time; its limits are per second.
PAUSE = timedelta(seconds=2)
MISSING = "resource_missing"
#: Our own: there is no such price, or it is none of ours.
NO_PRICE = "no_price"


@contextmanager
def told() -> Iterator[None]:
    """Raises what Stripe's package raises inside as a `VendorError`."""
    try:
        yield
    except stripe.StripeError as error:
        raise of_error(error, datetime.now(UTC)) from error


def of_error(error: stripe.StripeError, now: datetime) -> VendorError:
    """The error in one of the words that callers decide by."""
    text, code = error.user_message or type(error).__name__, error.code or ""
    match error:
        case stripe.APIConnectionError():
            return Transient(text, code="no_answer")
        case stripe.RateLimitError():
            return Throttled(text, until=now + PAUSE, code=code)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return Disconnected(text, state=ConnectionState.NEEDS_RECONNECT, code=code)
        case stripe.InvalidRequestError() if error.http_status == 404 or code == MISSING:
            return Gone(text, code=MISSING)
        case stripe.CardError() | stripe.InvalidRequestError() | stripe.IdempotencyError():
            return Rejected(text, code=code)
    status = error.http_status or 0
    if 400 <= status < 500 and status not in (408, 409):
        return Rejected(text, code=code)
    return Transient(text, code=code or str(status))
