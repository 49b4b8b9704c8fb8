"""One alert per tenant and cause, never per event: gathered, told once, reminded, told when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from connector.account.licence_alerts import ONCE
from connector.domain.vendor import ConnectionState, Provider
from connector.store import alerts, connections
from connector.store.alerts import Alert
from connector.store.scope import Connection

#: What passes by itself within this time is told to nobody.
GATHER = timedelta(minutes=15)
#: Days after the opening on which people are reminded.
REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
#: After the last reminder only the end is told.
NEVER = timedelta(days=36_500)


class Trouble(msgspec.Struct, frozen=True):
    """A connection that does not work; no account = the portal."""

    account_id: UUID | None
    state: ConnectionState


def cause_of(account_id: UUID | None) -> str:
    """A connection's cause is one, whatever state it is in: who reconnects has mended it."""
    return f"{Provider.BLING}:{account_id}" if account_id else str(Provider.BITRIX24)


def again_at(alert: Alert, now: datetime) -> datetime:
    """When to speak of it the next time."""
    if alert.cause in ONCE:
        return alert.opened_at + NEVER
    later = [alert.opened_at + pause for pause in REMINDERS if alert.opened_at + pause > now]
    return later[0] if later else alert.opened_at + NEVER


async def open_(conn: Connection, tenant_id: UUID, trouble: Trouble, now: datetime) -> None:
    """Tell people soon; `now` in business time."""
    await alerts.open_(
        conn,
        tenant_id,
        cause=cause_of(trouble.account_id),
        subject=await _subject(conn, tenant_id, trouble.account_id),
        detail=trouble.state,
        at=now,
        due_at=now + GATHER,
    )


async def resolve(conn: Connection, tenant_id: UUID, cause: str, now: datetime) -> None:
    """It is over; who was told of it is told that, too."""
    await alerts.resolve(conn, tenant_id, cause, now)


async def _subject(conn: Connection, tenant_id: UUID, account_id: UUID | None) -> str:
    if account_id is None:
        return "Bitrix24"
    account = await connections.account(conn, tenant_id, account_id)
    return f"Bling ({account.name})" if account else "Bling"
