"""A thousand changes on both sides with everything on.

Equal in the end, and at rest in a bounded number of calls.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.support.returns import Returns
from tests.support.tossing import Tossing, prove_rest

CHANGES = 1_000


async def test_a_thousand_changes_on_both_sides_come_to_rest(
    returns: Returns, record_property: Callable[[str, object], None]
):
    await Tossing(returns, Random(2026)).changes(CHANGES)
    for name, number in (await prove_rest(returns, CHANGES)).items():
        record_property(name, number)
