"""Records by reason and by the words of their names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from connector.domain.events import Kind, Reason, RecordState
from connector.store import links, record_lists
from tests.support.rows import key, link
from tests.support.shelf import Shelf, goes_by_index


@pytest.fixture
async def stock(shelf: Shelf) -> Shelf:
    """Three that are left out, one that is in step."""
    out = {"state": RecordState.EXCLUDED, "bitrix_id": None}
    await shelf.link(
        link(1, label="Caneca azul grande", reason=Reason.CREATE_OFF, **out),
        link(2, label="Caneca verde", reason=Reason.CREATE_OFF, **out),
        link(3, label="Prato Azulão", reason=Reason.FILTERED, **out),
        link(4, label="Copo azul"),
    )
    return shelf


async def _found(shelf: Shelf, **wanted: Any) -> list[int]:
    return [one.record.bling_id for one in await shelf.records(kind=Kind.PRODUCT, **wanted)]


async def test_records_are_listed_by_reason(stock: Shelf) -> None:
    assert await _found(stock, reason=Reason.CREATE_OFF) == [1, 2]
    assert await _found(stock, reason=Reason.FILTERED, state=RecordState.EXCLUDED) == [3]
    assert await _found(stock, reason=Reason.FILTERED, state=RecordState.IN_STEP) == []


async def test_a_reasons_records_page(stock: Shelf) -> None:
    (first,) = await stock.records(kind=Kind.PRODUCT, reason=Reason.CREATE_OFF, limit=1)
    rest = await stock.records(kind=Kind.PRODUCT, reason=Reason.CREATE_OFF, after=first.record)
    assert (first.record, [one.record for one in rest]) == (key(1), [key(2)])


@pytest.mark.parametrize(
    ("q", "found"),
    [("azul", [1, 3, 4]), ("AZULAO", [3]), ("caneca gra", [1]), ("gra caneca", [1]), ("caneca prato", [])],
)
async def test_records_are_found_by_the_words_of_their_names(stock: Shelf, q: str, found: list[int]) -> None:
    assert await _found(stock, q=q) == found


async def test_a_search_stays_within_a_reason(stock: Shelf) -> None:
    assert await _found(stock, q="azul", reason=Reason.CREATE_OFF) == [1]


ALL = ("product", None, UUID(int=0), 0, 50)
LISTS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "all": (record_lists._SQL["in_state"], "link", ALL),
    "in a state": (record_lists._SQL["in_state"], "link", ("product", "waiting", *ALL[2:])),
    "of a reason": (record_lists._SQL["of_reason"], "link", (*ALL, "create_off")),
    "search": (record_lists._SQL["search"], "link", (*ALL, None, *record_lists._meant("sku-77"), 500)),
    "to be run again": (links._SQL["of_reason"], "link", ("product", "create_off", *ALL[2:])),
}


async def test_every_list_goes_by_index_under_row_level_security(crowd: Shelf) -> None:
    bad = {}
    for name, (statement, table, values) in LISTS.items():
        plan = await crowd.explained(statement, *values)
        if not goes_by_index(plan, table):
            bad[name] = plan
    assert bad == {}
