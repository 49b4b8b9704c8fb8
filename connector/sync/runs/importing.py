"""An import: what Bling's lists show comes over."""

from __future__ import annotations

import msgspec

from connector.domain.events import Kind, RecordKey, Source
from connector.store import runs
from connector.store.scope import Connection
from connector.sync.quiet import AUTOMATIONS
from connector.sync.runs import listing
from connector.sync.runs.feeding import Feeding, Tally, tally, tally_of
from connector.sync.runs.listing import Place
from connector.sync.runs.slices import Asked
from connector.sync.runs.stride import Stride

__all__ = ["KINDS", "Importing", "Tally", "Wish", "body_of", "tally_of"]

#: Kinds that have lists to be imported from.
KINDS = (Kind.PRODUCT, Kind.ORDER, Kind.CONTACT)


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody asked to be imported."""

    asked: Asked = Asked()
    #: Let the portal's automations run for what is made.
    automations: bool = False


class Importing(Feeding):
    """The task of imports."""

    def place(self, stride: Stride) -> Place | None:
        kept = stride.run.place
        return None if kept is None else msgspec.json.decode(kept, type=Place)

    def begin(self, stride: Stride) -> Place:
        return listing.begin(stride.run.kind, _wish(stride).asked, stride.context, stride.engine.clock())

    async def read(self, stride: Stride, room: int) -> None:
        kind, place = stride.run.kind, self.place(stride)
        assert place is not None, "a run is listed once it has begun"
        page = await listing.read(stride, kind, _wish(stride).asked, place)
        async with stride.commit(place=page.place, counts=tally(stride), detail=None) as conn:
            fresh = await runs.list_items(conn, stride.run, page.account_id, page.labels(kind))
            listed = stride.run.listed + fresh
            stride.change(listed=listed, total=listed if page.place.over else None)
            await self.feed(stride, conn, room)
        await stride.engine.waker.wake([stride.tenant_id])

    async def put(self, stride: Stride, conn: Connection, records: list[RecordKey]) -> None:
        await stride.queue(conn, records, Source.IMPORT, body_of(_wish(stride)))


def body_of(wish: Wish) -> dict[str, str]:
    """What an event of the import says of it."""
    return {AUTOMATIONS: "yes"} if wish.automations else {}


def _wish(stride: Stride) -> Wish:
    return msgspec.json.decode(stride.run.wish, type=Wish)
