"""What a tenant wants of deals: toggles, mappings, filter, and where deals may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from connector.domain.deals import Allowed
from connector.domain.events import Kind
from connector.domain.mapping import Lens, MappingVersion
from connector.domain.orders import Filter, filter_of
from connector.store.standing import Standing

BRAZIL = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True, slots=True)
class DealWishes:
    """The tenant's wishes for orders and sales."""

    order: Lens
    sale: Lens
    allowed: Allowed
    #: May sales be written: into their order's deal, or as a deal of their own?
    sales: bool
    #: May a deal that somebody deleted in Bitrix24 be made again?
    recreate: bool
    #: May an order's unknown product be made first?
    products: bool
    #: What becomes of the deal of a deleted order: nothing, lost, comment.
    on_deleted: str
    filter: Filter
    #: The day on which each account was connected: older orders make no deals.
    connected: dict[UUID, date]

    def lens_of(self, kind: Kind) -> Lens:
        """The mapping of orders or of sales."""
        return self.sale if kind is Kind.SALE else self.order


def wishes_of(standing: Standing, mappings: dict[Kind, MappingVersion]) -> DealWishes:
    """The wishes as they are stored."""
    toggles, preferences = standing.toggles, standing.preferences
    return DealWishes(
        order=Lens(mappings[Kind.ORDER]),
        sale=Lens(mappings[Kind.SALE]),
        allowed=Allowed(create="order.create" in toggles, update="order.update" in toggles),
        sales="sale.create" in toggles,
        recreate=preferences.get("order.recreate") is True,
        products="product.create" in toggles,
        on_deleted=str(preferences.get("order.on_deleted", "nothing")),
        filter=filter_of(mappings[Kind.ORDER].filter),
        connected={
            one: account.connected_at.astimezone(BRAZIL).date()
            for one, account in standing.accounts.items()
            if account.connected_at is not None
        },
    )
