"""What the calls around mappings answer."""

from __future__ import annotations

from typing import Any

import msgspec

from server.api.paging import Moment
from server.api.schemas import RecordShown, RuleShown


class CostShown(msgspec.Struct, frozen=True, kw_only=True):
    """How a value is come by: `none` (the message says it), `list` (100 a call), `record` (one read).

    `pictures`: each new picture is copied once, with a request of its own.
    """

    change: str
    importing: str
    pictures: bool


class FieldPreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """One field before and after; `kept` = an edit by hand stays."""

    field: str
    before: str | None
    after: str | None
    rule: str
    kept: bool


class RecordPreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """One record; `skipped` = why it would not take part, `problems` = values that rules cannot take.

    `partial`: it could not be read whole in time; the fields are those that a list covers.
    """

    record: RecordShown
    fields: list[FieldPreviewed]
    skipped: str | None
    problems: list[str]
    partial: bool


class PreviewShown(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /mappings/{kind}/preview`; `unread` = records that could not be read whole just now.

    `pending` of them only wait for their turn: the same call a little later shows them.
    """

    records: list[RecordPreviewed]
    unread: int
    pending: int
    #: Of each rule by its id, and of all together under "".
    costs: dict[str, CostShown]


class OptionShown(msgspec.Struct, frozen=True):
    """A value of a field."""

    id: str
    name: str


class MappableField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that rules can name."""

    name: str
    title: str
    type: str
    multiple: bool
    required: bool
    read_only: bool
    options: list[OptionShown]


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True):
    """What appeared, was renamed or removed since the mapping was saved."""

    side: str
    what: str
    field: str
    title: str
    before: str
    option: str
    rules: list[str]


class FieldsShown(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /mappings/{kind}/fields`; `bitrix24` is null while the portal could never be read."""

    bling: list[MappableField]
    bitrix24: list[MappableField] | None
    read_at: Moment | None
    changes: list[SchemaChange]


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version; the rules that every tenant starts with have neither author nor time."""

    version: int
    note: str
    author: str | None
    created_at: Moment | None
    rules: int


class VersionShown(VersionRow, frozen=True, kw_only=True):
    """One version whole."""

    mapping: dict[str, Any]


class RuleDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that two versions do not share."""

    rule: str
    what: str
    parts: list[str]
    before: RuleShown | None
    after: RuleShown | None


class FilterDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the filter that two versions do not share."""

    name: str
    what: str
    before: Any
    after: Any


class DifferenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one version to another."""

    before: int
    after: int
    rules: list[RuleDifference]
    filter: list[FilterDifference]
    reordered: bool


class AppliedShown(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /mappings/{kind}/apply`: records that another version wrote last, and those queued now."""

    version: int
    records: int
    queued: int
    more: bool


class OneWay(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that nothing leads back from."""

    rule: str
    why: str


class InverseShown(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /mappings/{kind}/inverse`: the export side."""

    version: int
    rules: list[RuleShown]
    one_way: list[OneWay]
