"""What the address of the list asks for. What nobody knows is left aside: an old link still shows a list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.account.replaying import LONGEST_SEARCH, Wish
from connector.domain.events import Kind, Outcome, Reason, Source
from dashboard.reader import reader

#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1
#: The largest event id.
LAST = (1 << 128) - 1
#: Days that a history may have.
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2199, 12, 31)

Choice = TypeVar("Choice", bound=Enum)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Filters and place."""

    search: str = ""
    kind: Kind | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    source: Source | None = None
    #: Days of the reader's zone, both of them within.
    first: date | None = None
    last: date | None = None
    #: Only events before this one: `depois` of the page before, or `ate` with the event itself.
    before: UUID | None = None
    #: Only events after this one, for the page back.
    past: UUID | None = None
    #: The newest that the reader has seen.
    since: UUID | None = None
    #: Records of a bulk replay that was just asked for.
    replayed: int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.filters())

    def filters(self) -> dict[str, str]:
        """The names of the address that say something, without the place."""
        names = {
            "q": self.search,
            "tipo": self.kind,
            "resultado": self.outcome,
            "motivo": self.reason,
            "origem": self.source,
            "inicio": self.first and self.first.isoformat(),
            "fim": self.last and self.last.isoformat(),
        }
        return {name: str(value) for name, value in names.items() if value}

    def url(self, path: str = "/eventos", **changes: str | None) -> str:
        """The address of the same filters with some of them changed; the place is not kept."""
        query = urlencode({name: value for name, value in (self.filters() | changes).items() if value})
        return f"{path}?{query}" if query else path

    def wish(self) -> Wish:
        """The same for whoever looks the events up."""
        return Wish(
            kind=self.kind,
            outcome=self.outcome,
            reason=self.reason,
            source=self.source,
            since=_midnight(self.first) if self.first else None,
            until=_midnight(self.last + timedelta(days=1)) if self.last else None,
            q=self.search or None,
        )


def asked_of(query: Mapping[str, str]) -> Asked:
    """Read the address."""
    upto = _event(query.get("ate", ""))
    first, last = _day(query.get("inicio", "")), _day(query.get("fim", ""))
    if first and last and last < first:
        first, last = last, first
    return Asked(
        search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH].strip(),
        kind=_one(Kind, query.get("tipo", "")),
        outcome=_one(Outcome, query.get("resultado", "")),
        reason=_one(Reason, query.get("motivo", "")),
        source=_one(Source, query.get("origem", "")),
        first=first,
        last=last,
        before=UUID(int=min(upto.int + 1, LAST)) if upto else _event(query.get("depois", "")),
        past=_event(query.get("antes", "")),
        since=_event(query.get("desde", "")),
        replayed=_count(query.get("feitos", "")),
    )


def _one(kind: type[Choice], value: str) -> Choice | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _event(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), reader().zone)
