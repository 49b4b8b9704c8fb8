"""The guard rail: many records about to change in a way that is mostly a mistake wait, and people are asked.

A mistake made once in Bling (a price table imported with an empty column, everything deactivated by one
click) reaches Bitrix24 in seconds. So what is planned is looked at before it is written: a price that goes
to zero, a price that moves out of all proportion, a record that is deactivated. One such change is somebody's
work; as many as a limit says, within ten minutes or within one run, are an incident and wait for a person.
Everything is pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

import msgspec

from connector.domain.events import Event, RecordKey, Source

#: Changes that are no further apart than this belong to one incident, unless a run holds them together.
WINDOW = timedelta(minutes=10)
#: The beginning of its alerts' causes.
ALERT = "guard"
#: Names of events of our own (`word:id:rest`) have so many parts when they belong to something larger.
_PARTS = 3


class Cause(StrEnum):
    """What is out of the ordinary, worst first."""

    PRICE_ZERO = "price_zero"
    PRICE_JUMP = "price_jump"
    DEACTIVATED = "deactivated"


class Side(StrEnum):
    """Whose records would change."""

    BITRIX24 = "bitrix24"
    BLING = "bling"


#: A single record's change is never an incident.
Records = Annotated[int, msgspec.Meta(ge=2, le=100_000)]


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From so many records on, changes of one cause wait."""

    on: bool = True
    records: Records


class JumpLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same for prices that move out of proportion: new price in per cent of the old one."""

    on: bool = True
    records: Records = 10
    below: Annotated[int, msgspec.Meta(ge=1, le=99)] = 20
    above: Annotated[int, msgspec.Meta(ge=101, le=100_000)] = 500


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tenant wants to be asked about."""

    price_zero: Limit = Limit(records=3)
    price_jump: JumpLimit = JumpLimit()
    deactivated: Limit = Limit(records=21)

    def of(self, cause: Cause) -> Limit | JumpLimit:
        """The limit of one cause."""
        match cause:
            case Cause.PRICE_ZERO:
                return self.price_zero
            case Cause.PRICE_JUMP:
                return self.price_jump
            case Cause.DEACTIVATED:
                return self.deactivated


DEFAULTS = Limits()
#: The tenant's preference that holds others.
PREFERENCE = "guard_rail"


def limits_of(preference: object) -> Limits:
    """The tenant's limits; the defaults for none, and for those of another version of Ponte."""
    if preference is None:
        return DEFAULTS
    try:
        return msgspec.convert(preference, Limits)
    except msgspec.ValidationError:
        return DEFAULTS


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """One odd change of a record; field and values as Bitrix24 has them, whichever side would be written."""

    cause: Cause
    field: str
    before: str | None
    after: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided about a record's changes."""

    approved: bool
    suspicions: tuple[Suspicion, ...]

    def covers(self, suspicion: Suspicion) -> bool:
        """Whether it was about this value of this field."""
        return any((one.field, one.after) == (suspicion.field, suspicion.after) for one in self.suspicions)


def alert(cause: Cause) -> str:
    """The cause of the alert that tells people: one for each kind of incident."""
    return f"{ALERT}:{cause}"


def price_moves(field: str, before: str | None, after: str | None, limits: Limits) -> Suspicion | None:
    """What is odd about a price that changes; None for a record that had none, and for an ordinary change.

    A price that is emptied counts as zero. What is no number is not judged.
    """
    old, new = _amount(before), _amount(after)
    if after is None or old is None or new is None or old <= 0 or old == new:
        return None
    if new == 0:
        cause = Cause.PRICE_ZERO
    elif new * 100 < old * limits.price_jump.below or new * 100 > old * limits.price_jump.above:
        cause = Cause.PRICE_JUMP
    else:
        return None
    return _if_on(Suspicion(cause=cause, field=field, before=before, after=after), limits)


def goes_off(field: str, before: str | None, after: str | None, off: str, limits: Limits) -> Suspicion | None:
    """A record that is deactivated; `off` is the side's word for that."""
    if after is None or after != off or before == off:
        return None
    return _if_on(Suspicion(cause=Cause.DEACTIVATED, field=field, before=before, after=after), limits)


def run_of(event: Event) -> str:
    """What an event is one of many of: an import, a repair, a mapping applied; empty for one by itself.

    Such events are named `word:id:rest` (`run:…:…`, `mapping:…:…`); those of one's own `word:id`.
    """
    parts = event.provider_event_id.split(":")
    if event.source is Source.BLING or len(parts) < _PARTS:
        return ""
    return ":".join(parts[:2])


def stopped(
    moves: Mapping[RecordKey, Iterable[Cause]],
    passed: Mapping[Cause, AbstractSet[RecordKey]],
    open_: Collection[Cause],
    limits: Limits,
) -> dict[RecordKey, frozenset[Cause]]:
    """Which records wait, and for which causes.

    `moves` are planned, `passed` went through in this window (or run) without anybody being asked, and for
    the `open_` causes people are being asked already: what comes meanwhile joins.
    """
    found: dict[RecordKey, frozenset[Cause]] = {}
    for cause in Cause:
        records = {key for key, causes in moves.items() if cause in causes}
        if cause in open_ or _is_incident(records | passed.get(cause, frozenset()), limits.of(cause)):
            for key in records:
                found[key] = found.get(key, frozenset()) | {cause}
    return found


def _is_incident(records: AbstractSet[RecordKey], limit: Limit | JumpLimit) -> bool:
    return limit.on and len(records) >= limit.records


def _if_on(suspicion: Suspicion, limits: Limits) -> Suspicion | None:
    return suspicion if limits.of(suspicion.cause).on else None


def _amount(text: str | None) -> Decimal | None:
    """The number; an empty text is zero, None and what is no number are None."""
    if text is None:
        return None
    try:
        number = Decimal(text or "0")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
