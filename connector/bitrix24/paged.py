"""Whole lists of a portal, page by page, their pages shared with whatever else is asked at that moment."""

from __future__ import annotations

from typing import Any

from connector.bitrix24.packer import Command, Done, Failed, Packer
from connector.bitrix24.reading import listed
from connector.domain.vendor import Transient

Row = dict[str, Any]


async def rows(packer: Packer, command: Command, name: str, most: int | None = None) -> list[Row]:
    """All rows of a list, or `most` of them and the rest of their page; raises its error."""
    found: list[Row] = []
    start = 0
    while True:
        page = Command(command.method, {**command.params, "start": start}) if start else command
        answer = await done(packer, page)
        found += listed(answer.result, name)
        if answer.next is None or (most is not None and len(found) >= most):
            return found
        if answer.next <= start:
            raise Transient("the list goes on where it was", code="unreadable")
        start = answer.next


async def done(packer: Packer, command: Command) -> Done:
    """The answer of one command; raises its error."""
    (result,) = await packer.run([command])
    if isinstance(result, Failed):
        raise result.error
    return result
