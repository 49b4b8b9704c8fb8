"""What the address of the list asks for. What nobody knows is left aside: an old link still shows a list."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Outcome, Reason

LONGEST_SEARCH = 100
#: Bling's and Bitrix24's ids are 64-bit.
LARGEST_ID = 2**63 - 1
#: The largest event id.
LAST = (1 << 128) - 1

Choice = TypeVar("Choice", bound=Enum)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Filters and place."""

    search: str = ""
    kind: Kind | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    #: Only events before this one: `depois` of the page before, or `ate` with the event itself.
    before: UUID | None = None
    #: The newest that the reader has seen.
    since: UUID | None = None

    @property
    def number(self) -> int | None:
        """The id that the search may be."""
        digits = self.search.isascii() and self.search.isdecimal() and len(self.search) <= 19
        return int(self.search) if digits and int(self.search) <= LARGEST_ID else None

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.search or self.kind or self.outcome or self.reason)

    def url(self, path: str = "/eventos", **changes: str | None) -> str:
        """The address of the same filters with some of them changed; the place is not kept."""
        names = {"q": self.search, "tipo": self.kind, "resultado": self.outcome, "motivo": self.reason}
        query = urlencode({name: value for name, value in (names | changes).items() if value})
        return f"{path}?{query}" if query else path


def asked_of(query: Mapping[str, str]) -> Asked:
    """Read the address."""
    upto = _event(query.get("ate", ""))
    return Asked(
        search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        kind=_one(Kind, query.get("tipo", "")),
        outcome=_one(Outcome, query.get("resultado", "")),
        reason=_one(Reason, query.get("motivo", "")),
        before=UUID(int=min(upto.int + 1, LAST)) if upto else _event(query.get("depois", "")),
        since=_event(query.get("desde", "")),
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
