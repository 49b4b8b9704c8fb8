"""Visits: an operator looks at a tenant through the tenant's own screens.

A visit has a reason, ends by itself, stands in the tenant's own audit log from its first moment, and reads
only, unless the tenant allows more (a preference that only its owners and administrators set).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from connector.account import operators as house
from connector.account.operators import IDLE, Watcher
from connector.account.people import Viewer, Visiting
from connector.security.tokens import new_token, token_hash
from connector.store import audit, operators, tenants, toggles
from connector.store.operators import NewVisit, Visit
from connector.store.people import Role
from connector.store.scope import Database

#: A visit ends after so long.
LENGTH = timedelta(minutes=30)
#: A reason says something to the tenant who reads it.
SHORTEST_REASON, LONGEST_REASON = 8, 300
#: The preference by which a tenant lets operators change things.
PERMISSION = "support.may_change"


def reason_wrong(reason: str) -> bool:
    """Whether this is no reason."""
    said = reason.strip()
    return not SHORTEST_REASON <= len(said) <= LONGEST_REASON or not said.isprintable()


async def begin(
    database: Database, by: Watcher, session_token: str, tenant_id: UUID, reason: str, now: datetime
) -> str | None:
    """The visit's token, for a cookie of its own; None if there is no such tenant."""
    token, reason = new_token(), reason.strip()
    async with database.system() as conn:
        if await tenants.load(tenant_id) is None:
            return None
        new = NewVisit(
            token_hash=token_hash(token),
            session_hash=token_hash(session_token),
            operator_id=by.operator_id,
            tenant_id=tenant_id,
            reason=reason,
            at=now,
            expires_at=now + LENGTH,
        )
        await operators.begin_visit(conn, new)
        await house.note(conn, by, now, "visit.begun", tenant_id, reason=reason)
        await tell_tenant(tenant_id, by, now, "support.entered", reason=reason)
    return token


async def viewer_of_visit(database: Database, token: str, now: datetime) -> Viewer | None:
    """The operator as the tenant's screens see them; None when the visit is over."""
    async with database.system() as conn:
        found = await operators.visit(conn, token_hash(token), now, now - IDLE, PERMISSION)
    return None if found is None else _viewer(found)


async def allow(database: Database, by: Viewer, now: datetime, *, may_change: bool) -> None:
    """Whether operators may change options while they visit."""
    action = "support.allowed" if may_change else "support.forbidden"
    async with database.tenant(by.tenant_id):
        await toggles.prefer(by.tenant_id, PERMISSION, may_change)
        who = by.actor
        await audit.add(
            by.tenant_id, at=now, person_id=who.person_id, actor=who.name, action=action, detail={}
        )


async def end(database: Database, token: str, viewer: Viewer, now: datetime) -> None:
    """The operator goes; both audit logs say so."""
    by = Watcher(operator_id=viewer.person_id, email=viewer.email, name=viewer.name, language="", theme="")
    async with database.system() as conn:
        if await operators.end_visit(conn, token_hash(token)):
            await house.note(conn, by, now, "visit.ended", viewer.tenant_id)
            await tell_tenant(viewer.tenant_id, by, now, "support.left")


async def tell_tenant(tenant_id: UUID, by: Watcher, now: datetime, action: str, **detail: str) -> None:
    """A line of the tenant's own audit log (inside an open system scope)."""
    actor = f"{by.name or by.email} (Ponte)"
    await audit.add(tenant_id, at=now, person_id=None, actor=actor, action=action, detail=detail)


def _viewer(found: Visit) -> Viewer:
    return Viewer(
        person_id=found.operator_id,
        tenant_id=found.tenant_id,
        tenant_name=found.tenant_name,
        timezone=found.timezone,
        name=found.name,
        email=found.email,
        role=Role.ADMIN if found.may_change else Role.VIEWER,
        language=found.language,
        theme=found.theme,
        leaves_at=found.leaves_at,
        visit=Visiting(reason=found.reason, ends_at=found.expires_at, may_change=found.may_change),
    )
