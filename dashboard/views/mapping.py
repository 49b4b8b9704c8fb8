"""The mapping editor: rules of one's own as a form, what takes part, what would change."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Action, Chip, Choice, Notice
from dashboard.views.rules import Rule
from dashboard.views.ticks import Part


class Group(msgspec.Struct, frozen=True):
    """Entries of a select under a heading; without a label they stand above all headings."""

    label: str
    choices: tuple[Choice, ...]


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A small option of a transform: a text, or a choice where there are `choices`."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...] = ()
    #: Takes the whole line.
    long: bool = False
    error: str = ""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a table: Bling's value and Bitrix24's; each a text, or a choice where there are choices."""

    key: str
    #: What people call the key; empty where it is typed.
    name: str
    value: str
    choices: tuple[Choice, ...]
    error: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A choice table as a grid."""

    pairs: tuple[Pair, ...]
    count: str
    #: A line may be typed that Bling does not name.
    grows: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as the form has it."""

    number: int
    #: The same however often the form comes back, whatever rows come and go.
    key: str
    #: What screen readers call the rule: `Regra 3, Marca`.
    name: str
    id: str
    bitrix24: tuple[Group, ...]
    bitrix24_error: str
    transforms: tuple[Choice, ...]
    transform_error: str
    #: Empty for a transform that reads no single field; then `bling_text` says what it reads.
    bling: tuple[Group, ...]
    bling_text: str
    bling_error: str
    policies: tuple[Choice, ...]
    empties: tuple[Choice, ...]
    directions: tuple[Choice, ...]
    direction_error: str
    inputs: tuple[Input, ...]
    table: Table | None
    #: `já vem na mensagem`; amber when it costs a request, or a picture.
    costs: tuple[Chip, ...]
    #: Why the other direction leaves the rule out; empty where it does not.
    one_way: str
    #: Field gone or renamed, and other remarks.
    badges: tuple[Chip, ...]
    #: What is wrong with the rule as a whole.
    error: str
    #: Its second line stands open.
    open: bool


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A rule to add with one click."""

    id: str
    label: str
    hint: str


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a record: before and after, as people write them."""

    field: str
    name: str
    before: str
    after: str
    same: bool


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One record as the unsaved rules would make it."""

    label: str
    key: str
    chip: Chip
    deltas: tuple[Delta, ...]
    detail: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's own last records; empty `records` with a sentence why."""

    sentence: str
    records: tuple[Tried, ...] = ()
    #: Of the records: how many change, how many stay.
    tally: tuple[str, ...] = ()
    #: How many need the person; empty for none.
    wrong: str = ""
    #: How many are still being read; empty for none.
    reading: str = ""
    #: The round in which the panel asks again by itself; 0 = it does not.
    again: int = 0
    asked: bool = False


class Apply(msgspec.Struct, frozen=True, kw_only=True):
    """Offer after a save: carry the new version out for what is synced already."""

    sentence: str
    button: str


class Editor(msgspec.Struct, frozen=True, kw_only=True):
    """The mapping of the screen."""

    fixed: tuple[Rule, ...]
    rows: tuple[Row, ...]
    count: str
    suggestions: tuple[Suggestion, ...]
    parts: tuple[Part, ...]
    note: str
    note_error: str
    #: How old the lists of fields are.
    read_at: str
    notices: tuple[Notice, ...]
    #: What the schema watch saw beside the rules.
    watch: tuple[Chip, ...]
    #: What is wrong as a whole; empty when nothing is.
    refused: str
    unsaved: bool
    editable: bool
    preview: Preview
    apply: Apply | None
    next_version: str
    #: Sentence for a reader of screens after a button of the form.
    told: str
    discard: Action
