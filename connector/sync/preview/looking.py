"""The tenant's last records through a mapping that is not saved."""

from __future__ import annotations

import asyncio
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.deals import ORIGIN_FIELD
from connector.domain.events import Kind
from connector.domain.mapping import PRICE_FIELD, Lens, MappingVersion, Target
from connector.domain.orders import filter_of, outside
from connector.domain.pipelines import Pipeline
from connector.domain.products import LIST_FIELDS, Filter, needed
from connector.store import calls
from connector.store import links as link_rows
from connector.sync.context import Context, load_context
from connector.sync.deals.lookup import held_by
from connector.sync.engine import Engine
from connector.sync.preview import seeing
from connector.sync.preview.bling_side import BlingSide, One
from connector.sync.preview.cache import Record
from connector.sync.preview.portal_side import PortalSide
from connector.sync.preview.seeing import RecordPreview, Subject
from connector.sync.products import elements

#: Records of one preview.
MOST = 50


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Records before and after; `unread` = how many could not be read just now."""

    records: tuple[RecordPreview, ...]
    unread: int = 0


async def preview(engine: Engine, tenant_id: UUID, mapping: MappingVersion, limit: int) -> Preview:
    """What the mapping would do to the tenant's last records, or to its Bling account's while it has none.

    Nothing is written; at most `limit` records are read, those of the last ten minutes not again.
    """
    context = await load_context(engine, tenant_id)
    looking = _Looking(engine, tenant_id, context, mapping)
    try:
        return await looking.look(min(limit, MOST))
    finally:
        await looking.close()


class _Looking:
    def __init__(self, engine: Engine, tenant_id: UUID, context: Context, mapping: MappingVersion) -> None:
        self._engine, self._tenant_id, self._context = engine, tenant_id, context
        self._mapping, self._lens = mapping, Lens(mapping)
        self._kind = mapping.kind
        self._bling = BlingSide(engine, context, self._kind)
        self._portal = PortalSide(engine, context, self._kind)

    async def look(self, limit: int) -> Preview:
        """Choose, read, see."""
        async with self._engine.database.tenant(self._tenant_id) as conn:
            links = await link_rows.newest(conn, self._tenant_id, self._kind, limit)
        ones = [One(link.record.account_id, link.record.bling_id, link) for link in links]
        if not ones:
            ones = await self._bling.first(limit)
        sources, present = await asyncio.gather(
            self._bling.sources(ones, by_list=self._by_list), self._portal.present(links)
        )
        seen = [self._see(one, sources[one.name], present) for one in ones if one.name in sources]
        return Preview(records=tuple(seen), unread=len(ones) - len(seen))

    async def close(self) -> None:
        """Log what was asked."""
        async with self._engine.database.tenant(self._tenant_id) as conn:
            made = [*self._bling.calls, *self._portal.calls]
            await calls.record(conn, self._tenant_id, made, self._bling.scopes)

    # Before and after

    def _see(self, one: One, source: Record, present: dict[int, Record]) -> RecordPreview:
        link = one.link
        subject = Subject(
            bling_id=one.bling_id,
            source=source,
            company_id=self._context.companies.get(one.account_id, ""),
            bitrix_id=link.bitrix_id if link is not None else None,
            label=link.label if link is not None else "",
            shape=(link.shape or "") if link is not None else "",
            memory=seeing.written(link.written) if link is not None else {},
        )
        row = present.get(subject.bitrix_id or 0)
        match self._kind:
            case Kind.PRODUCT:
                if row is not None:
                    subject = msgspec.structs.replace(subject, present=self._element(row))
                return seeing.product(self._lens, subject, self._filter, self._context.fields)
            case Kind.ORDER:
                connected = self._context.deals.connected.get(one.account_id)
                is_linked = subject.bitrix_id is not None
                chosen = filter_of(self._mapping.filter)
                reason = outside(source, chosen, connected, linked=is_linked)
                seen = seeing.order(self._lens, subject, reason, self._pipelines)
            case _:
                seen = seeing.sale(self._lens, subject)
        return seen if row is None else _with_deal(seen, row)

    def _element(self, row: Record) -> Target:
        """A row of the catalogue as canonical texts."""
        catalogue = self._context.catalogue
        number = 0
        if catalogue is not None:
            is_offer = row.get("iblockId") == catalogue.offer_iblock_id
            place = elements.iblock(catalogue, offers=is_offer)
            number = place[1] if place is not None else 0
        (one,) = vendor.found([row], number)
        values = elements.present(one, self._lens.free).values
        price = row.get(PRICE_FIELD)
        return {**values, PRICE_FIELD: str(price)} if price else values

    @property
    def _by_list(self) -> bool:
        if self._kind is not Kind.PRODUCT:
            return False
        return needed(self._lens, self._filter) <= LIST_FIELDS

    @property
    def _filter(self) -> Filter:
        return msgspec.convert(self._mapping.filter, Filter)

    @property
    def _pipelines(self) -> tuple[Pipeline, ...]:
        portal = self._context.portal
        if portal is None or portal.crm is None:
            return ()
        try:
            return msgspec.json.decode(portal.crm, type=CrmPlaces).pipelines
        except msgspec.DecodeError:
            return ()


def _with_deal(seen: RecordPreview, row: Record) -> RecordPreview:
    """What the deal holds in the place of what we remember."""
    wanted = {one.field: one.after or "" for one in seen.fields}
    held = held_by(row, wanted)
    fields = tuple(
        one
        if one.field == ORIGIN_FIELD and not held.get(one.field)
        else msgspec.structs.replace(one, before=held.get(one.field, one.before) or None)
        for one in seen.fields
    )
    return msgspec.structs.replace(seen, fields=fields)
