"""A gate on the way to the vendors: whoever comes to it stands there until the test opens it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

import httpx

from tests.support.house import House
from tests.support.waiting import PATIENCE_S

Shuts = Callable[[httpx.Request], bool]


class Gate(httpx.AsyncBaseTransport):
    """Lets pass what it does not shut out; counts who came."""

    def __init__(self, behind: httpx.AsyncBaseTransport, shuts: Shuts) -> None:
        self._behind, self._shuts = behind, shuts
        self._opened, self._came = asyncio.Event(), asyncio.Condition()
        self.waiting = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._shuts(request) and not self._opened.is_set():
            async with self._came:
                self.waiting += 1
                self._came.notify_all()
            await self._opened.wait()
        return await self._behind.handle_async_request(request)

    async def reached(self, by: int = 1) -> None:
        """Return once so many requests stand there."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: self.waiting >= by)

    def open(self) -> None:
        """From now on everybody passes."""
        self._opened.set()


def gate_of(house: House, shuts: Shuts) -> Gate:
    """Put a gate on the house's way to both vendors."""
    gate = Gate(httpx.AsyncHTTPTransport(), shuts)
    client = httpx.AsyncClient(transport=gate, timeout=30)
    house.engine = dataclasses.replace(house.engine, http=client)
    return gate


def lists(request: httpx.Request) -> bool:
    """A page of Bling's list of products, whatever it is filtered by."""
    return request.url.path.endswith("/produtos") and "idsProdutos[]" not in request.url.params


def reads(request: httpx.Request) -> bool:
    """A read of many products of Bling by their ids."""
    return len(request.url.params.get_list("idsProdutos[]")) > 1


def writes(request: httpx.Request) -> bool:
    """A request to Bitrix24 that makes products."""
    return b"catalog.product.add" in request.content
