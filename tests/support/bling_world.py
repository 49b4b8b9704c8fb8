"""Bling's side of the sandbox without a process: for unit tests of what it answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec

from sandbox.bling.app import Doors
from sandbox.bling.state import BlingState
from sandbox.core.clock import Clock
from sandbox.core.http import Answer, Request
from sandbox.core.world import World, WorldKind

SIMPLE = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 10.5}
"""The least that `POST /produtos` takes, and a price."""


class HandClock(Clock):
    """A clock whose real time a test sets."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        super().__init__()
        self.time = start

    def real(self) -> float:
        """The time that was set last."""
        return self.time

    def now(self) -> float:
        """The same, moved by `advance`."""
        return self.time + self.offset


class BlingWorld:
    """A bare world with Bling alone; limits are off unless a test wants them."""

    def __init__(self, *, limits: bool = False, kind: WorldKind = WorldKind.BARE) -> None:
        self.world = World(base_url="http://sandbox.test", app_url="http://app.test", kind=kind)
        self.clock = self.world.clock = HandClock()
        self.world.bling = BlingState(self.world)
        self.world.switches.set_enforce(limits)
        self.company = next(iter(self.world.bling.companies.values()))
        self.token = self.world.bling.outsider_tokens[self.company.id]
        self._doors = Doors(self.world)

    async def answer(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        token: str | None = None,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request to `/bling/Api/v3/{path}` with the outsider's token, or another."""
        sent = {"authorization": f"Bearer {token or self.token}"} | (headers or {})
        body = urlencode(form).encode() if form is not None else b""
        return await self.raw(method, f"/Api/v3/{path}", msgspec.json.encode(json) if json else body, sent)

    async def raw(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """A request with these very bytes; `path` follows `/bling`."""
        sent = {"authorization": f"Bearer {self.token}"} | (headers or {})
        where, _, query = path.partition("?")
        scope: Any = {
            "type": "http",
            "method": method,
            "path": where,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("10.0.0.1", 1),
        }
        return await self._doors.answer(Request(scope, body))

    async def follow(self, link: str) -> int:
        """The status of a link into `/bling`."""
        return (await self.raw("GET", link.removeprefix("http://sandbox.test/bling"), b"")).status

    async def call(self, method: str, path: str, json: object = None, **more: Any) -> tuple[int, Any]:
        """The same: status and decoded body, None if it is empty."""
        answer = await self.answer(method, path, json, **more)
        return answer.status, msgspec.json.decode(answer.body) if answer.body else None

    async def create(self, **fields: object) -> int:
        """A product; its id."""
        status, body = await self.call("POST", "produtos", SIMPLE | fields)
        assert status == 201, body
        return int(body["data"]["id"])

    async def rows(self, path: str) -> list[dict[str, Any]]:
        """The `data` of a list call."""
        status, body = await self.call("GET", path)
        assert status == 200, body
        return list(body["data"])
