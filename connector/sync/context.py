"""Who a tenant is at this moment: everything a drain decides by, read once per claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from connector.bitrix24.setup import Catalogue
from connector.domain.events import Reason, RecordKey
from connector.domain.mapping import Lens
from connector.domain.products import Allowed
from connector.domain.vendor import ConnectionState

#: Why events wait while a connection is in this state.
REASONS = {
    ConnectionState.NEEDS_RECONNECT: Reason.NEEDS_RECONNECT,
    ConnectionState.INACTIVE: Reason.INACTIVE,
    ConnectionState.SCOPE_MISSING: Reason.SCOPE_MISSING,
    ConnectionState.UNINSTALLED: Reason.NEEDS_RECONNECT,
    ConnectionState.NONE: Reason.NOT_CONNECTED,
}


@dataclass(frozen=True, slots=True)
class Context:
    """The tenant's wishes, rights and connections."""

    tenant_id: UUID
    now: datetime
    #: First day of the usage period that syncs are counted in.
    period: date
    #: Licence, quota, pause or portal: why everything waits, if it does.
    everything_waits: Reason | None
    toggles: frozenset[str]
    allowed: Allowed
    #: May a record that somebody deleted in Bitrix24 be made again?
    recreate: bool
    lens: Lens
    accounts: dict[UUID, ConnectionState]
    #: None while the portal was never connected.
    catalogue: Catalogue | None

    def waits(self, key: RecordKey) -> Reason | None:
        """Why events of this record cannot be worked on now; None when they can."""
        if self.everything_waits is not None:
            return self.everything_waits
        return REASONS.get(self.accounts.get(key.account_id, ConnectionState.NONE))
