"""What can be wrong with a mapping that somebody sent."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Flaw(StrEnum):
    """What is wrong with a part of a mapping."""

    #: Not the kind of JSON value that belongs there.
    TYPE = "type"
    MISSING = "missing"
    #: There is nothing of that name.
    UNKNOWN = "unknown"
    #: There, but not a value that can be used.
    VALUE = "value"
    TOO_MUCH = "too_much"
    #: A fixed rule was changed, left out or claimed.
    LOCKED = "locked"
    DUPLICATE = "duplicate"
    #: Ponte writes that field by itself.
    RESERVED = "reserved"
    #: The pipeline, stage, source or person is not there in the portal.
    NOT_THERE = "not_there"
    #: A rule that leads to Bling alone, with a transform that has no way back.
    ONE_WAY = "one_way"
    #: The transform takes or gives another type than the field holds.
    MISFIT = "misfit"
    #: No sync would carry it out yet.
    UNSUPPORTED = "unsupported"


class RuleError(msgspec.Struct, frozen=True):
    """One thing that is wrong; `index` = the rule's place in the list, `field` named as it was sent."""

    index: int | None
    field: str
    code: Flaw
    message: str
