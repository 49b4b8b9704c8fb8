"""API keys, remembered for a moment so that a request needs no look-up."""

from __future__ import annotations

import time
from uuid import UUID

import msgspec

from connector.account.clock import now
from connector.account.people import Actor
from connector.security.tokens import token_hash
from connector.store import directory
from connector.store.directory import KeyScope
from connector.store.scope import Database

#: Seconds that a key is known without asking: as long as a revoked one may still work.
MEMORY_S = 2.0
MEMORY = 10_000


class Caller(msgspec.Struct, frozen=True):
    """The tenant whose key was sent; `key` names it for limits and the audit log."""

    tenant_id: UUID
    key: str
    #: The key reads only.
    reads_only: bool = False

    @property
    def actor(self) -> Actor:
        """As the audit log names it."""
        return Actor(f"API {self.key[:8]}")


class Keys:
    """Keys that were looked up a moment ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, Caller]] = {}

    async def caller(self, key: str) -> Caller | None:
        """Whose key it is; None for a key that is unknown or revoked."""
        hashed = token_hash(key)
        if (memory := self._known.get(hashed)) is not None and memory[0] > time.monotonic():
            return memory[1]
        async with self._database.system() as conn:
            holder = await directory.key_holder(conn, hashed, now())
        if holder is None:
            self._known.pop(hashed, None)
            return None
        if len(self._known) > MEMORY:
            self._known.clear()
        caller = Caller(holder.tenant_id, hashed.hex()[:16], holder.scope is KeyScope.READ)
        self._known[hashed] = (time.monotonic() + MEMORY_S, caller)
        return caller
