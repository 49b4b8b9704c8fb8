"""Orders and customers made in numbers: varied, valid, the same again."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from sandbox.bling.documents import cnpj, cpf
from sandbox.bling.seeds import Amounts, sow
from tests.support.bling_world import BlingWorld

MANY = 200


async def _seeded(**amounts: Any) -> BlingWorld:
    bling = BlingWorld()
    await sow(bling.company, Amounts(**({"products": 20, "orders": MANY} | amounts)))
    return bling


def _orders(bling: BlingWorld) -> list[dict[str, Any]]:
    return [order.body for order in bling.company.orders.all()]


def _contacts(bling: BlingWorld) -> list[dict[str, Any]]:
    return [contact.body for contact in bling.company.contacts.all()]


async def test_the_same_world_gets_the_same_orders() -> None:
    assert _orders(await _seeded()) == _orders(await _seeded())
    assert _orders(await _seeded()) != _orders(await _seeded(seed=2))


async def test_a_second_sowing_brings_others() -> None:
    bling = await _seeded(orders=5)
    await sow(bling.company, Amounts(orders=5))
    totals = [order["total"] for order in _orders(bling)]
    assert totals[:5] != totals[5:]


async def test_orders_are_as_varied_as_life() -> None:
    orders = _orders(await _seeded())
    items = [item for order in orders for item in order["itens"]]
    assert Counter(order["desconto"]["unidade"] for order in orders if order["desconto"]["valor"]).keys() == {
        "REAL",
        "PERCENTUAL",
    }
    assert all(
        any(values)
        for values in (
            (item["desconto"] for item in items),
            (item["quantidade"] % 1 for item in items),
            (order["transporte"]["frete"] for order in orders),
            (order["outrasDespesas"] for order in orders),
            (order["numeroLoja"] == "" for order in orders),
            (len(order["parcelas"]) > 1 for order in orders),
        )
    )
    assert all(item["produto"]["id"] for item in items)


async def test_totals_follow_the_formula() -> None:
    for order in _orders(await _seeded()):
        products = sum(
            Decimal(str(item["quantidade"])) * Decimal(str(item["valor"])) for item in order["itens"]
        )
        products = Decimal(products).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        discount = Decimal(str(order["desconto"]["valor"]))
        if order["desconto"]["unidade"] == "PERCENTUAL":
            discount = (products * discount / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        more = Decimal(str(order["outrasDespesas"])) + Decimal(str(order["transporte"]["frete"]))
        assert Decimal(str(order["total"])) == products - discount + more > 0


async def test_three_of_four_orders_bring_a_new_customer() -> None:
    assert 0.65 * MANY < len(_contacts(await _seeded())) < 0.85 * MANY


@pytest.mark.parametrize("customers", [1, 30])
async def test_the_number_of_customers_can_be_told(customers: int) -> None:
    bling = await _seeded(customers=customers)
    assert len({order["contato"]["id"] for order in _orders(bling)}) == len(_contacts(bling)) == customers


async def test_no_new_customers_means_those_that_are_there() -> None:
    bling = await _seeded(customers=2)
    await sow(bling.company, Amounts(orders=10, customers=0))
    assert len(_contacts(bling)) == 2


async def test_customers_are_of_all_kinds() -> None:
    contacts = _contacts(await _seeded())
    assert Counter(contact["tipo"] for contact in contacts).keys() == {"F", "J", "E"}
    lengths = {len(contact["numeroDocumento"]) for contact in contacts}
    assert lengths == {0, 11, 14}
    assert any(contact["numeroDocumento"][2:5].isalpha() for contact in contacts if contact["tipo"] == "J")
    assert any(not contact["email"] for contact in contacts)


async def test_orders_without_products_have_free_items() -> None:
    (order,) = _orders(await _seeded(products=0, orders=1))
    assert {item["produto"]["id"] for item in order["itens"]} == {0}


def _remainder(text: str, weights: list[int]) -> int:
    return sum((ord(char) - 48) * weight for char, weight in zip(text, weights, strict=True)) % 11


@pytest.mark.parametrize("seed", range(20))
def test_documents_are_valid(seed: int) -> None:
    """Check digits as the tax office defines them: the weighted sum with the digit itself leaves nothing."""
    person, firm = cpf(Random(seed)), cnpj(Random(seed), letters=seed % 2 == 0)
    rest = _remainder(person[:9], [*range(10, 1, -1)])
    assert int(person[9]) == (0 if rest < 2 else 11 - rest)
    rest = _remainder(person[:10], [*range(11, 1, -1)])
    assert int(person[10]) == (0 if rest < 2 else 11 - rest)
    rest = _remainder(firm[:12], [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
    assert int(firm[12]) == (0 if rest < 2 else 11 - rest)
    rest = _remainder(firm[:13], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
    assert int(firm[13]) == (0 if rest < 2 else 11 - rest)
