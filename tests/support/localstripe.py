"""The package `localstripe`, a stateful imitation of Stripe by others: the sandbox's second opinion.

It runs as a process of its own (`python -m tests.support.localstripe PORT`), not by its own command: that one
listens on all addresses and keeps its objects in one file for the whole machine.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import httpx
import stripe

from ponte.runtime.addresses import LOCALHOST, free_port
from ponte.runtime.child import Child, Command, Patience
from tests.support.waiting import PATIENCE_S


class LocalStripe:
    """A running `localstripe` as `stripe` reaches it."""

    def __init__(self, url: str, child: Child) -> None:
        self.url = url
        self.child = child
        self.v1 = self.new_client().v1

    def new_client(self, api_key: str = "sk_test_of_nobody") -> stripe.StripeClient:
        """The official client; any key that begins with `sk_` is let in."""
        http = stripe.HTTPXClient(allow_sync_methods=True, timeout=10)
        return stripe.StripeClient(api_key, base_addresses={"api": self.url}, http_client=http)

    def forget(self) -> None:
        """As right after the start. Raises `httpx.TransportError` while it is not there yet."""
        httpx.delete(f"{self.url}/_config/data", timeout=10, trust_env=False).raise_for_status()

    def stop(self) -> None:
        """End it."""
        self.child.stop()


def start(folder: Path) -> LocalStripe:
    """Start it on a free port, wait until it answers; its log goes to `folder`."""
    port = free_port()
    argv = (sys.executable, "-m", __name__, str(port))
    child = Child(Command(name="localstripe", argv=argv, log=folder / "localstripe.log"))
    started = LocalStripe(f"http://{LOCALHOST}:{port}", child)
    patience = Patience("localstripe", PATIENCE_S)
    while True:
        child.check_alive()
        try:
            started.forget()
        except httpx.TransportError:
            patience.wait()
        else:
            return started


def _serve(port: int) -> None:
    from aiohttp import web
    from localstripe import resources, server

    def keep_in_memory(store: Any) -> None:
        """Instead of writing /tmp/localstripe.pickle at every change, which runs side by side would share."""

    resources.Store.dump_to_disk = keep_in_memory
    web.run_app(server.app, host=LOCALHOST, port=port, access_log=None)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
