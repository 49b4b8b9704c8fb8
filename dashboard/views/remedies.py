"""Remedies: the question before many records run again, and the products that one may become."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Action


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """What will be done, before it is."""

    title: str
    lead: str
    facts: tuple[str, ...]
    button: str
    back: str
    reason: str
    kind: str
    #: There is something to run.
    anything: bool


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A product of Bitrix24 with the record's SKU; `why_not` where it cannot be taken over."""

    bitrix_id: str
    name: str
    facts: str
    why_not: str


class Choose(msgspec.Struct, frozen=True, kw_only=True):
    """The choice of an ambiguous record's pair; without `rows` they are asked for when the page is there."""

    url: str
    rows: tuple[Candidate, ...] | None
    #: Why there is nothing to choose from.
    said: str = ""
    #: What stands against a choice that was made.
    error: str = ""
    editable: bool

    @property
    def may_pick(self) -> bool:
        """Whether one of them can be taken over."""
        return any(not row.why_not for row in self.rows or ())


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """Above a list of one reason: what it means, and its buttons."""

    sentence: str
    actions: tuple[Action, ...]
