"""Lists of records by state, reason and what a person typed."""

from __future__ import annotations

from uuid import UUID

import msgspec

from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.words import words_of
from connector.store.links import Link, link_of
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("record_lists")

_FIRST_ID = UUID(int=0)
_KINDS = sorted(Kind)
#: Bling's and Bitrix24's ids are 64-bit.
_LARGEST_ID = 2**63 - 1
#: Names that begin with the longest word of a search, of those that are looked at.
_MOST_NAMES = 1_000
#: After every text that begins alike.
_END = chr(0x10FFFF)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which records; None = all. `q` = how a SKU, number or word of the name begins, or either side's id."""

    kind: Kind | None = None
    state: RecordState | None = None
    reason: Reason | None = None
    q: str | None = None


async def records(
    conn: Connection, tenant_id: UUID, wanted: Wanted, after: RecordKey | None, limit: int
) -> list[Link]:
    """Records by kind, account and Bling id; `after` = the record that the page before ended with."""
    found: list[Link] = []
    for kind in _KINDS if wanted.kind is None else [wanted.kind]:
        if after is not None and kind < after.kind:
            continue
        here = after if after is not None and kind == after.kind else None
        found += await _of_kind(conn, tenant_id, kind, wanted, here, limit - len(found))
        if len(found) >= limit:
            break
    return found


async def _of_kind(
    conn: Connection, tenant_id: UUID, kind: Kind, wanted: Wanted, after: RecordKey | None, limit: int
) -> list[Link]:
    place = (after.account_id, after.bling_id) if after else (_FIRST_ID, 0)
    asked = (tenant_id, kind, wanted.state, *place, limit)
    # Postgres takes no NUL in text.
    q = (wanted.q or "").replace("\0", "").strip()
    if wanted.q and not q:
        return []
    if q:
        rows = await conn.fetch(_SQL["search"], *asked, wanted.reason, *_meant(q), _MOST_NAMES)
    elif wanted.reason is not None:
        rows = await conn.fetch(_SQL["of_reason"], *asked, wanted.reason)
    else:
        rows = await conn.fetch(_SQL["in_state"], *asked)
    return list(map(link_of, rows))


def _meant(q: str) -> tuple[object, ...]:
    """What a search looks for: text, id, ranges of words."""
    # Signs alone are no word: nothing stands at or after the end.
    low, *others = sorted(words_of(q), key=len, reverse=True) or [_END]
    return q, _number(q), low, low + _END, others, [f"{word}{_END}" for word in others]


def _number(q: str) -> int | None:
    """The id that `q` may be."""
    digits = q.isascii() and q.isdecimal() and len(q) <= 19
    return int(q) if digits and int(q) <= _LARGEST_ID else None
