"""What a first look at a page of Bling's records says: which are worth a second one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector.bitrix24.batch import Command, Done, Failed, Result
from connector.bitrix24.packer import Packer
from connector.bling.client import Record
from connector.domain.events import RecordKey
from connector.store.links import Link

#: Rows of a page of Bitrix24's lists.
LIST_PAGE = 50


@dataclass(slots=True)
class Looked:
    """Records that take part, those that do not, and those that seem to differ."""

    compared: int = 0
    excluded: int = 0
    doubts: set[RecordKey] = field(default_factory=set)

    def doubt(self, record: RecordKey) -> None:
        """Compared, and worth a second look."""
        self.compared += 1
        self.doubts.add(record)


@dataclass(frozen=True, slots=True)
class Mark:
    """A record of Bitrix24 that carries our mark."""

    bitrix_id: int
    text: str
    label: str
    #: Hidden records differ from nothing.
    active: bool = True


class Look(Protocol):
    """One kind of records, seen through the planner's mapping as far as lists show them."""

    #: Bling's lists carry everything that the rules read.
    whole: bool
    #: Bitrix24's lists with our marks, by number.
    sides: tuple[int, ...]

    async def compare(
        self,
        rows: Mapping[RecordKey, Record],
        links: Mapping[RecordKey, Link],
        changed: frozenset[RecordKey],
    ) -> Looked:
        """Compare rows of Bling's list with what Bitrix24 holds.

        `changed`: Bling changed them since they were compared last, and the list does not show everything.
        """

    def page(self, side: int, after: int, start: int) -> Command:
        """Asks for a page of a list with our marks, by their ids from `after` on."""

    def marks(self, side: int, result: Any) -> list[Mark]:
        """What such a page shows."""

    def side_of(self, shape: str | None) -> int:
        """The list that shows pairs of this shape."""

    def bling_id(self, mark: Mark) -> int | None:
        """The Bling id that a mark names: 0 for a mark of another kind, None for one that names none."""

    def is_listed(self, link: Link) -> bool:
        """Whether Bling's lists would have shown this pair's record."""


async def asked(packer: Packer, commands: Sequence[Command]) -> list[Done]:
    """The answers of commands; raises the first error."""
    return [_done(result) for result in await packer.run(list(commands))]


def _done(result: Result) -> Done:
    if isinstance(result, Failed):
        raise result.error
    return result
