"""Incidents that the guard rail stopped, as a drain leaves them."""

from __future__ import annotations

from uuid import UUID

from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.guard_rail import Cause, Side, Suspicion
from connector.store import holds, inbox, links
from connector.store.holds import Stopped
from connector.store.ids import new_id
from connector.store.scope import Database
from tests.support import rows

#: What a cause does to a product.
CHANGES = {
    Cause.PRICE_ZERO: ("price", "59.90", "0"),
    Cause.PRICE_JUMP: ("price", "100", "10"),
    Cause.DEACTIVATED: ("active", "Y", "N"),
}


async def incident(
    database: Database,
    tenant_id: UUID,
    account_id: UUID,
    *bling_ids: int,
    cause: Cause = Cause.PRICE_ZERO,
    written: tuple[int, ...] = (),
    run: str = "",
) -> UUID:
    """Records that wait, each with its event and link; `written` went through before. Gives the hold's id."""
    at, hold_id = rows.now(), new_id()
    items = [stopped(account_id, one, cause, run) for one in bling_ids]
    async with database.system() as conn:
        arrivals = [rows.arrival(tenant_id, record=one.record) for one in items]
        await inbox.insert(conn, arrivals)
        await conn.execute(
            "UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'guard_rail', held_at = $2"
            " WHERE tenant_id = $1",
            tenant_id,
            at,
        )
    async with database.tenant(tenant_id) as conn:
        passes = [stopped(account_id, one, cause, run) for one in written]
        if passes:
            await holds.note_passes(conn, tenant_id, Side.BITRIX24, passes, at)
        await holds.begin(conn, tenant_id, hold_id, cause, Side.BITRIX24, run, at)
        await holds.join(conn, tenant_id, hold_id, items, at)
        await links.save(
            conn,
            tenant_id,
            [
                rows.link(
                    one.record.bling_id,
                    record=one.record,
                    label=one.label,
                    state=RecordState.NEEDS_YOU,
                    reason=Reason.GUARD_RAIL,
                )
                for one in items
            ],
        )
    return hold_id


def stopped(account_id: UUID, bling_id: int, cause: Cause, run: str = "") -> Stopped:
    """A product with an odd plan."""
    field, before, after = CHANGES[cause]
    return Stopped(
        record=RecordKey(Kind.PRODUCT, account_id, bling_id),
        run=run,
        bitrix_id=1000 + bling_id,
        label=f"Copo {bling_id}",
        sku=f"SKU-{bling_id}",
        suspicions=(Suspicion(cause=cause, field=field, before=before, after=after),),
    )
