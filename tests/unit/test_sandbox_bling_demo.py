"""What the demo's Bling opens with: the traps of life in small."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sandbox.core.world import WorldKind
from tests.support.bling_world import BlingWorld


@pytest.fixture
async def bling() -> BlingWorld:
    return BlingWorld(kind=WorldKind.DEMO)


@pytest.fixture
async def rows(bling: BlingWorld) -> list[dict[str, Any]]:
    return await bling.rows("produtos?criterio=5&tipo=T")


async def test_both_shops_have_a_dozen_products(bling: BlingWorld) -> None:
    one, two, *others = bling.world.bling.companies.values()
    for company in (one, two):
        assert sum(not product.parent for product in company.catalogue.oldest_first()) == 12
    assert [len(company.catalogue) for company in others] == [0, 0, 0]


async def test_codes_are_missing_and_doubled(rows: list[dict[str, Any]]) -> None:
    codes = Counter(row["codigo"] for row in rows)
    assert codes[""] >= 1
    assert any(code and number > 1 for code, number in codes.items())


async def test_some_products_are_inactive_or_excluded(rows: list[dict[str, Any]]) -> None:
    assert {row["situacao"] for row in rows} == {"A", "I", "E"}


async def test_there_are_parents_and_variations(rows: list[dict[str, Any]]) -> None:
    parents = {row["id"] for row in rows if row["formato"] == "V"}
    assert {row["idProdutoPai"] for row in rows} == parents | {0}


async def test_one_note_is_authorised_and_one_is_a_draft(bling: BlingWorld) -> None:
    assert sorted(row["situacao"] for row in await bling.rows("nfe")) == [1, 5]


async def test_orders_stand_in_several_situations(bling: BlingWorld) -> None:
    assert {row["situacao"]["valor"] for row in await bling.rows("pedidos/vendas")} == {0, 1, 3}


async def test_opening_waits_for_nobody(bling: BlingWorld) -> None:
    assert bling.world.bling.webhooks.pending == 0
