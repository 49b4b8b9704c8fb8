"""What a person means who types a SKU, a number, a name or an id: records, or single events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from connector.domain.events import Kind, RecordKey
from connector.domain.words import folded, words_of
from connector.store import ids
from connector.store.event_lists import windows
from connector.store.links import Link, link_of
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("event_search")

#: Records that a search finds at most.
MOST = 20
#: Names with the rarest word of a search that are looked at.
MOST_NAMES = 500
#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1
#: Deliveries are named by UUIDs (Bling) or by words of ours with one in them (`replay:…`).
SHORTEST_DELIVERY = 16
#: After every text that begins alike.
_END = chr(0x10FFFF)


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """Records whose events are meant, or events themselves; nothing at all: nobody knows it."""

    links: tuple[Link, ...] = ()
    #: More records would fit.
    more: bool = False
    #: A record that no link knows: its events may be there all the same.
    number: int | None = None
    events: tuple[UUID, ...] = ()

    def records(self) -> tuple[tuple[Kind, int], ...]:
        """As a filter takes them."""
        known = tuple((one.record.kind, one.record.bling_id) for one in self.links)
        unknown = tuple((kind, self.number) for kind in Kind) if self.number is not None else ()
        return tuple(dict.fromkeys((*known, *unknown)))


async def meant(conn: Connection, tenant_id: UUID, text: str, kind: Kind | None) -> Meant:
    """Look everywhere the text may stand; what is found exactly goes before what only begins so."""
    q = text.replace("\0", "").strip()
    if not q:
        return Meant()
    if (event := _uuid(q)) is not None or len(q) >= SHORTEST_DELIVERY:
        found = await _deliveries(conn, tenant_id, q, event)
        if found:
            return Meant(events=found)
    number = number_of(q)
    links = await _links(conn, tenant_id, q, number, kind)
    return Meant(links=tuple(links[:MOST]), more=len(links) > MOST, number=number)


async def _deliveries(conn: Connection, tenant_id: UUID, q: str, event: UUID | None) -> tuple[UUID, ...]:
    """Events that the vendor or we call so; the vendor's own word for one comes first."""
    found = [row["id"] for row in await conn.fetch(_SQL["waiting_delivery"], tenant_id, q)]
    for low, high in (*_around(event), *windows()):
        if found:
            break
        found = [row["id"] for row in await conn.fetch(_SQL["delivery"], tenant_id, q, low, high, MOST)]
    return tuple(found) or ((event,) if event is not None else ())


async def settled_deliveries(
    conn: Connection, tenant_id: UUID, deliveries: Collection[str], since: UUID
) -> set[str]:
    """Which of these have been settled, in events no older than `since`."""
    rows = await conn.fetch(_SQL["deliveries"], tenant_id, list(deliveries), since)
    return {row["provider_event_id"] for row in rows}


async def _links(
    conn: Connection, tenant_id: UUID, q: str, number: int | None, kind: Kind | None
) -> list[Link]:
    kinds = list(Kind) if kind is None else [kind]
    found: dict[RecordKey, Link] = {}
    for one in kinds if number is not None else ():
        _keep(found, await conn.fetch(_SQL["by_number"], tenant_id, one, number, MOST + 1))
    for one in kinds:
        _keep(found, await conn.fetch(_SQL["by_sku"], tenant_id, one, q, MOST + 1))
    exact = [link for link in found.values() if _is_exact(link, q, number)]
    if exact:
        return exact
    if len(found) <= MOST:
        _keep(found, await _named(conn, tenant_id, q, kind))
    return list(found.values())


async def _named(conn: Connection, tenant_id: UUID, q: str, kind: Kind | None) -> list[object]:
    """Names with all these words, found by the word that the fewest have."""
    words = words_of(q)
    if not words:
        return []
    ends = [word + _END for word in words]
    counted = await conn.fetch(_SQL["rarity"], tenant_id, words, ends, MOST_NAMES)
    rarest = min(counted, key=lambda row: row["n"])["low"]
    others = [word for word in words if word != rarest]
    rows: list[object] = await conn.fetch(
        *(_SQL["by_words"], tenant_id, kind, rarest, rarest + _END),
        *(others, [word + _END for word in others], MOST + 1, MOST_NAMES),
    )
    return rows


def _around(delivery: UUID | None) -> Iterator[tuple[UUID, UUID]]:
    """Bling names its deliveries by UUIDv7, so that the name tells the days to look at first."""
    if delivery is not None and delivery.version == 7:
        at = ids.time_of(delivery)
        if abs(at - datetime.now(UTC)) < timedelta(days=500):
            yield ids.bound_at(at - timedelta(days=1)), ids.bound_at(at + timedelta(days=1))


def _keep(found: dict[RecordKey, Link], rows: Iterable[object]) -> None:
    for link in map(link_of, rows):
        found.setdefault(link.record, link)


def _is_exact(link: Link, q: str, number: int | None) -> bool:
    return folded(link.sku or "") == folded(q) or link.record.bling_id == number


def number_of(text: str) -> int | None:
    """The id that a text may be."""
    digits = text.isascii() and text.isdecimal() and len(text) <= 19
    return int(text) if digits and 0 < int(text) <= LARGEST_ID else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) >= 32 else None
    except ValueError:
        return None
