"""Calls to one portal: tokens, limits, errors and the call log; batches are built on it by `packer`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx
import msgspec

from connector.bitrix24 import errors
from connector.bitrix24.limits import PortalLimiter
from connector.domain.vendor import (
    CallObserver,
    Disconnected,
    Provider,
    Throttled,
    TokenSource,
    VendorError,
)
from connector.wire import LOGGED, Clock, Reply, call_of, send, utc_now

#: Seconds after which a request counts as lost.
TIMEOUT_S = 20.0
#: Refusals by the bucket after which a request is given up.
QUERY_LIMIT_TRIES = 5

#: Names our calls: the portal keeps what they change out of the queue of events bound under this name.
CONNECTOR = "ponte"

_JSON = {"content-type": "application/json"}
_ENCODER = msgspec.json.Encoder(decimal_format="number")

Decoded = TypeVar("Decoded")
Note = Callable[[Reply, VendorError | None], None]


class Portal(msgspec.Struct, frozen=True):
    """Where a tenant's Bitrix24 is; `client_endpoint` as the authorisation server told it."""

    client_endpoint: str
    member_id: str


class Time(msgspec.Struct, frozen=True):
    """The part of an answer's `time` that matters: seconds, and unix seconds."""

    operating: float = 0.0
    operating_reset_at: float = 0.0
    duration: float = 0.0


class Answer(msgspec.Struct, frozen=True):
    """What a method answered; numbers with a fraction are `Decimal`."""

    result: Any
    total: int | None
    next: int | None
    operating: float
    operating_reset_at: float
    call_id: UUID


class Envelope(msgspec.Struct, frozen=True):
    """Every answer's frame."""

    result: Any
    total: int | None = None
    next: int | None = None
    time: Time = Time()


class Bitrix24:
    """One portal. Raises only the errors of `connector.domain.vendor`."""

    def __init__(
        self,
        portal: Portal,
        tokens: TokenSource,
        limiter: PortalLimiter,
        http: httpx.AsyncClient,
        observe: CallObserver,
        clock: Clock = utc_now,
    ) -> None:
        self.portal = portal
        self.limiter = limiter
        self.observe = observe
        self.clock = clock
        self._tokens = tokens
        self._http = http
        self._urls: dict[str, httpx.URL] = {}
        self._decoder = msgspec.json.Decoder(Envelope, strict=False, float_hook=Decimal)

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = TIMEOUT_S) -> Answer:
        """Call a method when its turn has come and give its answer."""
        self.check_paused(method)
        await self.limiter.slot()
        return await self.call_now(method, params, timeout=timeout, may_send=_always)

    async def call_now(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        timeout: float,
        may_send: Callable[[], None],
        sent: list[UUID] | None = None,
    ) -> Answer:
        """As `call`, with a place in the queue already taken.

        `may_send` raises to forbid each sending; `sent` collects the ids of the calls, also of refused ones.
        """
        asked = _ENCODER.encode(params)[:LOGGED].decode("utf-8", "replace")
        booked: dict[str, int] = {}

        def note(reply: Reply, error: VendorError | None) -> None:
            call = call_of(reply, Provider.BITRIX24, method, error, request=asked, operating=booked)
            self.observe(call)
            if sent is not None:
                sent.append(call.id)

        def decode(reply: Reply) -> Answer:
            envelope = self._decoder.decode(reply.body)
            took = self.told(method, [envelope.time.operating], envelope.time.operating_reset_at)
            booked[method] = round(took * 1000)
            time = envelope.time
            return Answer(
                envelope.result,
                envelope.total,
                envelope.next,
                time.operating,
                time.operating_reset_at,
                reply.call_id,
            )

        return await self.exchange(method, params, decode, note, timeout=timeout, may_send=may_send)

    async def exchange(
        self,
        method: str,
        body: Mapping[str, Any],
        decode: Callable[[Reply], Decoded],
        note: Note,
        *,
        timeout: float,
        may_send: Callable[[], None],
    ) -> Decoded:
        """Send until there is an answer that is not a refusal by the bucket or of an expired token.

        A place in the queue has been taken for the first request; each further one takes its own. Every
        request is noted. The body must be `auth`-free: the token is added here.
        """
        token, renewed = await self._tokens.token(), False
        tries = 0
        while True:
            may_send()
            reply = await self._post(method, body, token, timeout)
            outcome = self._outcome(reply, method, decode)
            note(reply, outcome if isinstance(outcome, VendorError) else None)
            match outcome:
                case Disconnected(code=errors.EXPIRED_TOKEN) if not renewed:
                    token, renewed = await self._tokens.renewed(token), True
                case Throttled(code=errors.QUERY_LIMIT) if tries < QUERY_LIMIT_TRIES:
                    tries += 1
                    await self.limiter.full()
                case VendorError():
                    raise self._refined(outcome, method)
                case _:
                    return outcome
            await self.limiter.slot()

    def now(self) -> float:
        """The time in unix seconds."""
        return self.clock().timestamp()

    def told(self, method: str, sums: list[float], reset_at: float) -> float:
        """Remember the operating sums of an answer; seconds that its commands took."""
        return self.limiter.operating.told(method, sums, reset_at, self.now()) if reset_at else 0.0

    def check_paused(self, method: str) -> None:
        """Raise `Throttled` while the method's operating time is used up."""
        until = self.limiter.operating.paused_until(method, self.now())
        if until:
            raise self.throttled(until)

    def throttled(self, until: float) -> Throttled:
        """What a caller of a paused method gets."""
        when = datetime.fromtimestamp(until, UTC)
        return Throttled("operating time used up", until=when, code=errors.OPERATION_TIME_LIMIT)

    async def _post(self, method: str, body: Mapping[str, Any], token: str, timeout: float) -> Reply:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = httpx.URL(f"{self.portal.client_endpoint.rstrip('/')}/{method}.json")
        content = _ENCODER.encode({**body, "auth": token, "auth_connector": CONNECTOR})
        return await send(
            self._http, self.clock, "POST", url, timeout=timeout, content=content, headers=_JSON
        )

    def _outcome(
        self, reply: Reply, method: str, decode: Callable[[Reply], Decoded]
    ) -> Decoded | VendorError:
        if not (reply.ok and reply.is_json):
            return errors.of_reply(reply, method, self.portal.client_endpoint)
        try:
            return decode(reply)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            # An error body with status 200, or JSON that broke off.
            return errors.of_reply(reply, method, self.portal.client_endpoint)

    def _refined(self, error: VendorError, method: str) -> VendorError:
        if isinstance(error, Throttled) and error.code == errors.OPERATION_TIME_LIMIT:
            return self.throttled(self.limiter.operating.refused(method, self.now()))
        return error


def _always() -> None:
    return None
