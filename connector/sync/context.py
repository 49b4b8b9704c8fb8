"""Who a tenant is at this moment: everything a drain decides by, read once per claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from connector.bitrix24.catalogue import Catalogue
from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.fields import PortalFields
from connector.domain.guard_rail import DEFAULTS, PREFERENCE, Limits, limits_of
from connector.domain.licence import gate
from connector.domain.mapping import Lens
from connector.domain.products import Allowed, Filter
from connector.domain.vendor import ConnectionState
from connector.store import portal_intake, sections
from connector.store import standing as rows
from connector.store.standing import PortalStanding, Standing
from connector.sync.deals.wishes import BRAZIL, DealWishes, wishes_of
from connector.sync.engine import Engine

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
    business_now: datetime
    #: First day of the usage period that syncs are counted in.
    period: date
    #: Licence, quota, pause or portal: why everything waits, if it does.
    everything_waits: Reason | None
    toggles: frozenset[str]
    allowed: Allowed
    #: The same for writes in Bling.
    exports: Allowed
    #: A record is being made in Bling whose id there nobody knows: what is new there may be that one.
    making: bool
    #: May a record that somebody deleted in Bitrix24 be made again?
    recreate: bool
    lens: Lens
    #: Which products take part.
    filter: Filter
    #: What the portal's records have; None while that was never read.
    fields: PortalFields | None
    accounts: dict[UUID, ConnectionState]
    #: Bling's company id of each account.
    companies: dict[UUID, str]
    portal: PortalStanding | None
    #: None while the portal was never connected.
    catalogue: Catalogue | None
    deals: DealWishes
    #: From when on people are asked before odd changes are written.
    guard: Limits = DEFAULTS

    def waits(self, key: RecordKey) -> Reason | None:
        """Why events of this record cannot be worked on now; None when they can."""
        if self.everything_waits is not None:
            return self.everything_waits
        return REASONS.get(self.accounts.get(key.account_id, ConnectionState.NONE))

    def leaves_out(self, key: RecordKey) -> bool:
        """Whether the filter of products leaves the record's whole account out."""
        return self.filter.leaves_out(self.companies.get(key.account_id, ""))


async def load_context(engine: Engine, tenant_id: UUID) -> Context:
    """Read where the tenant stands now."""
    now, business_now = engine.clock(), engine.business_clock()
    period = period_of(business_now)
    async with engine.database.tenant(tenant_id) as conn:
        standing = await rows.load(conn, tenant_id, period)
        mappings = await rows.mappings(conn, tenant_id)
        making = await portal_intake.is_making(conn, tenant_id)
        lens = Lens(mappings[Kind.PRODUCT])
        if lens.section_rule is not None:
            lens.sections.update(await sections.together(tenant_id))
    if standing is None:
        raise LookupError(f"no tenant {tenant_id}")
    catalogue = _catalogue(standing.portal)
    return Context(
        tenant_id=tenant_id,
        now=now,
        business_now=business_now,
        period=period,
        everything_waits=_why_everything_waits(standing, catalogue, business_now),
        toggles=standing.toggles,
        allowed=_allowed(standing),
        exports=_exports(standing),
        making=making,
        recreate=standing.preferences.get("product.recreate") is True,
        lens=lens,
        filter=msgspec.convert(mappings[Kind.PRODUCT].filter, Filter),
        fields=_fields(standing.portal),
        accounts={one: account.state for one, account in standing.accounts.items()},
        companies={one: account.company_id for one, account in standing.accounts.items()},
        portal=standing.portal,
        catalogue=catalogue,
        deals=wishes_of(standing, mappings),
        guard=limits_of(standing.preferences.get(PREFERENCE)),
    )


def period_of(business_now: datetime) -> date:
    """The usage period that a moment falls in: calendar months in Brazil's time."""
    return business_now.astimezone(BRAZIL).date().replace(day=1)


def _allowed(standing: Standing) -> Allowed:
    return Allowed(
        create="product.create" in standing.toggles,
        update="product.update" in standing.toggles,
        delete="product.delete" in standing.toggles,
        adopt=standing.preferences.get("product.adopt_by_sku") is not False,
    )


def _exports(standing: Standing) -> Allowed:
    return Allowed(
        create="product.export_create" in standing.toggles,
        update="product.export_update" in standing.toggles,
        adopt=standing.preferences.get("product.adopt_by_sku") is not False,
    )


def _why_everything_waits(
    standing: Standing, catalogue: Catalogue | None, business_now: datetime
) -> Reason | None:
    if standing.paused:
        return Reason.PAUSED
    if reason := gate(standing.licence, standing.used, business_now):
        return reason
    if standing.portal is None or catalogue is None:
        return Reason.NOT_CONNECTED
    return REASONS.get(standing.portal.state)


def _fields(portal: PortalStanding | None) -> PortalFields | None:
    """None as well for fields that another version of Ponte kept."""
    if portal is None or portal.fields is None:
        return None
    try:
        return _fields_of(portal.fields)
    except msgspec.DecodeError:
        return None


@lru_cache(maxsize=64)
def _fields_of(text: str) -> PortalFields:
    return msgspec.json.decode(text, type=PortalFields)


def _catalogue(portal: PortalStanding | None) -> Catalogue | None:
    """None while the portal's catalogue was never prepared."""
    if portal is None or portal.product_iblock_id is None or portal.base_price_type is None:
        return None
    return Catalogue(
        product_iblock_id=portal.product_iblock_id,
        offer_iblock_id=portal.offer_iblock_id,
        base_price_type=portal.base_price_type,
        product_link_property=portal.product_link_property or 0,
        offer_link_property=portal.offer_link_property,
    )
