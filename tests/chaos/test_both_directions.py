"""A thousand changes on both sides with everything on.

Equal in the end, and at rest in a bounded number of calls.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from tests.support.rest_law import prove_rest
from tests.support.tossing import Tossing

CHANGES = int(os.environ.get("CHANGES", "1000"))


async def test_a_thousand_changes_on_both_sides_come_to_rest(
    tossing: Callable[[int], Tossing], record_property: Callable[[str, object], None]
):
    tossed = tossing(2026)
    await tossed.changes(CHANGES)
    for name, number in (await prove_rest(tossed, CHANGES)).items():
        record_property(name, number)
