"""The secrets of accounts' own doors, remembered for a moment so that a message needs no look-up."""

from __future__ import annotations

import asyncio
import time

from connector.account.places import app_name
from connector.security.vault import Vault
from connector.store import directory
from connector.store.scope import Database, DatabaseAway
from server.ingest import StoreAway

#: Seconds that a secret, or that there is no such door, is remembered; and how many at most.
MEMORY_S = 2.0
MEMORY = 10_000
#: Seconds of a message's patience that the look-up leaves for storing it.
LEFT_FOR_STORING_S = 0.3


class Secrets:
    """By account key."""

    def __init__(self, database: Database, vault: Vault, common: str) -> None:
        self._database, self._vault, self._common = database, vault, common
        self._known: dict[str, tuple[float, str | None]] = {}

    async def of(self, account_key: str, until: float) -> str | None:
        """Its own secret, or the common one; None when there is no such door; raises `StoreAway`."""
        if (memory := self._known.get(account_key)) is not None and memory[0] > time.monotonic():
            return memory[1]
        secret = await self._looked_up(account_key, until)
        if len(self._known) > MEMORY:
            self._known.clear()
        self._known[account_key] = (time.monotonic() + MEMORY_S, secret)
        return secret

    async def _looked_up(self, account_key: str, until: float) -> str | None:
        if "\0" in account_key:
            return None
        try:
            async with asyncio.timeout_at(until - LEFT_FOR_STORING_S), self._database.system() as conn:
                route = await directory.route_by_key(conn, account_key)
        except (DatabaseAway, TimeoutError) as error:
            raise StoreAway from error
        if route is None or route.client_secret is None:
            return None if route is None else self._common
        return self._vault.open(route.client_secret, app_name(route.account_id))
