"""A Bitrix24 that answers at once: what is left is Ponte's own work.

Answers are as long as the vendor's (its documentation's samples of `batch`, `catalog.product.add`,
`catalog.price.*`), so that reading them costs what it costs.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import httpx
import msgspec

REST_URL = "https://canned.invalid/rest/"

_STAMP = "2026-11-23T12:00:00+03:00"
_PRICE = {
    "catalogGroupId": 2,
    "currency": "BRL",
    "extraId": None,
    "price": 120.75,
    "productId": 1,
    "quantityFrom": None,
    "quantityTo": None,
    "timestampX": _STAMP,
}
_ELEMENT = {
    **{"active": "Y", "available": "Y", "bundle": "N", "canBuyZero": "Y", "code": "copo", "createdBy": 1},
    **{"dateActiveFrom": None, "dateActiveTo": None, "dateCreate": _STAMP, "detailPicture": None},
    **{"detailText": None, "detailTextType": "text", "height": None, "iblockId": 14, "iblockSectionId": None},
    **{"length": None, "measure": 5, "modifiedBy": 1, "name": "Copo do Bling", "previewPicture": None},
    **{"previewText": None, "previewTextType": "text", "purchasingCurrency": None, "purchasingPrice": None},
    **{"quantity": 0, "quantityReserved": 0, "quantityTrace": "N", "sort": 500, "subscribe": "Y"},
    **{"timestampX": _STAMP, "type": 1, "vatId": None, "vatIncluded": "N", "weight": None, "width": None},
    **{"xmlId": "COD-1", "property101": {"value": "16000000001", "valueId": "7"}},
}


class _Batch(msgspec.Struct):
    cmd: dict[str, str]


_DECODER = msgspec.json.Decoder(_Batch)
HEADERS = {"content-type": "application/json; charset=utf-8"}


class Canned:
    """Answers batches of creates, updates and prices."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._results: dict[str, Callable[[], object]] = {
            "catalog.product.list": lambda: {"products": []},
            "catalog.price.list": lambda: {"prices": []},
            "catalog.product.add": lambda: {"element": {"id": next(self._ids), **_ELEMENT}},
            "catalog.product.update": lambda: {"element": {"id": 1, **_ELEMENT}},
            "catalog.price.add": lambda: {"price": {"id": next(self._ids), **_PRICE}},
            "catalog.price.update": lambda: {"price": {"id": 1, **_PRICE}},
        }
        self._ready: dict[tuple[str, int], bytes] = {}

    def batch(self, body: bytes) -> bytes:
        """The answer of a batch; anything else is a mistake of the benchmark."""
        methods = [text.partition("?")[0] for text in _DECODER.decode(body).cmd.values()]
        return self._answer(methods)

    def _answer(self, methods: list[str]) -> bytes:
        """Nobody reads more of an update's answer than that it came, so one of each length does."""
        first = methods[0]
        if not first.endswith(".update") or methods.count(first) < len(methods):
            return self._made(methods)
        ready = self._ready.get((first, len(methods)))
        if ready is None:
            ready = self._ready[first, len(methods)] = self._made(methods)
        return ready

    def _made(self, methods: list[str]) -> bytes:
        keys = [f"c{number}" for number in range(len(methods))]
        return msgspec.json.encode(
            {
                "result": {
                    "result": {key: self._results[name]() for key, name in zip(keys, methods, strict=True)},
                    "result_error": [],
                    "result_total": [],
                    "result_next": [],
                    "result_time": dict(zip(keys, _times(), strict=False)),
                },
                "time": next(_times()),
            }
        )


class CannedBitrix24(httpx.AsyncBaseTransport):
    """The same as an HTTP transport of this process."""

    def __init__(self) -> None:
        self.canned = Canned()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a batch."""
        content = b"".join([part async for part in request.stream])  # type: ignore[union-attr]
        return httpx.Response(200, headers=HEADERS, content=self.canned.batch(content))


def _times() -> Iterator[dict[str, object]]:
    """What `result_time` tells of each command: hardly any operating time."""
    start = time.time()
    while True:
        yield {
            "start": start,
            "finish": start + 0.0001,
            "duration": 0.00010013580322265625,
            "processing": 0.00009799003601074219,
            "date_start": _STAMP,
            "date_finish": _STAMP,
            "operating_reset_at": int(start) + 600,
            "operating": 0.01,
        }
