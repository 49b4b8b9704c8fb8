"""`python -m sandbox --port P --app-url URL [--world demo|bare]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import sys

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from sandbox.app import build_world, create_app
from sandbox.core.world import WorldKind

HOST = "127.0.0.1"


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; says `{"ready": true, "port": P}` once it listens."""
    arguments = _arguments()
    port = _claim(arguments.port)
    uvloop.run(_serve(port, arguments.app_url, WorldKind(arguments.world)))


async def _serve(port: int, app_url: str, kind: WorldKind) -> None:
    world = build_world(base_url=f"http://{HOST}:{port}", app_url=app_url.rstrip("/"), kind=kind)
    server = Server(
        create_app(world),
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        backlog=1024,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, server.stop)
    serving = asyncio.create_task(server.serve())
    await _listening(port, serving)
    sys.stdout.write(json.dumps({"ready": True, "port": port}) + "\n")
    sys.stdout.flush()
    await serving


async def _listening(port: int, serving: asyncio.Task[None]) -> None:
    """Wait until the port answers; what the server died of is raised here."""
    while True:
        if serving.done():
            serving.result()
            raise SystemExit(f"the sandbox could not listen on port {port}")
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


def _claim(port: int) -> int:
    """The port to listen on, a free one for 0. The server itself would share a taken one silently."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise SystemExit(f"port {port} is taken") from None
        free: int = probe.getsockname()[1]
        return free


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--app-url", default="", help="where Ponte is reached")
    parser.add_argument("--world", choices=[kind.value for kind in WorldKind], default="bare")
    return parser.parse_args()


if __name__ == "__main__":
    main()
