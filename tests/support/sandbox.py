"""The sandbox as the tests see it: a process of their own worker, reset before each test."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx

from ponte.runtime.addresses import LOCALHOST, free_port
from ponte.runtime.child import Child, Command, Patience
from tests.support.waiting import PATIENCE_S


class Sandbox:
    """The running sandbox and its control surface."""

    def __init__(self, url: str, child: Child) -> None:
        self.url = url
        self.child = child
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self.ready: dict[str, Any] = self.client.get("/control/ready").raise_for_status().json()

    def control(self, path: str, json: object = None, method: str = "POST") -> Any:
        """Call `/control/{path}`; the decoded answer, None if it is empty. Raises on a refusal."""
        body = {} if json is None and method in ("GET", "DELETE") else {"json": {} if json is None else json}
        answer = self.client.request(method, f"/control/{path.lstrip('/')}", **body)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """As right after the start."""
        self.control("reset")


def start(folder: Path, app_url: str) -> Sandbox:
    """Start a sandbox without records on a free port."""
    port = free_port()
    argv = ("-m", "sandbox", "--port", str(port), "--app-url", app_url, "--world", "bare")
    child = Child(Command(name="sandbox", argv=(sys.executable, *argv), log=folder / "sandbox.log"))
    url = f"http://{LOCALHOST}:{port}"
    patience = Patience("the sandbox", PATIENCE_S)
    while True:
        child.check_alive()
        try:
            return Sandbox(url, child)
        except httpx.TransportError:
            patience.wait()
