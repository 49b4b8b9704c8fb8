"""Configuração › Pedido: which orders become deals, and how such a deal looks."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Action, Choice, Notice
from dashboard.views.rules import Option, Rule
from dashboard.views.ticks import Part


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A situation of Bling's and the stage that its orders' deals stand in."""

    #: Bling's id of the situation.
    id: str
    name: str
    #: As Bling paints it, `#E9DC40`; empty where it does not say.
    colour: str
    #: The account that alone has this situation; empty where there is one account.
    account: str
    stages: tuple[Choice, ...]
    #: Nobody chose this stage: it is what the situation's meaning suggests.
    suggested: bool
    #: There is no stage, so its orders wait.
    missing: bool
    #: `4 aguardando`; empty for none.
    waiting: str
    error: str = ""


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A field of one line."""

    value: str
    error: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Titles made from an order."""

    title: str
    sale_title: str
    #: Whose order it was.
    caption: str
    #: Its fields as JSON, for the next try; empty for an invented one.
    order: str
    #: The tenant's own last order is still to be asked for.
    ask: bool = False


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A seller or channel of Bling's, and what stands for it in Bitrix24."""

    id: str
    name: str
    choices: tuple[Choice, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs; `count` says how many are set."""

    name: str
    title: str
    meaning: str
    count: str
    pairs: tuple[Pair, ...]
    #: Why there are none.
    empty: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    options: tuple[Option, ...]
    #: What was just saved of the options, said to the reader; empty on a first look.
    options_saved: str
    #: What can be brought after what was just saved.
    offers: tuple[Action, ...] = ()
    version: str
    #: May the person change anything?
    editable: bool
    #: How old the lists are when a vendor does not answer; what is missing before anything can be chosen.
    notices: tuple[Notice, ...]
    #: What was saved, or why not.
    saved: str
    refused: str
    #: Something typed is not saved.
    unsaved: bool

    pipelines: tuple[Choice, ...]
    pipeline_error: str
    stages: tuple[StageRow, ...]
    #: What to do while there are no situations to choose for.
    no_stages: str
    #: Suggestions stand in the table.
    suggests: bool

    title: Typed
    sale_title: Typed
    fields: tuple[Choice, ...]
    example: Example
    rules: tuple[Rule, ...]
    rules_count: str

    tables: tuple[Table, ...]
    since: Typed
    since_hint: str
    parts: tuple[Part, ...]
    on_deleted: tuple[Choice, ...]
    note: Typed
