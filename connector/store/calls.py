"""Requests to vendors: each in the log, all in roll-ups by minute and hour, from which limits are rebuilt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from connector.domain.vendor import Call, Provider
from connector.store.columns import columns
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("calls")

#: Scope of calls that belong to no Bling account.
PORTAL = "portal"
_LOGGED = ("id", "provider", "method", "commands", "status", "error", "ms", "at", "request", "response")
_Key = tuple[str, str, str, datetime]


async def record(
    conn: Connection, tenant_id: UUID, calls: Sequence[Call], scopes: Mapping[UUID, str] | None = None
) -> None:
    """Log and count calls; `scopes` names the account of each Bling call by the call's id."""
    if not calls:
        return
    await conn.execute(_SQL["log"], tenant_id, *columns(calls, *_LOGGED))
    sums = _sums(calls, scopes or {})
    keys = [list(column) for column in zip(*sums, strict=True)]
    values = [list(column) for column in zip(*sums.values(), strict=True)]
    await conn.execute(_SQL["count"], tenant_id, *keys, *values)


def _sums(calls: Sequence[Call], scopes: Mapping[UUID, str]) -> dict[_Key, list[int]]:
    """Calls, errors and operating ms by provider, scope, method and minute.

    A batch is one call of `batch`; its commands' methods have their operating time alone.
    """
    sums: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    for call in calls:
        scope, minute = scopes.get(call.id, PORTAL), call.at.replace(second=0, microsecond=0)
        own = sums[call.provider, scope, call.method, minute]
        own[0] += 1
        own[1] += call.error is not None
        for method, ms in call.operating.items():
            sums[call.provider, scope, method, minute][2] += ms
    return dict(sorted(sums.items()))


async def made_since(
    conn: Connection, tenant_id: UUID, provider: Provider, scope: str, hour: datetime
) -> int:
    """Requests of one scope since the beginning of an hour, from the roll-ups."""
    return int(await conn.fetchval(_SQL["made_since"], tenant_id, provider, scope, hour))
