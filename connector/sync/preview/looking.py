"""The tenant's last records through a mapping that is not saved."""

from __future__ import annotations

import asyncio
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.fields import SECTION_FIELD
from connector.domain.deals import ORIGIN_FIELD
from connector.domain.events import Kind
from connector.domain.mapping import PRICE_FIELD, Lens, MappingVersion, Rule, Target, paths_of
from connector.domain.orders import filter_of, outside
from connector.domain.pictures import recognised
from connector.domain.pipelines import Pipeline
from connector.domain.products import LIST_FIELDS, Filter, needed
from connector.domain.sections import by_names, category_of
from connector.store import account_lists, calls, sections
from connector.store import links as link_rows
from connector.store.account_lists import ListName
from connector.sync.context import Context, load_context
from connector.sync.deals.lookup import held_by
from connector.sync.engine import Engine
from connector.sync.preview import seeing
from connector.sync.preview.bling_side import PATIENCE_S, BlingSide, One
from connector.sync.preview.cache import Record
from connector.sync.preview.portal_side import PortalSide
from connector.sync.preview.seeing import RecordPreview, Subject
from connector.sync.products import elements

#: Records of one preview.
MOST = 50
#: What a list shows of a record (facts and samples of Bling).
LISTED: dict[Kind, frozenset[str]] = {
    Kind.PRODUCT: LIST_FIELDS,
    Kind.ORDER: frozenset(
        {
            *("id", "numero", "numeroLoja", "data", "dataSaida", "dataPrevista", "totalProdutos", "total"),
            *("contato", "situacao", "loja"),
        }
    ),
    Kind.SALE: frozenset(
        {
            *("id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "contato"),
            *("naturezaOperacao", "loja"),
        }
    ),
}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Records before and after; `unread` = how many could not be read whole just now.

    `pending` = how many of those are only waiting for their turn at Bling: asking again shows more.
    """

    records: tuple[RecordPreview, ...]
    unread: int = 0
    pending: int = 0


async def preview(
    engine: Engine, tenant_id: UUID, mapping: MappingVersion, limit: int, patience: float = PATIENCE_S
) -> Preview:
    """What the mapping would do to the tenant's last records, or to its Bling account's while it has none.

    Nothing is written; at most `limit` records are read, those of the last ten minutes not again. After
    `patience` seconds what is there is shown.
    """
    context = await load_context(engine, tenant_id)
    async with engine.database.tenant(tenant_id):
        sections = await _sections(tenant_id, context, mapping)
    looking = _Looking(engine, tenant_id, context, Lens(mapping, sections), mapping, patience)
    try:
        return await looking.look(min(limit, MOST))
    finally:
        await looking.close()


class _Looking:
    def __init__(
        self,
        engine: Engine,
        tenant_id: UUID,
        context: Context,
        lens: Lens,
        mapping: MappingVersion,
        patience: float,
    ) -> None:
        self._engine, self._tenant_id, self._context = engine, tenant_id, context
        self._mapping, self._lens = mapping, lens
        self._kind = mapping.kind
        self._bling = BlingSide(engine, context, self._kind, patience)
        self._portal = PortalSide(engine, context, self._kind, patience)

    async def look(self, limit: int) -> Preview:
        """Choose, read, see."""
        async with self._engine.database.tenant(self._tenant_id) as conn:
            links = await link_rows.newest(conn, self._tenant_id, self._kind, limit)
        ones = [One(link.record.account_id, link.record.bling_id, link) for link in links]
        if not ones:
            ones = await self._bling.first(limit)
        told, present = await asyncio.gather(
            self._bling.sources(ones, by_list=self._by_list), self._portal.present(links)
        )
        seen: list[RecordPreview] = []
        pending = 0
        for one in ones:
            if one.name in told.whole:
                seen.append(self._see(one, told.whole[one.name], present, self._lens))
            elif one.name not in told.silent:
                pending += 1
                seen.append(self._partly(one, told.rough.get(one.name), present))
        unread = sum(one.name not in told.whole for one in ones)
        return Preview(records=tuple(seen), unread=unread, pending=pending)

    async def close(self) -> None:
        """Log what was asked."""
        async with self._engine.database.tenant(self._tenant_id) as conn:
            made = [*self._bling.calls, *self._portal.calls]
            await calls.record(conn, self._tenant_id, made, self._bling.scopes)

    # Before and after

    def _partly(self, one: One, source: Record | None, present: dict[int, Record]) -> RecordPreview:
        """By the rules that a list covers, if there is one."""
        if source is None:
            return seeing.unseen(self._subject(one, {}))
        covered = tuple(rule for rule in self._mapping.rules if _first_parts(rule) <= LISTED[self._kind])
        lens = Lens(msgspec.structs.replace(self._mapping, rules=covered), self._lens.sections)
        return msgspec.structs.replace(self._see(one, source, present, lens), partial=True)

    def _subject(self, one: One, source: Record) -> Subject:
        link = one.link
        return Subject(
            bling_id=one.bling_id,
            source=source,
            company_id=self._context.companies.get(one.account_id, ""),
            bitrix_id=link.bitrix_id if link is not None else None,
            label=link.label if link is not None else "",
            shape=(link.shape or "") if link is not None else "",
            memory=seeing.written(link.written) if link is not None else {},
        )

    def _see(self, one: One, source: Record, present: dict[int, Record], lens: Lens) -> RecordPreview:
        subject = self._subject(one, source)
        row = present.get(subject.bitrix_id or 0)
        match self._kind:
            case Kind.PRODUCT:
                if row is not None:
                    values = recognised(self._element(row), subject.memory, lens.pictures)
                    subject = msgspec.structs.replace(subject, present=values)
                return seeing.product(lens, subject, self._filter, self._context.fields)
            case Kind.ORDER:
                connected = self._context.deals.connected.get(one.account_id)
                is_linked = subject.bitrix_id is not None
                chosen = filter_of(self._mapping.filter)
                reason = outside(source, chosen, connected, linked=is_linked)
                seen = seeing.order(lens, subject, reason, self._pipelines)
            case _:
                seen = seeing.sale(lens, subject)
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


async def _sections(tenant_id: UUID, context: Context, mapping: MappingVersion) -> dict[str, str]:
    """The section of each category: the one that is known, else the one that would be taken or made."""
    if mapping.kind is not Kind.PRODUCT:
        return {}
    rows = [
        row
        for one in await account_lists.load(tenant_id)
        if one.name is ListName.CATEGORIES
        for row in one.rows
        if row.get("id")
    ]
    categories = {one.id: one for one in map(category_of, rows)}
    there = context.fields.product if context.fields is not None else ()
    options = next((one.options for one in there if one.name == SECTION_FIELD), ())
    guessed = by_names(categories, ((one.id, one.name) for one in options))
    return {**guessed, **await sections.together(tenant_id)}


def _first_parts(rule: Rule) -> frozenset[str]:
    return frozenset(path.partition(".")[0] for path in paths_of(rule))


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
