"""Telling open screens that something settled. Losing a message loses nothing: a reload shows the same."""

from __future__ import annotations

from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from connector.store.settle import Turn

#: Ids that one message names; screens read the rest from the list.
MOST_IDS = 50


def channel(tenant_id: UUID) -> str:
    """Where a tenant's messages are published."""
    return f"live:{tenant_id}"


async def publish(redis: Redis, tenant_id: UUID, turn: Turn) -> None:
    """Name the events that have just settled or begun to wait."""
    ids = [settlement.event_id for settlement in turn.settlements] + [one[0] for one in turn.held]
    if not ids:
        return
    message = {"type": "settled", "ids": ids[-MOST_IDS:], "count": len(ids)}
    try:
        await redis.publish(channel(tenant_id), msgspec.json.encode(message))
    except (RedisError, OSError):
        return
