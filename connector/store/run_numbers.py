"""How the records of a run ended, in numbers."""

from __future__ import annotations

from connector.domain.events import Outcome
from connector.store.runs import Run
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("run_numbers")


async def outcomes(conn: Connection, run: Run) -> dict[Outcome, int]:
    """Settled records of an import or an export by outcome."""
    rows = await conn.fetch(_SQL["outcomes"], run.tenant_id, run.id)
    return {Outcome(row["outcome"]): row["n"] for row in rows}
