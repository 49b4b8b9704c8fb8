"""Accounts whose changes the sweep found though no message told of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.account import silences
from connector.domain.events import Kind
from server.parts import Parts
from tests.support.office import Customer, Office

HOUR = timedelta(hours=1)


async def fall_silent(
    office: Office, customer: Customer, missed: int = 3, hours: int = 2, kind: Kind = Kind.PRODUCT
) -> None:
    """What a sweep keeps that found so many changes nobody told of."""
    now = office.parts.clock.now()
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO sweep (tenant_id, account_id, kind, swept_until, due_at, missed, silent_since)"
            " VALUES ($1, $2, $3, $4, $4, $5, $6) ON CONFLICT (tenant_id, account_id, kind)"
            " DO UPDATE SET missed = $5, silent_since = $6, swept_until = $4",
            *(customer.tenant_id, customer.account_id, kind, now, missed, now - hours * HOUR),
        )


async def watch(parts: Parts, later: timedelta = timedelta(0)) -> int:
    """One look; mails to operators that were put down."""
    now: datetime = parts.clock.now() + later
    return await silences.watch(parts.database, parts.vault, now, parts.clock.business_now() + later)
