"""The median of counts by log2 of milliseconds."""

from __future__ import annotations

import pytest

from connector.store.rollups import median_of


@pytest.mark.parametrize(
    ("buckets", "median"),
    [
        ({}, None),
        ({0: 1}, 1),
        ({7: 10}, 192),
        ({6: 10, 7: 9}, 96),
        ({6: 1, 7: 1, 20: 1}, 192),
        ({3: 1, 14: 100}, 24576),
    ],
)
def test_the_median_is_the_middle_of_its_bucket(buckets: dict[int, int], median: int | None) -> None:
    assert median_of(buckets) == median
