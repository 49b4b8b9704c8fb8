"""The records of Bitrix24 that an ambiguous product may become: those with its SKU, as they are now."""

from __future__ import annotations

import asyncio
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Failed, Packer
from connector.domain.events import Kind
from connector.domain.vendor import Call, ConnectionState, Transient, VendorError
from connector.store import calls, links
from connector.store.links import Link
from connector.store.standing import PortalStanding
from connector.sync.clients import bitrix24_client
from connector.sync.context import load_context
from connector.sync.engine import Engine
from connector.sync.products import elements

#: Seconds that a person waits for the portal.
PATIENCE_S = 8.0
#: More products than this with one SKU are no choice for a person.
MOST = 50


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A product of Bitrix24 with the same SKU."""

    bitrix_id: int
    name: str
    active: bool
    #: Bling id that it carries; "" when none.
    link: str
    #: The record of ours that it belongs to, by our own memory.
    taken_by: Link | None

    def is_free_for(self, record: Link) -> bool:
        """Whether this record may take it over."""
        if self.taken_by is not None and self.taken_by.record != record.record:
            return False
        return self.link in ("", str(record.record.bling_id))


async def candidates(engine: Engine, tenant_id: UUID, record: Link) -> list[Candidate]:
    """Ask the portal; free ones first. Raises `VendorError` when it cannot be asked now."""
    context = await load_context(engine, tenant_id)
    portal, catalogue = context.portal, context.catalogue
    if not record.sku or portal is None or catalogue is None:
        return []
    if portal.state is not ConnectionState.CONNECTED:
        raise Transient("o Bitrix24 não está conectado")
    made: list[Call] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await _ask(engine, tenant_id, portal, catalogue, record.sku, made)
    except TimeoutError as error:
        raise Transient("o Bitrix24 não respondeu a tempo") from error
    finally:
        async with engine.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made)
    async with engine.database.tenant(tenant_id) as conn:
        known = await links.by_bitrix(conn, tenant_id, Kind.PRODUCT, [one.id for one in found])
    told = [_candidate(one, known.get(one.id)) for one in found]
    return sorted(told, key=lambda one: (not one.is_free_for(record), one.bitrix_id))


async def _ask(
    engine: Engine,
    tenant_id: UUID,
    portal: PortalStanding,
    catalogue: Catalogue,
    sku: str,
    made: list[Call],
) -> list[vendor.Present]:
    packer = Packer(bitrix24_client(engine, tenant_id, portal, made.append))
    places = [elements.iblock(catalogue, offers=side) for side in (False, True)]
    known = [place for place in places if place is not None]
    results = await packer.run([vendor.find_by_xml_id(*place, [sku]) for place in known])
    found: list[vendor.Present] = []
    for (_, link_property), result in zip(known, results, strict=True):
        if isinstance(result, Failed):
            raise VendorError(result.error.text)
        found += vendor.found(result.result, link_property)
    return found[:MOST]


def _candidate(one: vendor.Present, taken_by: Link | None) -> Candidate:
    return Candidate(bitrix_id=one.id, name=one.name, active=one.active, link=one.link, taken_by=taken_by)
