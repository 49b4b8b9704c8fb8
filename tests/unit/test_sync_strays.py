"""The portal's own lists, read with as few requests as their pages fit into; none of them for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest

from connector.bitrix24.batch import MOST, Command, Done
from connector.bitrix24.packer import Packer
from connector.domain.vendor import Transient
from connector.sync.runs.comparison import Side
from connector.sync.runs.looks import LIST_PAGE, Look, Mark
from connector.sync.runs.strays import read_marks


@dataclass
class Lists:
    """A portal whose lists hold these ids, and a look at them."""

    ids: Mapping[int, Sequence[int]]
    #: It answers every page as the first one.
    stuck: bool = False
    requests: list[int] = field(default_factory=list)

    async def run(self, commands: Sequence[Command]) -> list[Done]:
        self.requests.append(len(commands))
        return [self._answer(**command.params) for command in commands]

    def _answer(self, side: int, after: int, start: int) -> Done:
        ids = [one for one in self.ids[side] if self.stuck or one > after]
        page = ids[start : start + LIST_PAGE] if not self.stuck else ids[:LIST_PAGE]
        more = self.stuck or len(ids) > start + LIST_PAGE
        return Done(page, UUID(int=0), start + LIST_PAGE if more else None)

    def page(self, side: int, after: int, start: int) -> Command:
        return Command("list", {"side": side, "after": after, "start": start})

    def marks(self, side: int, result: Any) -> list[Mark]:
        return [Mark(one, str(one), "") for one in result]


def read(lists: Lists, *expected: int) -> list[int]:
    """All ids that reading to the end shows, in the order that they came."""
    left: tuple[Side, ...] = tuple(Side(number, n) for number, n in enumerate(expected))
    found: list[int] = []
    for _ in range(100):
        marks, left = asyncio.run(read_marks(cast("Look", lists), cast("Packer", lists), left))
        found += [mark.bitrix_id for mark in marks]
        if not left:
            return found
    raise AssertionError("it goes on for ever")


def test_both_lists_share_a_request_that_has_room_for_them() -> None:
    lists = Lists({0: range(1, 2001), 1: range(3000, 3060)})
    assert sorted(read(lists, 2000, 60)) == [*range(1, 2001), *range(3000, 3060)]
    assert lists.requests == [41 + 2]


def test_a_list_without_records_of_ours_costs_one_page() -> None:
    lists = Lists({0: range(1, 11), 1: ()})
    assert len(read(lists, 10, 0)) == 10
    assert lists.requests == [2]


def test_what_no_request_has_room_for_comes_with_the_next_and_each_record_once() -> None:
    lists = Lists({0: range(1, 10_001), 1: range(20_000, 20_200)})
    assert sorted(read(lists, 10_000, 200)) == [*range(1, 10_001), *range(20_000, 20_200)]
    assert lists.requests == [MOST] * 4 + [5]


def test_a_list_that_is_longer_than_its_pairs_is_read_to_its_end_in_full_requests() -> None:
    """Every mark of an account that was connected anew belongs to no pair."""
    lists = Lists({0: range(1, 5001)})
    assert read(lists, 0) == list(range(1, 5001))
    assert lists.requests == [1, MOST, MOST]


def test_a_list_that_stands_still_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(Transient):
        read(Lists({0: range(1, 101)}, stuck=True), 100)
