"""Piccolo's engine, without connections of its own: it speaks through the scope that is open in this task.

So Piccolo and raw SQL share one pool and one transaction, and a query outside a scope is refused here rather
than by Postgres.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Token
from typing import Any

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


class OutOfScope(RuntimeError):
    """A Piccolo query ran outside `Database.tenant` and `Database.system`."""


class OpenScope(PostgresTransaction):
    """Shows Piccolo the connection of an open scope; begins and ends nothing itself."""

    def __init__(self, connection: Any) -> None:
        super().__init__(ENGINE)
        self.connection = connection


class ScopeEngine(PostgresEngine):
    """Runs queries on the open scope's connection."""

    def __init__(self) -> None:
        super().__init__(config={"database": "scope"})

    async def get_version(self) -> float:
        """Asked by Piccolo when the engine is made, long before there is a connection."""
        return 0.0

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        raise OutOfScope(query)

    async def _run_in_new_connection(self, query: str, args: Sequence[Any] | None = None) -> Any:
        raise OutOfScope(query)

    async def get_new_connection(self) -> Any:
        """Refused: connections come from `Database`."""
        raise OutOfScope("a connection")

    def enter(self, connection: Any) -> Token[Any]:
        """From now on this task's Piccolo queries use `connection`."""
        return self.current_transaction.set(OpenScope(connection))

    def leave(self, token: Token[Any]) -> None:
        """Back to what was before `enter`."""
        self.current_transaction.reset(token)


ENGINE = ScopeEngine()
