"""Who begins a request and does not finish it is let go, and nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.patience import Patience

WHOLE = {"type": "http.request", "body": b"ab", "more_body": False}
PART = {"type": "http.request", "body": b"a", "more_body": True}
GONE = {"type": "http.disconnect"}


def _receive(*messages: dict[str, Any]) -> Any:
    """Hands them out, then waits for ever."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if left:
            return left.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    return receive


@pytest.fixture
def impatience() -> Patience:
    return Patience(longest_s=0.0, every_s=0.001)


async def test_what_comes_is_handed_on(impatience: Patience) -> None:
    receive = impatience.with_body(_receive(PART, WHOLE))
    assert [await receive(), await receive()] == [PART, WHOLE]


async def test_a_body_that_does_not_come_is_taken_for_gone(impatience: Patience) -> None:
    receive = impatience.with_body(_receive(PART))
    assert [await receive(), await receive()] == [PART, GONE]
    # Its task goes on: it may still answer, or log.
    await asyncio.sleep(0)
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_drop_by_drop_is_as_late(impatience: Patience) -> None:
    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0)
        return PART

    receive = Patience(longest_s=0.01, every_s=0.001).with_body(drip)  # type: ignore[arg-type]
    async with asyncio.timeout(30):
        while await receive() != GONE:
            pass


async def test_after_its_body_a_request_may_listen_as_long_as_it_likes(impatience: Patience) -> None:
    receive = impatience.with_body(_receive(WHOLE))
    assert await receive() == WHOLE
    listening = asyncio.ensure_future(receive())
    assert await impatience.with_body(_receive())() == GONE
    assert not listening.done()
    listening.cancel()


async def test_who_is_cancelled_by_somebody_else_is_cancelled(impatience: Patience) -> None:
    patient = Patience()
    waiting = asyncio.ensure_future(patient.with_body(_receive())())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
