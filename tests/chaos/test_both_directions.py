"""A thousand changes on both sides with everything on.

Equal in the end, and at rest in a bounded number of calls.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from tests.support.rest_law import prove_rest
from tests.support.tossing import Tossing

CHANGES = int(os.environ.get("CHANGES", "1000"))
#: After so many of them nobody changes anything until all is at rest.
BLOCK = 100
#: What is counted anew after each rest.
CALLS = ("changes", "rounds", "bling", "writes", "bitrix24", "looks")


async def test_a_thousand_changes_on_both_sides_come_to_rest(
    tossing: Callable[[int], Tossing], record_property: Callable[[str, object], None]
):
    tossed, calls = tossing(2026), Counter[str]()
    for _ in range(0, CHANGES, BLOCK):
        await tossed.changes(BLOCK)
        took = await prove_rest(tossed, BLOCK)
        calls.update({name: took.pop(name) for name in CALLS})
    for name, number in {**took, **calls}.items():
        record_property(name, number)
