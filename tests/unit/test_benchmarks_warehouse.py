"""The benchmark's own eye: whatever is wrong between Bling's products and Bitrix24's is counted."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.importing import ceiling
from benchmarks.warehouse import compared, pages, writes


def bling() -> dict[str, Any]:
    return {
        "products": [
            {"id": number, "nome": f"Copo {number}", "codigo": f"C-{number}", "preco": 4.9, "situacao": "A"}
            for number in (1, 2, 9)
        ]
    }


def bitrix24() -> dict[str, Any]:
    return {
        "products": [product(11, 1), product(12, 2), product(19, 9), product(20, 0, property7=None)],
        "prices": [{"productId": one, "price": 4.9} for one in (11, 12, 19)],
    }


def product(number: int, bling_id: int, **fields: Any) -> dict[str, Any]:
    told = {"name": f"Copo {bling_id}", "xmlId": f"C-{bling_id}", "active": "Y"}
    return {"id": number, **told, "property7": {"value": str(bling_id), "valueId": "1"}, **fields}


def test_equal_sides_are_equal() -> None:
    found = compared(bling(), bitrix24(), [1, 2])
    assert found.equal
    assert found.products == 2


@pytest.mark.parametrize(
    "fields", [{"name": "Taça"}, {"xmlId": "X"}, {"active": "N"}], ids=["name", "code", "active"]
)
def test_every_field_counts(fields: dict[str, Any]) -> None:
    there = bitrix24()
    there["products"][0] |= fields
    found = compared(bling(), there, [1, 2])
    assert (found.missing, found.differing, found.doubles, found.equal) == (0, 1, 0, False)


def test_a_price_counts_and_so_does_none() -> None:
    for prices in ([{"productId": 12, "price": 4.9}], [{"productId": one, "price": 4} for one in (11, 12)]):
        assert compared(bling(), bitrix24() | {"prices": prices}, [1]).differing == 1


def test_what_is_missing_or_there_twice_is_told() -> None:
    there = bitrix24()
    there["products"][1] = product(12, 1)
    found = compared(bling(), there, [1, 2])
    assert (found.missing, found.differing, found.doubles, found.equal) == (1, 0, 1, False)


def test_pages_are_told_from_reads_of_named_records() -> None:
    asked = ["pagina=1&limite=100", "pagina=2&limite=100", "pagina=2&limite=100"]
    asked += ["idsProdutos%5B%5D=1&pagina=1", "codigos%5B%5D=A&pagina=1"]
    rows = [{"path": "/Api/v3/produtos", "status": 200, "query": query} for query in asked]
    rows.append({"path": "/Api/v3/produtos/1", "status": 200, "query": "pagina=1"})
    rows.append({"path": "/Api/v3/produtos", "status": 429, "query": "pagina=1&limite=100"})
    assert pages(rows) == {"pagina=1&limite=100": 1, "pagina=2&limite=100": 2}


def test_writes_are_counted_inside_batches() -> None:
    batch = {"method": "batch", "commands": ["catalog.product.add?x=1", "catalog.price.list", "a.update"]}
    assert writes([batch, {"method": "catalog.product.delete"}, {"method": "catalog.product.list"}]) == 3


def test_the_slower_vendor_decides_the_ceiling() -> None:
    assert ceiling(10_000) == 175
    assert ceiling(1_000) == 7
