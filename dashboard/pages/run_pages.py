"""What the pages of imports and rehearsals share."""

from __future__ import annotations

from uuid import UUID

from connector.domain.runs import Deed, Task
from connector.store import people
from dashboard.telling.known import Surroundings
from dashboard.telling.runs import DEED_PATHS, Known
from server.parts import Parts
from server.problems import NotFound

#: Tasks that Importação shows as its own.
OURS = (Task.IMPORT, Task.REHEARSAL)


def run_id_of(name: str) -> UUID:
    """The id in an address; raises `NotFound` for what is none."""
    try:
        return UUID(name)
    except ValueError:
        raise NotFound from None


def deed_of(name: str) -> Deed:
    """The deed in an address; raises `NotFound` for what is none."""
    if name not in DEED_PATHS:
        raise NotFound
    return DEED_PATHS[name]


async def known_of(around: Surroundings, parts: Parts) -> Known:
    """What runs are told with."""
    async with parts.database.system() as conn:
        members = await people.members(conn, around.viewer.tenant_id)
    return Known(
        now=parts.clock.now(),
        accounts={one.id: one.name or one.company_id for one in around.accounts},
        people={one.person_id: one.name or one.email for one in members},
        may_change=around.viewer.may_change,
    )
