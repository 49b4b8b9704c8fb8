"""Finding CRM records without looking at each: a burst of ten thousand orders asks thousands of times."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sandbox.bitrix24.query import Condition, Conditions
from sandbox.bitrix24.values import empty, text

_NO_DIGIT = re.compile(r"\D")


class Index:
    """Ids of records by the keys that `put` was told last; keys are `field=value`, in any letter case."""

    def __init__(self) -> None:
        self._ids: defaultdict[str, set[int]] = defaultdict(set)
        self._keys: dict[int, tuple[str, ...]] = {}

    def put(self, record_id: int, keys: Iterable[str]) -> None:
        """The record has these keys now, and no others."""
        self.drop(record_id)
        self._keys[record_id] = kept = tuple(key.casefold() for key in keys)
        for key in kept:
            self._ids[key].add(record_id)

    def drop(self, record_id: int) -> None:
        """The record is gone."""
        for key in self._keys.pop(record_id, ()):
            self._ids[key].discard(record_id)

    def find(self, keys: Iterable[str]) -> set[int]:
        """The records with any of the keys."""
        return {found for key in keys for found in self._ids.get(key.casefold(), ())}

    def fitting(self, conditions: Conditions, indexed: Collection[str]) -> set[int] | None:
        """A set that holds all records which meet the conditions; None if no indexed field narrows it."""
        found: set[int] | None = None
        for condition in conditions:
            if isinstance(condition, Condition) and condition.is_equality and condition.field in indexed:
                wanted = condition.wanted
                if not any(empty(value) for value in wanted):
                    ids = self.find(f"{condition.field}={text(value)}" for value in wanted)
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
