"""A thousand changes on both sides with everything on.

Equal in the end, and at rest in a bounded number of calls.
"""

from __future__ import annotations

from random import Random

from tests.support.returns import Returns
from tests.support.tossing import Tossing, prove_rest

CHANGES = 1_000


async def test_a_thousand_changes_on_both_sides_come_to_rest(returns: Returns):
    await Tossing(returns, Random(2026)).changes(CHANGES)
    took = await prove_rest(returns, CHANGES)
    print(took)
