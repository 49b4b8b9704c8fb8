"""What the operator's templates are given."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dashboard.views.parts import Chip, Choice, Fact, Nav, Tone


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """The door's form: what was typed, and why it was not enough."""

    email: str = ""
    next: str = "/operator"
    error: str = ""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page; `path` with its query, for the preferences' way back."""

    links: tuple[Nav, ...]
    name: str
    path: str
    said: str = ""
    refused: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its meaning; `url` leads to what is behind it."""

    name: str
    value: str
    meaning: str
    tone: Tone = ""
    url: str = ""


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a list's filter."""

    label: str
    url: str
    tone: Tone = ""
    current: bool = False


class SparkBar(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle, in pixels."""

    x: int
    y: int
    height: int
    tone: str


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """24 hours in 95 by 20 pixels, their sum, and the same in words."""

    bars: tuple[SparkBar, ...]
    count: str
    title: str


class TenantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant in the list."""

    url: str
    name: str
    chip: Chip
    licence: str
    plan: str
    last_sync: datetime | None
    depth: str
    age: str
    failures: str
    spark: Spark


class Tenants(msgspec.Struct, frozen=True, kw_only=True):
    """Clientes."""

    figures: tuple[Figure, ...]
    beats: tuple[Beat, ...]
    tabs: tuple[Tab, ...]
    search: str
    trouble: str
    rows: tuple[TenantLine, ...]
    older: str
    first_page: bool
    start_url: str
    sheet_url: str


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's messages against the usual."""

    name: str
    resource: str
    chip: Chip
    now: str
    usual: str
    last_at: datetime | None
    #: Two lines of a drawing 240 by 40: the last 24 hours and the usual; empty without numbers.
    drawn: str = ""
    drawn_usual: str = ""


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """Why a tenant's events do not pass, and where to mend it."""

    sentence: str
    next_step: str
    tone: Tone
    #: The page's own part that mends it; empty where only the tenant can.
    anchor: str = ""
    anchor_text: str = ""


class ConnectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One side of the bridge."""

    name: str
    detail: str
    chip: Chip
    since: datetime | None


class Counted(msgspec.Struct, frozen=True):
    """A name, how many, and since when."""

    name: str
    count: str
    age: str = ""


class ErrorLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event that failed."""

    at: datetime
    label: str
    chip: Chip
    why: str


class DeedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what."""

    at: datetime
    actor: str
    what: str
    detail: str
    about: str
    about_url: str


class LicenceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed into the licence's form, and what is wrong with it."""

    plans: tuple[Choice, ...] = ()
    until: str = ""
    note: str = ""
    error: str = ""


class TenantPage(msgspec.Struct, frozen=True, kw_only=True):
    """One tenant."""

    id: str
    name: str
    chip: Chip
    facts: tuple[Fact, ...]
    obstacles: tuple[Obstacle, ...]
    connections: tuple[ConnectionLine, ...]
    lanes: tuple[Counted, ...]
    held: tuple[Counted, ...]
    errors: tuple[ErrorLine, ...]
    people: tuple[Fact, ...]
    licence: str
    licence_facts: tuple[Fact, ...]
    form: LicenceForm
    paused: bool
    leaving: bool
    may_change: bool
    visit_error: str
    pause_error: str
    deeds: tuple[DeedLine, ...]


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A shared limit: how much of it is used, 0 to 1."""

    label: str
    text: str
    share: float
    tone: Tone = ""


class StuckLine(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant with overdue events."""

    url: str
    name: str
    count: str
    age: str


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """Filas e limites."""

    figures: tuple[Figure, ...]
    lanes: tuple[Counted, ...]
    held: tuple[Counted, ...]
    budgets: tuple[Budget, ...]
    #: What stops calls of all tenants; empty = nothing.
    breakers: tuple[Obstacle, ...]
    broken: tuple[Counted, ...]
    stuck: tuple[StuckLine, ...]


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A message that became no event."""

    url: str
    at: datetime
    title: str
    detail: str
    size: str


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """Quarentena: one of its two lists."""

    tabs: tuple[Tab, ...]
    lead: str
    filter: str
    filter_off: str
    rows: tuple[MessageLine, ...]
    older: str


class Recipient(msgspec.Struct, frozen=True):
    """A tenant that a message may be handed to."""

    id: str
    name: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """One message, with its body."""

    kind: str
    path: str
    title: str
    facts: tuple[Fact, ...]
    body: str
    explanation: str
    recipients: tuple[Recipient, ...]


class DeadLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up."""

    id: str
    at: datetime
    tenant: str
    tenant_url: str
    label: str
    kind: str
    why: str
    tries: str


class DeadPage(msgspec.Struct, frozen=True, kw_only=True):
    """Eventos parados."""

    rows: tuple[DeadLine, ...]
    older: str
    tenant: str
    tenant_name: str
    most: str


class SilentLine(msgspec.Struct, frozen=True, kw_only=True):
    """An account of a tenant's that Bling does not tell of."""

    url: str
    tenant: str
    account: str
    #: Changes that the last sweep found.
    missed: str
    since: datetime


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """Pulso do Bling."""

    beats: tuple[Beat, ...]
    silent: tuple[SilentLine, ...] = ()


class LicenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """Tenants of a state, by plan."""

    state: Chip
    counts: tuple[str, ...]
    total: str


class EndingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A licence that ends soon."""

    url: str
    name: str
    chip: Chip
    plan: str
    ends_at: datetime


class Revenue(msgspec.Struct, frozen=True, kw_only=True):
    """Receita."""

    figures: tuple[Figure, ...]
    plans: tuple[str, ...]
    lines: tuple[LicenceLine, ...]
    ending: tuple[EndingLine, ...]


class Deeds(msgspec.Struct, frozen=True, kw_only=True):
    """Auditoria."""

    rows: tuple[DeedLine, ...]
    older: str
    about: str
