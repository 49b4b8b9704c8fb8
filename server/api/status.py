"""`GET /status`."""

from __future__ import annotations

from datetime import datetime

from litestar import get

from connector.account.status import AccountStatus, PortalStatus, Status, status_of
from connector.domain.vendor import ConnectionState
from server.api import licences
from server.api.access import Calling
from server.api.paging import moment, optional_moment
from server.api.schemas import (
    Bitrix24Connection,
    BlingConnection,
    ConnectionsShown,
    InboxShown,
    StatusShown,
)
from server.parts import Used


@get("/status")
async def get_status(parts: Used, caller: Calling) -> StatusShown:
    """Both connections, the licence, what is under way."""
    status = await status_of(parts.database, caller.tenant_id, parts.clock.business_now())
    return StatusShown(
        connections=ConnectionsShown(
            bling=[_bling(account) for account in status.accounts], bitrix24=_bitrix24(status.portal)
        ),
        licence=None if status.right is None else licences.shown(status.right),
        inbox=_inbox(status, parts.clock.now()),
        last_sync_at=optional_moment(status.last_sync_at),
    )


def _bling(status: AccountStatus) -> BlingConnection:
    account = status.account
    return BlingConnection(
        company_id=account.company_id,
        name=account.name,
        account_key=account.account_key,
        state=account.state,
        since=moment(account.state_since),
        held=status.held,
    )


def _bitrix24(status: PortalStatus | None) -> Bitrix24Connection:
    if status is None:
        return Bitrix24Connection(member_id=None, state=ConnectionState.NONE, since=None, held=0)
    portal = status.portal
    since = moment(portal.state_since)
    return Bitrix24Connection(member_id=portal.member_id, state=portal.state, since=since, held=status.held)


def _inbox(status: Status, now: datetime) -> InboxShown:
    oldest = status.oldest_received_at
    age = None if oldest is None else max(0.0, round((now - oldest).total_seconds(), 3))
    return InboxShown(depth=status.depth, oldest_age_s=age)
