"""What a look at a portal needs, and whose changes the tenant wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connector.bitrix24 import changes
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.client import Bitrix24
from connector.domain.mapping import Lens
from connector.store.portal_intake import Intake
from connector.sync.engine import Engine

#: Toggles that want changes of each group, and the events that tell of them.
PRODUCTS, DEALS = "products", "deals"
WON = "deal.won"
WANTED_BY = {
    PRODUCTS: frozenset({"product.export_create", "product.export_update"}),
    DEALS: frozenset({WON}),
}
EVENTS = {
    PRODUCTS: (*changes.PRODUCT_EVENTS, *changes.PRICE_EVENTS),
    DEALS: changes.DEAL_EVENTS,
}


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one tenant's portal."""

    engine: Engine
    tenant_id: UUID
    main_account: UUID
    client: Bitrix24
    catalogue: Catalogue
    lens: Lens
    #: Groups of records whose changes the tenant wants.
    groups: frozenset[str]
    intake: Intake
    now: datetime
    #: Deals that were won before stay history.
    won_after: datetime
    #: Where the portal tells its events.
    handler: str
    #: How long the look may still take.
    lasts: Callable[[], bool]


def groups_of(toggles: frozenset[str]) -> frozenset[str]:
    """Whose changes these toggles want."""
    return frozenset(group for group, names in WANTED_BY.items() if names & toggles)


def spelled(groups: frozenset[str]) -> str:
    """As the store remembers them."""
    return ",".join(sorted(groups))
