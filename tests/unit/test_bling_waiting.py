"""Who is served first of those that wait for one account."""

from __future__ import annotations

import asyncio

import pytest

from connector import pace
from connector.bling.waiting import TooMany, Waiting

NOW, LATER = pace.Urgency.NOW, pace.Urgency.LATER


async def ask(waiting: Waiting, urgency: pace.Urgency, name: str, served: list[str]) -> None:
    pace.urgency.set(urgency)
    async with waiting.first():
        served.append(name)
        await asyncio.sleep(0)


async def test_the_urgent_ones_pass_and_the_others_keep_their_order() -> None:
    waiting, served = Waiting(3, 60), list[str]()
    asked = [("a", LATER), ("b", LATER), ("c", NOW), ("d", LATER), ("e", NOW)]
    await asyncio.gather(*(ask(waiting, urgency, name, served) for name, urgency in asked))
    assert served == ["a", "c", "e", "b", "d"]


async def test_whoever_gives_up_holds_nobody_up() -> None:
    waiting, served = Waiting(3, 60), list[str]()
    tasks = [asyncio.create_task(ask(waiting, LATER, name, served)) for name in "abcd"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert served[0] == "a"
    assert served[-1] == "d"
    await asyncio.wait_for(ask(waiting, NOW, "e", served), 1)


async def test_more_than_can_be_served_in_time_are_turned_away() -> None:
    waiting, served = Waiting(1, 2), list[str]()
    tasks = [asyncio.create_task(ask(waiting, LATER, str(n), served)) for n in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await ask(waiting, LATER, "late", served)
    await ask(waiting, NOW, "urgent", served)
    await asyncio.gather(*tasks)
    assert served.index("urgent") < served.index("3")
