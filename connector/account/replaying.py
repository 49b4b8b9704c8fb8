"""A bulk replay as people and programs ask for it: which events, and the line it leaves in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from connector.account.people import Actor
from connector.domain.events import Kind, Outcome, Reason, Source
from connector.store import audit, event_search, ids
from connector.store.event_lists import Filter
from connector.store.event_search import Meant
from connector.store.scope import Connection, Database

#: A page that offered a replay is good for so long.
GOOD_FOR = timedelta(hours=12)
#: Clocks of two servers differ by no more.
_SKEW = timedelta(minutes=1)
LONGEST_SEARCH = 100

Choice = TypeVar("Choice", bound=Enum)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which events; at least one of these says something."""

    kind: Kind | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    source: Source | None = None
    record: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None


class BadWish(ValueError):
    """What is wrong with a wish, by field: (code, text)."""

    def __init__(self, bad: Mapping[str, tuple[str, str]]) -> None:
        super().__init__("; ".join(text for _, text in bad.values()))
        self.bad = dict(bad)


def checked(given: Mapping[str, Any]) -> Wish:
    """The wish of a program that wants events run again; raises `BadWish` with all that is wrong."""
    wish = read(given)
    if not any(msgspec.structs.astuple(wish)):
        raise BadWish({"outcome": ("required", "say which events: a replay needs one filter at least")})
    if wish.outcome is Outcome.HELD:
        text = "held events run by themselves once what holds them is mended"
        raise BadWish({"outcome": ("held", text)})
    return wish


def read(given: Mapping[str, Any]) -> Wish:
    """Names and texts of a program; raises `BadWish` with all that cannot be read."""
    bad: dict[str, tuple[str, str]] = {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        try:
            found[name] = _READERS[name](value)
        except KeyError:
            bad[name] = ("unknown", f"there is no field {name}")
        except (ValueError, TypeError):
            bad[name] = ("value", f"{name} is {_MEANINGS[name]}")
    if bad:
        raise BadWish(bad)
    return Wish(**found)


class Aim(msgspec.Struct, frozen=True):
    """The events that are wished for (None: the search finds nothing), and what the search meant."""

    wanted: Filter | None
    meant: Meant = Meant()


async def filter_of(conn: Connection, tenant_id: UUID, wish: Wish) -> Filter | None:
    """The events that are wished for (inside the tenant's scope); None: the search finds nothing."""
    return (await aim_of(conn, tenant_id, wish)).wanted


async def aim_of(conn: Connection, tenant_id: UUID, wish: Wish) -> Aim:
    """The same with the records that the search may have meant."""
    plain = Filter(
        kind=wish.kind,
        bling_id=wish.record,
        outcome=wish.outcome,
        reason=wish.reason,
        source=wish.source,
        since=wish.since,
        until=wish.until,
    )
    if not wish.q:
        return Aim(plain)
    meant = await event_search.meant(conn, tenant_id, wish.q, wish.kind)
    if meant.events:
        return Aim(msgspec.structs.replace(plain, events=meant.events), meant)
    records = [one for one in meant.records() if wish.record in (None, one[1])]
    wanted = msgspec.structs.replace(plain, records=tuple(records)) if records else None
    return Aim(wanted, meant)


def is_good(replay: UUID, now: datetime) -> bool:
    """Whether this is the id of a replay that was offered lately."""
    try:
        at = ids.time_of(replay)
    except (ValueError, OverflowError, OSError):
        return False  # no year that there is
    return now - GOOD_FOR <= at <= now + _SKEW


async def note(
    database: Database, tenant_id: UUID, by: Actor, wish: Wish, records: int, now: datetime
) -> None:
    """A line of the audit log: who ran what again, and how many records it were."""
    said = {name: value for name, value in msgspec.to_builtins(wish).items() if value is not None}
    text = " ".join([f"{records}:", *(f"{name}={value}" for name, value in said.items())])
    async with database.tenant(tenant_id):
        await audit.add(
            tenant_id,
            at=now,
            person_id=by.person_id,
            actor=by.name,
            action="events.replayed",
            detail={"records": records, "note": text, "filter": said},
        )


def _one(kind: type[Choice], value: object) -> Choice | None:
    return None if value is None else kind(value)


def _record(value: object) -> int | None:
    if value is None:
        return None
    number = event_search.number_of(str(value)) if isinstance(value, (str, int)) else None
    if number is None or isinstance(value, bool):
        raise ValueError(value)
    return number


def _moment(value: object) -> datetime | None:
    """RFC 3339, or a day, which begins at midnight UTC."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(value)
    text = f"{value}T00:00:00Z" if len(value) == len("2026-11-23") else value
    at = msgspec.convert(text, datetime)
    if at.tzinfo is None:
        raise ValueError(value)
    return at


def _search(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_SEARCH:
        raise ValueError(value)
    return value.strip() or None


_READERS: Mapping[str, Any] = {
    "kind": lambda value: _one(Kind, value),
    "outcome": lambda value: _one(Outcome, value),
    "reason": lambda value: _one(Reason, value),
    "source": lambda value: _one(Source, value),
    "record": _record,
    "since": _moment,
    "until": _moment,
    "q": _search,
}
_MEANINGS = {
    "kind": f"one of {', '.join(Kind)}",
    "outcome": f"one of {', '.join(Outcome)}",
    "reason": "a reason code",
    "source": f"one of {', '.join(Source)}",
    "record": "a Bling id",
    "since": "a time (RFC 3339) or a day",
    "until": "a time (RFC 3339) or a day",
    "q": f"a text of at most {LONGEST_SEARCH} characters",
}
