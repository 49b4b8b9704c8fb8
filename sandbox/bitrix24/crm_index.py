"""How the CRM's lists and its search for duplicates use an index."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sandbox.bitrix24.query import Condition, Conditions
from sandbox.bitrix24.values import empty, text
from sandbox.core.index import Index

_NO_DIGIT = re.compile(r"\D")


def fitting(index: Index, conditions: Conditions, indexed: Collection[str]) -> set[int] | None:
    """A set that holds all records which meet the conditions; None if no indexed field narrows it."""
    found: set[int] | None = None
    for condition in conditions:
        if isinstance(condition, Condition) and condition.is_equality and condition.field in indexed:
            wanted = condition.wanted
            if not any(empty(value) for value in wanted):
                ids = index.find(f"{condition.field}={text(value)}" for value in wanted)
                found = ids if found is None else found & ids
    return found


def item_keys(item: dict[str, Any], custom: Iterable[str]) -> Iterator[str]:
    """The keys of a deal, contact or company: id, origin, custom texts, phones and e-mails."""
    for name in ("id", "originId", *custom):
        value = item.get(name)
        if not empty(value) and not isinstance(value, list | dict):
            yield f"{name}={text(value)}"
    for channel in item.get("fm", ()):
        yield channel_key(channel["typeId"], channel["value"])


def channel_key(kind: str, value: str) -> str:
    """The key of a phone (its digits alone) or an e-mail."""
    return f"{kind}={_NO_DIGIT.sub('', value) if kind == 'PHONE' else value.strip()}"
