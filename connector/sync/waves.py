"""Many records' writes as steps, run in waves that share batches.

A step yields commands and is given their results, in order. A write never refers to a create by `$result`:
the id comes from the answer, and what depends on it goes out in the next wave.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from connector.bitrix24.packer import Command, Packer, Result
from connector.sync.work import Work

Steps = Generator[Sequence[Command], Sequence[Result], None]
_Asked = list[tuple[Work, Steps, list[Command]]]


async def run(packer: Packer, steps: Iterable[tuple[Work, Steps]]) -> None:
    """Take all records through their steps, wave by wave."""
    asked: _Asked = [(work, one, list(next(one))) for work, one in steps]
    while asked:
        results = await packer.run([command for _, _, commands in asked for command in commands])
        asked = _advance(asked, results)


def _advance(asked: _Asked, results: Sequence[Result]) -> _Asked:
    """Hand each record its results and collect what it asks next."""
    following: _Asked = []
    start = 0
    for work, steps, commands in asked:
        mine = results[start : start + len(commands)]
        start += len(commands)
        for result in mine:
            work.called(result.call_id)
        try:
            following.append((work, steps, list(steps.send(mine))))
        except StopIteration:
            continue
    return following
