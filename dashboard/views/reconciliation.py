"""Conferência: do both sides agree, and what differs?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.drift_chart import Curve
from dashboard.views.parts import Action, Chip, Fact, Nav, Notice
from dashboard.views.records import StateTab


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One kind's last comparison; opens it."""

    name: str
    score: str
    text: str
    url: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """How far both sides agree: for Visão geral and Importação."""

    #: `99,94 %`; empty before the first comparison.
    score: str
    meaning: str
    at: datetime | None
    kinds: tuple[Standing, ...]
    #: Comparisons that run now.
    running: tuple[Action, ...]
    #: Conferir agora; None for who only looks, and while everything is being compared.
    begin: Action | None
    #: Where all comparisons are; empty on that page.
    all_url: str


class FieldDiffering(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a difference: its value by Bling, and the one in Bitrix24; empty for none."""

    name: str
    bling: str
    bitrix24: str
    why: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is not the same."""

    label: str
    #: Its record's page; empty for what no pair remembers.
    url: str
    facts: tuple[str, ...]
    what: Chip
    why: str
    fields: tuple[FieldDiffering, ...]
    #: How its repair stands.
    repair: Chip | None
    event_url: str
    #: The Bling id to choose it by; empty where there is nothing to choose.
    chosen: str


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    url: str
    title: str
    crumb: str
    chip: Chip
    lead: str
    #: It goes on by itself: the page looks again.
    moving: bool
    figures: tuple[Fact, ...]
    notice: Notice | None
    curve: Curve
    #: What happens at night to such differences; opens the choice.
    nightly: Action
    tabs: tuple[StateTab, ...]
    rows: tuple[Difference, ...]
    #: `Corrigir tudo` and the form for the chosen ones; empty where nothing is left or nobody may.
    repair_all: str
    repair_url: str
    begin: Action | None
    kind: str
    next_url: str
    first_url: str
    said: str


class Confirm(msgspec.Struct, frozen=True, kw_only=True):
    """What would be repaired, before it is."""

    back: str
    url: str
    sentence: str
    meaning: str
    button: str
    records: tuple[str, ...]
    labels: tuple[str, ...]


class Nightly(msgspec.Struct, frozen=True, kw_only=True):
    """What a night mends without asking, as a choice."""

    url: str
    everything: bool
    editable: bool
    said: str


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison of the list."""

    at: datetime
    url: str
    kind: str
    #: By whom, or that it was the night.
    who: str
    share: str
    differing: str
    took: str
    chip: Chip


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """All comparisons: how far both sides agree now and how far they did, and what nights mend."""

    card: Card
    nightly: Nightly
    kinds: tuple[Nav, ...]
    curve: Curve
    past: tuple[Past, ...]
    #: Older ones; empty at the end.
    next_url: str
