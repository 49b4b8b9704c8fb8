"""A whole catalogue comes over while people change prices and the worker is killed again and again.

The law runs on the processes of `ponte demo`; the benchmark of the same import walks and measures it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from benchmarks.ground import ground
from benchmarks.importing import KILLED_AT, TWICE, disturbed

PRODUCTS = int(os.environ.get("PRODUCTS", "10000"))


async def test_an_import_whose_worker_is_killed_five_times_leaves_both_sides_equal(
    record_property: Callable[[str, object], None],
):
    async with ground() as on:
        trouble = await disturbed(on, PRODUCTS)
    for name, value in trouble.told().items():
        record_property(name, value)
    assert (len(trouble.killed_at), trouble.sides.products) == (len(KILLED_AT), PRODUCTS)
    assert trouble.changes > 0
    assert trouble.sides.equal, trouble.sides
    assert trouble.figures.failed == 0
    assert trouble.figures.page_at_most <= TWICE
