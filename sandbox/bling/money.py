"""The money of an order (facts §8): net item values, discounts on the products alone, cents exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.bling.bodies import Body, number

CENT = Decimal("0.01")


def decimal(value: object) -> Decimal:
    """A JSON number as it was written; 0 for what is none."""
    found = number(value)
    return Decimal(0) if found is None else Decimal(str(found))


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def products_total(items: list[Body]) -> Decimal:
    """Σ quantidade × valor; `valor` is already net of the item's own `desconto`."""
    return cents(sum((decimal(item["quantidade"]) * decimal(item["valor"]) for item in items), Decimal(0)))


def order_total(order: Body) -> Decimal:
    """totalProdutos − D + outrasDespesas + frete; a percentage never touches the freight."""
    products = products_total(order["itens"])
    discount = decimal(order["desconto"]["valor"])
    if order["desconto"]["unidade"] == "PERCENTUAL":
        discount = products * discount / 100
    freight = decimal(order["transporte"]["frete"])
    return cents(products - cents(discount) + decimal(order["outrasDespesas"]) + freight)


def as_json(value: Decimal) -> float | int:
    """Whole amounts without a fraction, as Bling writes them."""
    return int(value) if value == value.to_integral_value() else float(value)
