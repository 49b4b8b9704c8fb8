"""Records that a preview read, kept for ten minutes so that the next one reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

#: Seconds.
KEPT_S = 600

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)

Record = dict[str, Any]


class Shelf:
    """Records of one tenant and one purpose, by name; without Redis nothing is kept, and nothing fails."""

    def __init__(self, redis: Redis, tenant_id: UUID, purpose: str, kept_s: int = KEPT_S) -> None:
        self._redis, self._kept_s = redis, kept_s
        self._begin = f"preview:{tenant_id}:{purpose}:"

    async def load(self, names: Iterable[str]) -> dict[str, Record]:
        """Those that are kept."""
        wanted = list(names)
        if not wanted:
            return {}
        try:
            found = await self._redis.mget([self._begin + name for name in wanted])
        except RedisError:
            return {}
        return {name: _DECODER.decode(one) for name, one in zip(wanted, found, strict=True) if one}

    async def keep(self, records: Mapping[str, Record]) -> None:
        """Keep these, too."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for name, record in records.items():
                    pipe.set(self._begin + name, _ENCODER.encode(record), ex=self._kept_s)
                await pipe.execute()
        except RedisError:
            return
