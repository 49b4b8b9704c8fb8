"""How many people the tenant's plan has room for; asked under the lock on its memberships.

Whoever asks waits for others that are about to join, until the transaction ends. A tenant without a licence
has no limit here: nothing of it syncs anyway. All in a system scope.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from connector.domain.plans import PLANS
from connector.store import invitations, licences, people
from connector.store.scope import Connection


async def may_join(conn: Connection, tenant_id: UUID) -> bool:
    """Whether the plan has room for one more."""
    return await _has_room(conn, tenant_id, promised=0)


async def may_invite(conn: Connection, tenant_id: UUID, email: str, business_now: datetime) -> bool:
    """The same, with a place kept for everybody else who was invited and may still come."""
    waiting = await invitations.open_ones(conn, tenant_id)
    promised = sum(one.expires_at > business_now and one.email != email for one in waiting)
    return await _has_room(conn, tenant_id, promised)


async def _has_room(conn: Connection, tenant_id: UUID, promised: int) -> bool:
    taken = len(await people.lock_members(conn, tenant_id))
    licence = await licences.load(tenant_id)
    most = PLANS[licence.plan].people if licence else None
    return most is None or taken + promised < most
