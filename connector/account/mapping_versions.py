"""Versions of a mapping: their list, what differs between two, and a mapping as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.account import mappings
from connector.account.connect import Connecting
from connector.account.mapping_check import BadMapping, Flaw, RuleError
from connector.account.mappings import Wake
from connector.account.people import Actor
from connector.domain.events import Kind
from connector.domain.mapping import MappingVersion, Rule, default
from connector.store import mappings as rows
from connector.store.mappings import SavedMapping
from connector.store.scope import Connection

#: Of the file's form; another one is refused.
FORMAT = 1


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version and who made it; the rules that a tenant starts with have neither author nor time."""

    mapping: MappingVersion
    note: str = ""
    author: UUID | None = None
    created_at: datetime | None = None


class What(StrEnum):
    """What happened to a rule or to a word of the filter."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is not the same in both."""

    rule: str
    what: What
    before: Rule | None = None
    after: Rule | None = None
    #: Names of the parts that differ.
    parts: tuple[str, ...] = ()


class FilterChange(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the filter that is not the same in both."""

    name: str
    what: What
    before: Any = None
    after: Any = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What leads from one mapping to another."""

    rules: tuple[RuleChange, ...] = ()
    filter: tuple[FilterChange, ...] = ()
    #: The rules stand in another order.
    reordered: bool = False


async def history(
    conn: Connection, tenant_id: UUID, kind: Kind, before: int | None = None, limit: int = 50
) -> list[Version]:
    """Versions, the newest first; the last one is what every tenant starts with (in the tenant's scope)."""
    found = [_version(one) for one in await rows.versions(tenant_id, kind, before, limit)]
    first = default(kind)
    is_last = len(found) < limit and (before is None or before > first.version)
    has_first = any(one.mapping.version == first.version for one in found)
    return [*found, Version(mapping=first)] if is_last and not has_first else found


async def one(conn: Connection, tenant_id: UUID, kind: Kind, number: int) -> Version | None:
    """One version as it was saved (in the tenant's scope); None when there is none of that number."""
    saved = await rows.version(tenant_id, kind, number)
    if saved is not None:
        return _version(saved)
    first = default(kind)
    return Version(mapping=first) if number == first.version else None


def compare(before: MappingVersion, after: MappingVersion) -> Difference:
    """What is different, rule by rule by their ids. Pure."""
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    kept_before = [name for name in old if name in new]
    kept_after = [name for name in new if name in old]
    return Difference(
        rules=tuple(_rule_changes(old, new)),
        filter=tuple(_filter_changes(before.filter, after.filter)),
        reordered=kept_before != kept_after,
    )


async def restore(
    connecting: Connecting, wake: Wake, tenant_id: UUID, kind: Kind, version: Version, by: Actor, at: datetime
) -> MappingVersion:
    """Put a former version in force again, as a new one; raises `BadMapping` when it fits no longer."""
    sent = {**as_sent(version.mapping), "note": f"restaurada da versão {version.mapping.version}"}
    return await mappings.save(connecting, wake, tenant_id, kind, sent, by, at)


def as_sent(mapping: MappingVersion) -> dict[str, Any]:
    """The body of a PUT that puts this mapping in force."""
    return {"rules": [msgspec.to_builtins(rule) for rule in mapping.rules], "filter": mapping.filter}


def as_file(mapping: MappingVersion) -> dict[str, Any]:
    """The mapping as a JSON file that can be read in again, here or in another tenant."""
    return {"ponte": FORMAT, "kind": mapping.kind.value, "version": mapping.version, **as_sent(mapping)}


def from_file(kind: Kind, content: Any) -> dict[str, Any]:
    """The body of a PUT in a file; raises `BadMapping`. Its rules are checked when they are saved."""
    if not isinstance(content, dict):
        raise BadMapping((RuleError(None, "", Flaw.TYPE, "the file holds no mapping"),))
    if content.get("ponte") != FORMAT:
        text = f"the file says ponte: {FORMAT} when it is a mapping of Ponte's"
        raise BadMapping((RuleError(None, "ponte", Flaw.VALUE, text),))
    if content.get("kind") != kind.value:
        text = f"the file holds a mapping of {content.get('kind')}, not of {kind}"
        raise BadMapping((RuleError(None, "kind", Flaw.VALUE, text),))
    return {name: value for name, value in content.items() if name not in ("ponte", "kind", "version")}


def _version(saved: SavedMapping) -> Version:
    mapping = MappingVersion(
        kind=saved.kind,
        version=saved.version,
        rules=msgspec.json.decode(saved.rules, type=tuple[Rule, ...]),
        filter=msgspec.json.decode(saved.filter, type=dict[str, object]),
    )
    return Version(mapping=mapping, note=saved.note, author=saved.author, created_at=saved.created_at)


def _rule_changes(old: dict[str, Rule], new: dict[str, Rule]) -> Iterable[RuleChange]:
    for name in (*old, *(one for one in new if one not in old)):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            what = What.ADDED if before is None else What.REMOVED
            yield RuleChange(rule=name, what=what, before=before, after=after)
        elif before != after:
            parts = tuple(
                part for part in Rule.__struct_fields__ if getattr(before, part) != getattr(after, part)
            )
            yield RuleChange(rule=name, what=What.CHANGED, before=before, after=after, parts=parts)


def _filter_changes(old: dict[str, object], new: dict[str, object]) -> Iterable[FilterChange]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        what = What.ADDED if name not in old else What.REMOVED if name not in new else What.CHANGED
        yield FilterChange(name=name, what=what, before=before, after=after)
