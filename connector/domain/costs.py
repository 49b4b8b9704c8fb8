"""What a rule costs in calls to Bling: nothing where the message says it, else a read."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from connector.domain.events import Kind
from connector.domain.mapping import Rule, paths_of
from connector.domain.products import LIST_FIELDS, MESSAGE_FIELDS
from connector.domain.transforms import FirstImage


class Reading(StrEnum):
    """How a value is come by."""

    #: The message says it.
    NONE = "none"
    #: By lists, 100 records a call.
    LIST = "list"
    #: One read of each record.
    RECORD = "record"


class Cost(msgspec.Struct, frozen=True):
    """Of one change in Bling, and of one record of an import.

    `pictures`: a picture that is new is fetched once and takes a request of Bitrix24's of its own.
    """

    change: Reading
    importing: Reading
    pictures: bool = False


#: Orders and invoices are read whole whatever the rules say: their messages have neither items nor amounts.
_DEALS = Cost(Reading.NONE, Reading.NONE)


def cost_of(kind: Kind, rule: Rule) -> Cost:
    """What the rule adds to a mapping that has the fixed rules alone."""
    return _cost(kind, (rule,))


def cost_of_all(kind: Kind, rules: Iterable[Rule], filtering: Iterable[str] = ()) -> Cost:
    """What the rules cost together: a record is read once for all; `filtering` = fields of the filter."""
    return _cost(kind, rules, filtering)


def _cost(kind: Kind, rules: Iterable[Rule], more: Iterable[str] = ()) -> Cost:
    if kind is not Kind.PRODUCT:
        return _DEALS
    imports = [rule for rule in rules if rule.direction != "export"]
    needed = {path.partition(".")[0] for rule in imports for path in paths_of(rule)} | set(more)
    told = needed <= MESSAGE_FIELDS
    listed = Reading.LIST if needed <= LIST_FIELDS else Reading.RECORD
    pictures = any(isinstance(rule.transform, FirstImage) for rule in imports)
    return Cost(Reading.NONE if told else listed, listed, pictures)
