"""Our own programs as supervised processes: the sandbox, the server, the worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from ponte.runtime.addresses import wait_until_free
from ponte.runtime.child import Child, Command, Patience

PORT_FREED_SECONDS = 5.0


class Program:
    """`python -m …` with an environment of its own; it listens on `port` if it has one."""

    def __init__(
        self,
        name: str,
        arguments: tuple[str, ...],
        log: Path,
        environ: Mapping[str, str],
        port: int | None = None,
    ) -> None:
        self.name, self.port = name, port
        self.child: Child | None = None
        self._command = Command(
            name=name,
            argv=(sys.executable, "-m", *arguments),
            log=log,
            environ={**os.environ, **environ},
        )

    def start(self) -> Child:
        """Start it, after whoever was killed has let go of the port. It is not waited for."""
        if self.port is not None:
            wait_until_free(self.port, PORT_FREED_SECONDS)
        self.child = Child(self._command)
        return self.child

    def stop(self) -> None:
        """End it in order."""
        if self.child is not None:
            self.child.stop()

    def wait_until_it_answers(self, url: str, seconds: float) -> None:
        """Wait until a GET of `url` is answered with success; raises `StartError`."""
        patience = Patience(self.name, seconds)
        with httpx.Client(trust_env=False, timeout=2) as client:
            while not _succeeds(client, url):
                if self.child is not None:
                    self.child.check_alive()
                patience.wait()


def _succeeds(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False
