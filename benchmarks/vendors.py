"""Both vendors as one HTTP server that answers at once: `python -m benchmarks.vendors PORT`.

Bitrix24's batches are answered as `benchmarks.canned` has them, each list of Bling with nothing in it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from granian import Granian
from granian.constants import Interfaces, Loops
from litestar.types import Receive, Scope, Send

from benchmarks.canned import HEADERS, Canned
from benchmarks.ground import Ground
from ponte.demo.programs import Program
from ponte.runtime.addresses import LOCALHOST, free_port
from server.bodies import read_body

_CANNED = Canned()
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

#: Seconds until the server answers, at the most.
_READY_S = 30


@asynccontextmanager
async def vendors(on: Ground) -> AsyncIterator[str]:
    """The server in a process of its own; its address."""
    port = free_port()
    address = f"http://{LOCALHOST}:{port}"
    program = Program("vendors", ("benchmarks.vendors", str(port)), on.folder / "vendors.log", {}, port)
    program.start()
    try:
        await asyncio.to_thread(program.wait_until_it_answers, address, _READY_S)
        yield address
    finally:
        program.stop()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request."""
    body = await read_body(receive)
    answer = _CANNED.batch(body) if scope["path"].endswith("/batch.json") else b'{"data": []}'
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": answer, "more_body": False})


if __name__ == "__main__":
    Granian(
        "benchmarks.vendors:application",
        address=LOCALHOST,
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        log_enabled=False,
    ).serve()
