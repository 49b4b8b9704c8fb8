"""How a tenant's syncs are doing at this moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.account.connections import WAITING
from connector.account.licence import Right, right_of
from connector.domain.vendor import ConnectionState
from connector.store import connections, history, inbox, silences
from connector.store.connections import Account, Portal
from connector.store.scope import Connection, Database

#: The inbox is small, and the index of held events smaller.
_HELD = """
SELECT account_id, count(*) AS n FROM inbox
WHERE tenant_id = $1 AND due_at IS NULL AND reason = ANY($2::text[]) GROUP BY account_id
"""


class AccountStatus(msgspec.Struct, frozen=True):
    """A Bling account, and how many events wait for it."""

    account: Account
    held: int
    #: Since when its changes come without messages; None while Bling tells of them.
    silent_since: datetime | None = None


class PortalStatus(msgspec.Struct, frozen=True):
    """The portal, and how many events wait for it."""

    portal: Portal
    held: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides, the right to sync, and what is under way."""

    accounts: list[AccountStatus]
    portal: PortalStatus | None
    right: Right | None
    #: Events without an outcome, the held ones not counted.
    depth: int
    oldest_received_at: datetime | None
    last_sync_at: datetime | None


async def status_of(database: Database, tenant_id: UUID, business_now: datetime) -> Status:
    """Read it in the tenant's scope."""
    async with database.tenant(tenant_id) as conn:
        accounts = await connections.accounts(conn, tenant_id)
        portal = await connections.portal(conn, tenant_id)
        waiting = await _waiting(conn, tenant_id)
        silent = await silences.of_tenant(conn, tenant_id)
        depth, oldest = await inbox.depth(conn, tenant_id)
        return Status(
            accounts=[_account(account, waiting, silent) for account in accounts],
            portal=None if portal is None else PortalStatus(portal, _held(portal, accounts, waiting)),
            right=await right_of(tenant_id, business_now),
            depth=depth,
            oldest_received_at=oldest,
            last_sync_at=await history.last_sync_at(conn, tenant_id),
        )


async def _waiting(conn: Connection, tenant_id: UUID) -> dict[UUID, int]:
    """Events that wait for a connection, by their account."""
    return {row["account_id"]: row["n"] for row in await conn.fetch(_HELD, tenant_id, list(WAITING))}


def _account(account: Account, waiting: dict[UUID, int], silent: dict[UUID, datetime]) -> AccountStatus:
    if account.state is ConnectionState.CONNECTED:
        return AccountStatus(account, 0, silent.get(account.id))
    return AccountStatus(account, waiting.get(account.id, 0))


def _held(portal: Portal, accounts: list[Account], waiting: dict[UUID, int]) -> int:
    """What waits though its own account works, waits for the portal."""
    if portal.state is ConnectionState.CONNECTED:
        return 0
    working = (account.id for account in accounts if account.state is ConnectionState.CONNECTED)
    return sum(waiting.get(account_id, 0) for account_id in working)
