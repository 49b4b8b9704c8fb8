"""Filters, orders and pages as Bitrix24's lists understand them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bitrix24.query import listing

ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "Café", "price": 10.5, "code": None, "at": "2026-01-01T10:00:00-03:00"},
    {"id": 2, "name": "copo", "price": 3, "code": "C-2", "at": "2026-01-01T12:30:00+00:00"},
    {"id": 10, "name": "Prato", "price": 3, "code": "10", "at": "2026-02-01T00:00:00-03:00"},
]


def _ids(**params: Any) -> list[int]:
    return [row["id"] for row in listing(ROWS, params, 0).result]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"id": 2}, [2]),
        ({"=id": "2"}, [2]),
        ({"id": ["1", 10]}, [1, 10]),
        ({"@id": {"0": "2", "1": "1"}}, [1, 2]),
        ({"!id": 2}, [1, 10]),
        ({"!@id": [1, 2]}, [10]),
        ({">id": 1, "<=id": "10"}, [2, 10]),
        ({">=price": "10.50"}, [1]),
        ({"<price": 10}, [2, 10]),
        ({"%name": "OP"}, [2]),
        ({"!%name": "o"}, [1]),
        ({"code": ""}, [1]),
        ({"!code": ""}, [2, 10]),
        ({"code": "10"}, [10]),
        ({"price": "3.00"}, [2, 10]),
        ({">=at": "2026-01-01T12:45:00+00:00"}, [1, 10]),
        ({"0": {"logic": "OR", "0": {"id": 1}, "1": {"name": "Prato"}}}, [1, 10]),
        ({"0": {"logic": "OR", "0": {">id": 1, "<id": 10}, "1": {"id": 10}}, "price": 3}, [2, 10]),
        ({"unknown": 5}, [1, 2, 10]),
        ([], [1, 2, 10]),
    ],
)
def test_filter(wanted: Any, ids: list[int]) -> None:
    assert _ids(filter=wanted) == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"id": "desc"}, [10, 2, 1]),
        ({"price": "ASC", "id": "DESC"}, [10, 2, 1]),
        ({"unknown": "asc"}, [1, 2, 10]),
        ([], [1, 2, 10]),
    ],
)
def test_order(order: Any, ids: list[int]) -> None:
    assert _ids(order=order) == ids


def test_select_cuts_and_a_star_takes_all() -> None:
    assert listing(ROWS, {"select": ["id", "gone"]}, 0).result[0] == {"id": 1}
    assert listing(ROWS, {"select": ["*"]}, 0).result[0] == ROWS[0]


def test_pages_hold_fifty_and_say_where_the_next_begins() -> None:
    rows = [{"id": n} for n in range(120)]
    first = listing(rows, {}, 0)
    assert (len(first.result), first.total, first.next) == (50, 120, 50)
    last = listing(rows, {}, 100)
    assert (len(last.result), last.total, last.next) == (20, 120, None)


def test_the_fast_form_counts_nothing() -> None:
    fast = listing([{"id": n} for n in range(120)], {}, -1)
    assert (len(fast.result), fast.total, fast.next) == (50, None, None)
