"""An export: products of Bitrix24 go to Bling, all, those that changed, or those that were chosen.

The portal's list is read by growing ids, so that what is made or deleted meanwhile shifts nothing. Its
records go through the inbox like a change that the portal told of; the same options say what may be written.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.batch import Command
from connector.bitrix24.packer import Packer
from connector.bitrix24.paged import done
from connector.domain.events import Kind, Lane, RecordKey, Source
from connector.domain.vendor import Rejected
from connector.store import connections, links, runs
from connector.store.scope import Connection
from connector.sync.portal.intake import unborn
from connector.sync.products import elements
from connector.sync.runs.feeding import Feeding, tally
from connector.sync.runs.stride import Stride

#: Rows of one list.
PAGE = 50
#: Ids that one export may name.
MOST_CHOSEN = 1_000


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody asked to be exported."""

    #: Bitrix24's ids; empty = all.
    chosen: tuple[int, ...] = ()
    #: Of this section of the catalogue, without those below it; variations stand in none. 0 = any.
    section: int = 0
    #: Changed in Bitrix24 since then.
    since: datetime | None = None
    #: Only what Bling does not have yet.
    new_only: bool = False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where listing goes on: which iblock (variations come after products), after which id."""

    offers: bool = False
    after: int = 0
    over: bool = False


class Exporting(Feeding):
    """The task of exports."""

    def place(self, stride: Stride) -> Place | None:
        kept = stride.run.place
        return None if kept is None else msgspec.json.decode(kept, type=Place)

    def begin(self, stride: Stride) -> Place:
        return Place()

    async def read(self, stride: Stride, room: int) -> None:
        place, wish = self.place(stride), _wish(stride)
        assert place is not None, "a run is listed once it has begun"
        found = await _page(stride, wish, place)
        following = _following(wish, place, found)
        account = await _main_account(stride)
        keys = await _keys(stride, account, found, wish)
        async with stride.commit(place=following, counts=tally(stride), detail=None) as conn:
            fresh = 0
            for owner, labels in keys.items():
                fresh += await runs.list_items(conn, stride.run, owner, labels)
                stride.run = msgspec.structs.replace(stride.run, listed=stride.run.listed + fresh)
            listed = stride.run.listed
            stride.change(listed=listed, total=listed if following.over else None)
            await self.feed(stride, conn, room)
        await stride.engine.waker.wake([stride.tenant_id])

    async def put(self, stride: Stride, conn: Connection, records: list[RecordKey]) -> None:
        await stride.queue(conn, records, Source.BITRIX24, lane=Lane.IMPORT)


async def _page(stride: Stride, wish: Wish, place: Place) -> list[vendor.Present]:
    """The next rows of the iblock, by their ids."""
    assert stride.context.catalogue is not None, "a run is walked with a catalogue only"
    iblock = elements.iblock(stride.context.catalogue, offers=place.offers)
    if iblock is None:
        return []
    wanted = {**asked(wish, iblock[0]), ">id": place.after}
    params = {**vendor.find_by_ids(*iblock, ()).params, "filter": wanted, "order": {"id": "ASC"}, "start": -1}
    answer = await done(Packer(stride.portal()), Command("catalog.product.list", params))
    return vendor.found(answer.result, iblock[1])


def asked(wish: Wish, iblock_id: int) -> dict[str, object]:
    """What the portal's list of an iblock is asked for."""
    wanted: dict[str, object] = {"iblockId": iblock_id}
    if wish.chosen:
        wanted["id"] = list(wish.chosen)
    if wish.section:
        wanted["iblockSectionId"] = wish.section
    if wish.since is not None:
        wanted[">timestampX"] = wish.since.isoformat()
    return wanted


def _following(wish: Wish, place: Place, found: list[vendor.Present]) -> Place:
    if len(found) >= PAGE:
        return Place(offers=place.offers, after=max(one.id for one in found))
    return Place(offers=True, over=place.offers or wish.section > 0)


async def _keys(
    stride: Stride, account: UUID, found: list[vendor.Present], wish: Wish
) -> dict[UUID, dict[int, str]]:
    """The records' keys with their names, by account: what Bling has already, and what it does not."""
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        known = await links.by_bitrix(conn, stride.tenant_id, Kind.PRODUCT, [one.id for one in found])
    keys: dict[UUID, dict[int, str]] = {}
    for one in found:
        link = known.get(one.id)
        linked = link is not None and link.record.bling_id > 0
        if linked and wish.new_only:
            continue
        key = link.record if link is not None and linked else unborn(Kind.PRODUCT, account, one.id)
        keys.setdefault(key.account_id, {})[key.bling_id] = str(one.fields.get("name") or one.id)
    return keys


async def _main_account(stride: Stride) -> UUID:
    async with stride.engine.database.tenant(stride.tenant_id) as conn:
        accounts = await connections.accounts(conn, stride.tenant_id)
    main = next((one.id for one in accounts if one.main), None)
    if main is None:
        raise Rejected("nenhuma conta do Bling está conectada: conecte uma")
    return main


def _wish(stride: Stride) -> Wish:
    return msgspec.json.decode(stride.run.wish, type=Wish)
