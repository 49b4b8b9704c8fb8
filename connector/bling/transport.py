"""Calls to one Bling account: tokens, limits, errors and the call log. What is asked stands in `client`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import msgspec

from connector.bling import errors
from connector.bling.limits import AccountLimiter
from connector.domain.vendor import (
    CallObserver,
    Disconnected,
    Provider,
    Throttled,
    TokenSource,
    Transient,
    VendorError,
)
from connector.wire import Clock, Reply, call_of, send, utc_now

TIMEOUT_S = 20.0
#: Refusals for the second after which a request is given up.
SECOND_TRIES = 4

Query = Mapping[str, str | int | Sequence[str | int]]
#: Whether a request that may take so many seconds may still be sent.
Lasts = Callable[[float], bool]

#: Money keeps its digits.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def _always(_: float) -> bool:
    return True


class Answer(msgspec.Struct, frozen=True):
    """What a path answered: the whole body, numbers with a fraction as `Decimal`."""

    body: Any
    call_id: UUID


class Transport:
    """The way to one account. Raises only the errors of `connector.domain.vendor`."""

    def __init__(
        self,
        tokens: TokenSource,
        limiter: AccountLimiter,
        http: httpx.AsyncClient,
        observe: CallObserver,
        base_url: str,
        clock: Clock = utc_now,
    ) -> None:
        self._tokens = tokens
        self._limiter = limiter
        self._http = http
        self._observe = observe
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._decoder = msgspec.json.Decoder(float_hook=Decimal)

    async def get(self, path: str, query: Query | None = None) -> Answer:
        """GET a path such as `/produtos/1` when its turn has come."""
        return await self._call("GET", path, query or {}, None)

    async def write(
        self, verb: str, path: str, body: Mapping[str, Any] | None = None, *, lasts: Lasts = _always
    ) -> Answer:
        """POST, PATCH, PUT or DELETE once its turn has come; an answer without content has the body None.

        It is sent again only where Bling says that it did not begin (its limits, a token to renew); whatever
        else goes wrong is the caller's to look up: `Transient.unknown` says that it may have been carried
        out. `lasts(seconds)`: whether a request that may take so long may still be sent; else
        `Transient(code="lease_too_short")`.
        """
        return await self._call(verb, path, {}, body or {}, lasts)

    async def _call(
        self,
        verb: str,
        path: str,
        query: Query,
        body: Mapping[str, Any] | None,
        lasts: Lasts = _always,
    ) -> Answer:
        token, renewed = await self._tokens.token(), False
        crowded = 0
        while True:
            await self._limiter.turn()
            if not lasts(TIMEOUT_S):
                raise Transient("the lease is too short for a write", code="lease_too_short", unknown=False)
            reply = await self._send(verb, path, query, body, token)
            outcome = self._outcome(reply, path)
            self._observe(
                call_of(
                    reply,
                    Provider.BLING,
                    f"{verb} /{_resource(path)}",
                    _error(outcome),
                    request=_asked(path, query, body),
                )
            )
            await self._tell_limiter(reply)
            match outcome:
                case Answer():
                    return outcome
                case Disconnected(code=code) if code in errors.RENEWABLE and not renewed:
                    token, renewed = await self._tokens.renewed(token), True
                case Throttled(code=errors.SECOND) if crowded < SECOND_TRIES:
                    crowded += 1
                    await self._limiter.crowded()
                case Throttled(code=errors.ADDRESS):
                    await self._limiter.blocked()
                    raise outcome
                case Throttled(code=errors.DAY):
                    raise Throttled(outcome.text, until=await self._limiter.day_over(), code=errors.DAY)
                case _:
                    raise outcome

    async def _send(
        self, verb: str, path: str, query: Query, body: Mapping[str, Any] | None, token: str
    ) -> Reply:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json", "enable-jwt": "1"}
        parts: dict[str, Any] = {"params": query}
        if body is not None:
            headers["content-type"] = "application/json"
            parts["content"] = _ENCODER.encode(body)
        url = f"{self._base}/{path.lstrip('/')}"
        return await send(self._http, self._clock, verb, url, timeout=TIMEOUT_S, headers=headers, **parts)

    def _outcome(self, reply: Reply, path: str) -> Answer | VendorError:
        if reply.ok and not reply.body:
            return Answer(None, reply.call_id)
        if not (reply.ok and reply.is_json):
            return errors.of_reply(reply, path)
        try:
            return Answer(self._decoder.decode(reply.body), reply.call_id)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return Transient("unreadable answer", code="unreadable")

    async def _tell_limiter(self, reply: Reply) -> None:
        if reply.status >= 400:
            await self._limiter.failed()
        elif reply.ok:
            await self._limiter.passed()


def _error(outcome: Answer | VendorError) -> VendorError | None:
    return outcome if isinstance(outcome, VendorError) else None


def _resource(path: str) -> str:
    """The path without ids, as the call log groups it."""
    return "/".join("{id}" if part.isdecimal() else part for part in path.strip("/").split("/"))


def _asked(path: str, query: Query, body: Mapping[str, Any] | None) -> str:
    if body is not None:
        return f"{path} {_ENCODER.encode(body).decode()}"
    return f"{path}?{httpx.QueryParams(query)}" if query else path
