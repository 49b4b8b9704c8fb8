"""A portal's REST door: who calls, may he, within which limits, and the envelope of the answer."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from sandbox.bitrix24 import batch
from sandbox.bitrix24.errors import (
    RestError,
    expired_token,
    insufficient_scope,
    method_not_found,
    no_auth,
    operation_time_limit,
    portal_deleted,
    query_limit,
)
from sandbox.bitrix24.faults import ordered_fault
from sandbox.bitrix24.limits import LeakyBuckets, Operating, OperatingTimes
from sandbox.bitrix24.phpquery import listed, parse_str
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.query import Listed
from sandbox.bitrix24.registry import METHODS, Call
from sandbox.bitrix24.tokens import Token, Tokens
from sandbox.bitrix24.values import iso_second, text
from sandbox.core.faults import Fault
from sandbox.core.http import Answer, Request
from sandbox.core.world import World

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder()


class RestDoor:
    """Answers `{portal}/rest/{method}` for all portals."""

    def __init__(self, world: World, tokens: Tokens) -> None:
        self._world = world
        self._tokens = tokens
        self._buckets = LeakyBuckets()
        self._operating = OperatingTimes()
        world.switches.on_enforce(self.forget)

    def forget(self) -> None:
        """Empty buckets and sums."""
        self._buckets.clear()
        self._operating.clear()

    async def answer(self, request: Request, portal: Portal, name: str) -> Answer:
        """One HTTP request, which becomes one row of the call log."""
        params = read_params(request)
        token = self._tokens.find(_auth(request, params))
        try:
            self._admit(request, portal)
            names = self._world.tenants.names(member_id=portal.member_id)
            fault = self._world.faults.take("bitrix24", names, name)
            answer = await self._with_fault(fault, portal, token, name, params)
        except RestError as refusal:
            answer = json_answer(refusal.body(), refusal.status)
        self._record(request, portal, token, name, params, answer.status)
        return answer

    def _admit(self, request: Request, portal: Portal) -> None:
        if portal.closed:
            raise portal_deleted()
        if self._limited(portal):
            now = self._world.clock.real()
            if not self._buckets.admit(portal.member_id, request.client, portal.plan.rate, now):
                raise query_limit()

    async def _with_fault(
        self, fault: Fault | None, portal: Portal, token: Token | None, name: str, params: dict[str, Any]
    ) -> Answer:
        if fault is None:
            return self._carry_out(portal, token, name, params)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        ordered = ordered_fault(fault)
        if ordered is not None:
            return ordered
        try:
            answer = self._carry_out(portal, token, name, params)
        except RestError as refusal:
            answer = json_answer(refusal.body(), refusal.status)
        return Answer(answer.status, answer.body, answer.content_type, lost=True) if fault.drop else answer

    def _carry_out(self, portal: Portal, token: Token | None, name: str, params: dict[str, Any]) -> Answer:
        holder = self._authorised(portal, token)
        for key in ("auth", "access_token"):
            params.pop(key, None)
        if name.lower() == "batch":
            return json_answer(self._batch(portal, holder, params))
        return json_answer(self._call(portal, holder, name, params))

    def _authorised(self, portal: Portal, token: Token | None) -> Token:
        if token is None or token.member_id != portal.member_id or token.user_id not in portal.users:
            raise no_auth()
        if self._tokens.expired(token):
            raise expired_token()
        return token

    def _batch(self, portal: Portal, token: Token, params: dict[str, Any]) -> dict[str, Any]:
        start = self._world.clock.real()
        # What a batch is sent with holds for its commands, as the token does (?).
        shared = {name: params[name] for name in ("auth_connector",) if name in params}
        result = batch.run_batch(params, lambda name, sent: self._call(portal, token, name, shared | sent))
        operating = self._operating.state(portal.member_id, token.app, "batch", start)
        return {"result": result, "time": time_block(start, self._world.clock.real(), operating)}

    def _call(self, portal: Portal, token: Token, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Carry one method out: the envelope of its answer."""
        known = METHODS.get(name.lower())
        if known is None:
            raise method_not_found()
        if not token.allows(known.scopes):
            raise insufficient_scope()
        start = self._world.clock.real()
        operating = self._book(portal, token.app, known.name, start)
        if known.admin and not portal.users[token.user_id].admin:
            raise known.denied
        result = known.carry(Call(portal, token, params, start))
        envelope: dict[str, Any] = {}
        if isinstance(result, Listed):
            envelope = {"result": result.result, "next": result.next, "total": result.total}
            envelope = {key: value for key, value in envelope.items() if value is not None}
        else:
            envelope["result"] = [] if result == {} else result
        envelope["time"] = time_block(start, self._world.clock.real(), operating)
        return envelope

    def _book(self, portal: Portal, app: str, name: str, now: float) -> Operating:
        """Count a call's operating time; RestError if its method has none left."""
        if not self._limited(portal):
            return Operating(0.0, int(now) + 600)
        if self._operating.exhausted(portal.member_id, app, name, now):
            raise operation_time_limit()
        return self._operating.book(portal.member_id, app, name, self._world.switches.operating_cost_s, now)

    def _limited(self, portal: Portal) -> bool:
        return self._world.switches.enforce and not portal.plan.self_hosted

    def _record(
        self,
        request: Request,
        portal: Portal,
        token: Token | None,
        name: str,
        params: dict[str, Any],
        status: int,
    ) -> None:
        inner = list(batch.commands(params).values()) if name.lower() == "batch" else None
        self._world.calls.record(
            provider="bitrix24",
            http_method=request.http_method,
            method=name,
            path="/bitrix24" + request.path,
            status=status,
            tenant=portal.member_id,
            outsider=token is not None and token.outsider,
            commands=inner,
        )


def read_params(request: Request) -> dict[str, Any]:
    """Parameters of the query and, over them, of the body: JSON, or a form as PHP reads it."""
    params: dict[str, Any] = listed_map(request.query_string)
    if not request.body:
        return params
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = _DECODER.decode(request.body)
        except (msgspec.DecodeError, RecursionError):
            body = None
        return params | body if isinstance(body, dict) else params
    return params | listed_map(request.body.decode("utf-8", "replace"))


def listed_map(query: str) -> dict[str, Any]:
    """The parameters of a query string; lists where PHP would print lists, the whole stays a map."""
    return {name: listed(value) for name, value in parse_str(query).items()}


def time_block(start: float, finish: float, operating: Operating) -> dict[str, Any]:
    """`time` of an answer."""
    return {
        "start": start,
        "finish": finish,
        "duration": finish - start,
        "processing": finish - start,
        "date_start": iso_second(int(start)),
        "date_finish": iso_second(int(finish)),
        "operating_reset_at": operating.operating_reset_at,
        "operating": operating.operating,
    }


def json_answer(body: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, _ENCODER.encode(body), "application/json; charset=utf-8")


def _auth(request: Request, params: dict[str, Any]) -> str:
    sent = params.get("auth") or params.get("access_token")
    if sent:
        return text(sent)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" else ""
