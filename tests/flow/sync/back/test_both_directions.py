"""Everything on in both directions: both sides come to be equal, and to rest."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.rest_law import prove_rest
from tests.support.tossing import Tossing

#: The long form, with 1,000 changes, is `tests/chaos/test_both_directions.py`.
CHANGES = 40


async def test_changes_on_both_sides_come_to_rest(tossing: Callable[[int], Tossing]):
    tossed = tossing(1)
    await tossed.changes(CHANGES)
    await prove_rest(tossed, CHANGES)


async def test_so_they_do_when_blings_messages_come_in_any_order(tossing: Callable[[int], Tossing]):
    tossed = tossing(7)
    tossed.returns.house.sandbox.control("webhooks", {"mode": "shuffle"})
    await tossed.changes(CHANGES)
    await prove_rest(tossed, CHANGES)
