"""Everything on in both directions: both sides come to be equal, and to rest."""

from __future__ import annotations

from random import Random

from tests.support.returns import Returns
from tests.support.tossing import Tossing, prove_rest

#: The long form, with 1,000 changes, is `tests/chaos/test_both_directions.py`.
CHANGES = 40


async def test_changes_on_both_sides_come_to_rest(returns: Returns):
    await Tossing(returns, Random(1)).changes(CHANGES)
    await prove_rest(returns, CHANGES)


async def test_so_they_do_when_blings_messages_come_in_any_order(returns: Returns):
    returns.house.sandbox.control("webhooks", {"mode": "shuffle"})
    await Tossing(returns, Random(7)).changes(CHANGES)
    await prove_rest(returns, CHANGES)
