"""The way between Ponte and the vendors, with a hand on it: answers retold, faults at a chosen command."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

Patch = dict[str, Any]


class Wire(httpx.AsyncBaseTransport):
    """Carries requests as they are, unless a test has said otherwise.

    The sandbox refuses orders that Bling's screens make (no contact, no items, IPI in the total): `retold`
    puts them into the answer of a GET. `before` runs once, ahead of the first request that has a word in its
    body. `spelt` puts other words into requests, for what the portal refuses and Ponte never sends.
    """

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)
        self.retold: dict[str, Patch] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.spelt: dict[str, str] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        for word in [one for one in self.before if one.encode() in body]:
            self.before.pop(word)()
        request = self._spelt(request, body)
        answer = await self._inner.handle_async_request(request)
        patch = next((one for path, one in self.retold.items() if request.url.path.endswith(path)), None)
        if patch is None or answer.status_code != httpx.codes.OK:
            return answer
        told = json.loads(await answer.aread())
        await answer.aclose()
        return httpx.Response(httpx.codes.OK, json={"data": told["data"] | patch}, request=request)

    def _spelt(self, request: httpx.Request, body: bytes) -> httpx.Request:
        words = [word for word in self.spelt if word.encode() in body]
        if not words:
            return request
        for word in words:
            body = body.replace(word.encode(), self.spelt[word].encode())
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return httpx.Request(request.method, request.url, headers=headers, content=body)

    async def aclose(self) -> None:
        await self._inner.aclose()
