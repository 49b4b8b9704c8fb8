"""Idempotency keys: the same key and parameters get the same answer, other parameters an error."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from sandbox.core.clock import Clock
from sandbox.core.http import Answer, Request
from sandbox.stripe.errors import StripeError

KEPT_S = 86_400.0
"""Stripe forgets a key after a day at the earliest."""


class _Kept(msgspec.Struct):
    """A key's first request and its answer, None while it is being carried out."""

    print: str
    until: float
    answer: Answer | None = None


class Replays:
    """What was answered to each key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def clear(self) -> None:
        """Forget all keys."""
        self._kept.clear()

    def begin(self, key: str, request: Request) -> Answer | None:
        """The answer that this key got before; None if the request is to be carried out.

        StripeError `idempotency_error` for other parameters, 409 while the first request is under way.
        """
        kept = self._kept.get(key)
        if kept is None or kept.until <= self._clock.now():
            self._kept[key] = _Kept(_print(request), self._clock.now() + KEPT_S)
            return None
        if kept.print != _print(request):
            raise StripeError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first "
                f"used with. Try using a key other than '{key}' if you meant to execute a different request.",
            )
        if kept.answer is None:
            raise StripeError(
                409,
                "idempotency_error",
                f"There is currently another in-progress request using this Idempotent Key: {key}",
                code="idempotency_key_in_use",
            )
        return kept.answer

    def end(self, key: str, answer: Answer | None) -> None:
        """Keep what was answered, or forget the key of a request that was refused unseen (None)."""
        if answer is None:
            self._kept.pop(key, None)
        elif key in self._kept:
            self._kept[key].answer = answer


def _print(request: Request) -> str:
    return sha256(f"{request.http_method} {request.path} ".encode() + request.body).hexdigest()
