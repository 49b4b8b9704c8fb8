"""What a person, an operator or Ponte itself changed, for the tenant to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.store.ids import new_id
from connector.store.scope import Connection

_NOTE = """
INSERT INTO audit (tenant_id, id, at, person_id, actor, action, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Actor(msgspec.Struct, frozen=True):
    """Who did it: a person, an API key (`key:name`), or Ponte."""

    name: str
    person_id: UUID | None = None


PONTE = Actor("ponte")


async def note(
    conn: Connection, tenant_id: UUID, actor: Actor, action: str, detail: dict[str, Any], at: datetime
) -> None:
    """Write it down, in the transaction of the change itself."""
    text = msgspec.json.encode(detail).decode()
    await conn.execute(_NOTE, tenant_id, new_id(), at, actor.person_id, actor.name, action, text)
