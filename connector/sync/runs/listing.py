"""Going through Bling's lists of a kind, over all connected accounts, a page at a time.

A list changes while it is paged through. Rows that move back come twice, so a run keeps each record once.
Rows that move forward are missed: what changed since the beginning is listed once more at the end, and lists
of an account in which something was deleted meanwhile are gone through again, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.bling.client import PAGE, Bling, Record
from connector.domain import orders
from connector.domain.events import Kind
from connector.domain.vendor import ConnectionState, Disconnected, Provider
from connector.store import runs
from connector.sync.context import Context
from connector.sync.runs import slices
from connector.sync.runs.slices import Asked, Bounds, Slice
from connector.sync.runs.stride import Stride

#: Bling's clock and ours may differ by so much.
MARGIN = timedelta(minutes=2)


class Round(StrEnum):
    """Why the lists are gone through."""

    FIRST = "first"
    #: Something was deleted meanwhile: rows may have moved past us.
    AGAIN = "again"
    #: What changed meanwhile.
    NEWCOMERS = "newcomers"
    OVER = "over"


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run is in the lists."""

    begun_at: datetime
    lists: tuple[Slice, ...]
    round: Round = Round.FIRST
    #: The list that is read next, and its page.
    at: int = 0
    page: int = 1
    #: Lists that had more than one page: only these can have moved.
    long: tuple[Slice, ...] = ()

    @property
    def over(self) -> bool:
        """Everything was listed."""
        return self.round is Round.OVER


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are asked for, and where the run is after them."""

    account_id: UUID
    rows: list[Record]
    place: Place

    def labels(self, kind: Kind) -> dict[int, str]:
        """What people call the records, by Bling id."""
        return {int(row["id"]): label(kind, row) for row in self.rows}


def begin(kind: Kind, asked: Asked, context: Context, now: datetime) -> Place:
    """The beginning of the lists; raises `Disconnected` when no account is connected."""
    connected = [account for account, state in context.accounts.items() if state is ConnectionState.CONNECTED]
    if not connected:
        raise Disconnected("nenhuma conta do Bling está conectada", state=ConnectionState.NONE)
    found = slices.slices(kind, asked, bounds_of(context), connected, now)
    return Place(begun_at=now, lists=found, round=Round.FIRST if found else Round.OVER)


def bounds_of(context: Context) -> Bounds:
    """What the tenant's mappings let pass."""
    deals = context.deals
    return Bounds(products=context.filter, orders=deals.filter, connected=deals.connected)


async def read(stride: Stride, kind: Kind, asked: Asked, place: Place) -> Page:
    """The next page, which is not over yet. Raises errors of `connector.domain.vendor`."""
    one = place.lists[place.at]
    try:
        rows = await page_of(stride.bling(one.account), kind, one, place.page)
    except Disconnected as error:
        tell = stride.engine.connections.broken
        await tell(stride.tenant_id, Provider.BLING, one.account, error.state, error.text)
        raise
    wanted = [row for row in rows if slices.fits(kind, row, asked)]
    after = await _after(stride, kind, place, full=len(rows) >= PAGE)
    return Page(account_id=one.account, rows=wanted, place=after)


async def page_of(bling: Bling, kind: Kind, one: Slice, page: int) -> list[Record]:
    """A page of one list."""
    since, until = one.changed_since, one.changed_until
    match kind:
        case Kind.PRODUCT:
            return await bling.products(
                category=one.category, changed_since=since, changed_until=until, page=page
            )
        case Kind.ORDER:
            return await bling.orders(
                seller=one.seller,
                situations=one.situations,
                since=one.since,
                until=one.until,
                changed_since=since,
                changed_until=until,
                page=page,
            )
        case Kind.CONTACT:
            return await bling.contacts(changed_since=since, changed_until=until, page=page)
        case _:
            raise ValueError(f"there are no lists of {kind}")


def label(kind: Kind, row: Record) -> str:
    """What people call a record of a list."""
    if kind is Kind.ORDER:
        return orders.label(row)
    return str(row.get("nome") or row.get("codigo") or row["id"])


async def _after(stride: Stride, kind: Kind, place: Place, *, full: bool) -> Place:
    one = place.lists[place.at]
    if full:
        long = place.long if one in place.long else (*place.long, one)
        return msgspec.structs.replace(place, page=place.page + 1, long=long)
    if place.at + 1 < len(place.lists):
        return msgspec.structs.replace(place, at=place.at + 1, page=1)
    return await _next_round(stride, kind, place)


async def _next_round(stride: Stride, kind: Kind, place: Place) -> Place:
    """Short lists cannot have moved; newcomers are looked for at the very end."""
    moved = place.long if place.round is not Round.NEWCOMERS else ()
    if moved and place.round is Round.FIRST:
        async with stride.engine.database.tenant(stride.tenant_id) as conn:
            shrunk = await runs.accounts_with_deletions(conn, stride.tenant_id, kind, place.begun_at - MARGIN)
        again = tuple(one for one in moved if one.account in shrunk)
        if again:
            return msgspec.structs.replace(place, round=Round.AGAIN, lists=again, at=0, page=1)
    if moved:
        fresh = slices.newcomers(moved, place.begun_at - MARGIN, stride.engine.clock())
        return msgspec.structs.replace(place, round=Round.NEWCOMERS, lists=fresh, at=0, page=1, long=())
    return msgspec.structs.replace(place, round=Round.OVER, lists=(), at=0, page=1, long=())
