"""Comparing two sides: what a difference is, where it came from, which are mended without asking.

Pure. What Bitrix24 should hold is the planner's word (`connector.domain.products`, `.orders`); here it is
only compared and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import blake2b

import msgspec

from connector.domain.mapping import Lens, MappingVersion, Target, edited, paths_of


class What(StrEnum):
    """How a record differs."""

    #: It takes part in Bling, and Bitrix24 has none.
    MISSING = "missing"
    #: Both have it, and some fields are not the same.
    DIFFERS = "differs"
    #: It was deleted on one side.
    DELETED = "deleted"
    #: Bitrix24 has one with our mark, and no pair remembers it.
    ORPHAN = "orphan"
    #: One record has two on the other side.
    DOUBLE = "double"


class Why(StrEnum):
    """How a difference came to be; a code for the API, words on the screens."""

    CHANGED_IN_BLING = "changed_in_bling"
    EDITED_IN_BITRIX24 = "edited_in_bitrix24"
    CHANGED_ON_BOTH = "changed_on_both"
    NEVER_SYNCED = "never_synced"
    GONE_IN_BLING = "gone_in_bling"
    DELETED_IN_BITRIX24 = "deleted_in_bitrix24"
    #: Both sides have the record, and the pair was lost.
    PAIR_LOST = "pair_lost"
    #: The mark in Bitrix24 is no id of Bling's.
    BAD_MARK = "bad_mark"
    #: Two records of Bitrix24 carry the mark of one of Bling.
    TWO_IN_BITRIX24 = "two_in_bitrix24"
    #: Two records of Bling have the same pair.
    TWO_IN_BLING = "two_in_bling"


class Mending(StrEnum):
    """What a nightly reconciliation mends by itself."""

    #: What Bling changed and nobody heard of.
    MISSED = "missed"
    #: Edits by hand and missing records, too.
    ALL = "all"
    NOTHING = "nothing"


class FieldDrift(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not the same, in Bitrix24's canonical texts."""

    field: str
    #: What Bitrix24 should hold, by what Bling says.
    bling: str | None
    #: What it holds.
    bitrix24: str | None
    why: Why | None = None
    rule: str = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is not the same on both sides."""

    what: What
    why: Why
    fields: tuple[FieldDrift, ...] = ()


#: What is mended by itself: whoever deleted or edited something may have wanted it so.
_MENDED: Mapping[Mending, frozenset[Why]] = {
    Mending.NOTHING: frozenset(),
    Mending.MISSED: frozenset({Why.CHANGED_IN_BLING, Why.GONE_IN_BLING}),
    Mending.ALL: frozenset(
        {
            *(Why.CHANGED_IN_BLING, Why.GONE_IN_BLING, Why.EDITED_IN_BITRIX24, Why.CHANGED_ON_BOTH),
            *(Why.NEVER_SYNCED, Why.PAIR_LOST),
        }
    ),
}
#: The preference: nights overwrite edits by hand, too, and make what is missing.
MENDS_ALL = "drift.mends_all"
#: And only these: an orphan's or a double's record in Bitrix24 is touched when somebody says so.
_BY_ITSELF = frozenset({What.MISSING, What.DIFFERS, What.DELETED})


def same(target: Target, present: Target, memory: Target, keeps: Iterable[str] = ()) -> bool:
    """Whether Bitrix24 holds what it should; an edit that a rule keeps is no difference."""
    kept = edited(target, present, memory, keeps)
    return all(
        present.get(name) == value for name, value in target.items() if name not in kept and name[0] != "@"
    )


def field_drift(name: str, bling: str | None, bitrix24: str | None, memory: Target, rule: str) -> FieldDrift:
    """One field of a difference, with where it came from by what was written last."""
    written = memory.get(name, "")
    there, wanted = bitrix24 or "", bling or ""
    if there == written:
        why = Why.CHANGED_IN_BLING
    else:
        why = Why.EDITED_IN_BITRIX24 if wanted == written else Why.CHANGED_ON_BOTH
    return FieldDrift(field=name, bling=bling, bitrix24=bitrix24, why=why, rule=rule)


def why_of(fields: Iterable[FieldDrift]) -> Why:
    """The origin of a record's difference: one side's, if all of its fields say so."""
    found = {one.why for one in fields if one.why is not None}
    return found.pop() if len(found) == 1 else Why.CHANGED_ON_BOTH


def mending_of(chosen: Mapping[str, object]) -> Mending:
    """By the tenant's preferences: what Bling changed and nobody heard of is mended unless all is."""
    return Mending.ALL if chosen.get(MENDS_ALL) is True else Mending.MISSED


def is_mended(what: What, why: Why, mending: Mending) -> bool:
    """Whether a nightly reconciliation mends it without asking."""
    return what in _BY_ITSELF and why in _MENDED[mending]


def score(compared: int, differing: int) -> float:
    """Differing records ÷ compared records, 0 to 1; nothing to compare differs in nothing."""
    return min(1.0, differing / compared) if compared else 0.0


def narrowed(lens: Lens, fields: frozenset[str]) -> Lens:
    """The rules of a mapping that read no other fields of Bling's: a row of a list is enough for them."""
    rules = tuple(rule for rule in lens.rules if {p.partition(".")[0] for p in paths_of(rule)} <= fields)
    mapping = MappingVersion(kind=lens.kind, version=lens.version, rules=rules, filter=lens.filter)
    return Lens(mapping, lens.sections)


def sign(target: Target) -> bytes:
    """A hash of what Bling says of a record, to see whether it has moved between two looks."""
    return blake2b(msgspec.json.encode(sorted(target.items())), digest_size=8).digest()
