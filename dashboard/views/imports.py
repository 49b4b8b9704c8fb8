"""Importação: what is under way, the form for more, what was; one import or export; a rehearsal's result."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Action, Chip, Choice, Fact
from dashboard.views.ticks import Part


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is; `share` 0–1, None while nobody knows how much there is."""

    share: float | None
    percent: str
    count: str
    left: str
    #: Pace, and whatever else stands below the bar.
    notes: tuple[str, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of a run."""

    name: str
    value: str
    meaning: str


class RunPane(msgspec.Struct, frozen=True, kw_only=True):
    """One import or rehearsal."""

    id: str
    url: str
    title: str
    started: str
    chip: Chip
    #: Why nothing happens now, why it failed, or how it ended.
    says: str
    says_link: Action | None
    #: None once it is over.
    progress: Progress | None
    figures: tuple[Figure, ...]
    #: What may be done with it; empty for those who only look.
    deeds: tuple[Action, ...]
    running: bool


class Cancel(msgspec.Struct, frozen=True, kw_only=True):
    """The question before a run is cancelled."""

    title: str
    url: str
    back: str
    #: How many have passed; empty while none has.
    done: str
    #: What becomes of the rest.
    facts: tuple[str, ...]
    #: What may be wished in its place; None where it is paused already.
    pause: Action | None


class KindTab(msgspec.Struct, frozen=True):
    """A kind that can be imported."""

    label: str
    url: str
    current: bool


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What would be imported."""

    kind: str
    tabs: tuple[KindTab, ...]
    since: str
    accounts: tuple[Choice, ...]
    #: Products: all, the active or the inactive ones.
    situations: tuple[Choice, ...]
    #: Categories; or situations, channels and sellers of orders.
    parts: tuple[Part, ...]
    #: How old these lists are, where Bling did not answer just now.
    lists: str
    automations: bool
    #: By field.
    errors: dict[str, str]
    #: What would be left out, with the way to the options.
    skips: str
    options_url: str
    #: Why nothing can be begun now.
    refused: str
    refused_link: Action | None
    #: Newest rehearsal of this kind.
    rehearsed: str
    rehearsal: Action | None
    forecast: tuple[str, ...]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is over."""

    url: str
    at: datetime
    what: str
    who: str
    records: str
    took: str
    chip: Chip


class Imports(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    url: str
    running: bool
    panes: tuple[RunPane, ...]
    #: None for those who only look.
    form: Form | None
    past: tuple[Past, ...]
    #: Older ones, and back to the newest; empty where there are none.
    older_url: str
    newest_url: str
    #: What could not be done just now.
    refused: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A record that failed; `number` names it in forms, `key` to people."""

    number: str
    key: str
    label: str
    why: str
    remedy: str
    url: str


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import or export."""

    pane: RunPane
    failures: tuple[Failure, ...]
    failed: str
    more_url: str
    may_retry: bool
    said: str
    refused: str


class Change(msgspec.Struct, frozen=True):
    """A field of an example: as it is in Bitrix24, and as it would be."""

    field: str
    before: str
    after: str


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a class."""

    label: str
    key: str
    detail: str
    changes: tuple[Change, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A class with its examples."""

    name: str
    count: str
    meaning: str
    reasons: tuple[Fact, ...]
    examples: tuple[Example, ...]


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do."""

    pane: RunPane
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    #: Begins the import that was rehearsed; empty where that cannot be.
    import_url: str
    refused: str
