"""Orders in numbers, as varied as life: discounts of all kinds, freight, broken quantities."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.money import CENT, as_json, cents, decimal, order_total, products_total
from sandbox.bling.parcels import parcels
from sandbox.bling.times import day_of

_QUANTITIES = ("1", "1", "1", "2", "2", "3", "5", "10", "0.5", "1.25", "0.333")
_ITEM_DISCOUNTS = ("5", "10", "12.5", "33.33", "84.36")
_FREIGHTS = ("7", "12.9", "19.95", "34.5", "89.9")


class Shop(msgspec.Struct, frozen=True):
    """What orders refer to: product bodies, and ids of channels, sellers and payment forms."""

    products: list[Body]
    channels: list[int]
    sellers: list[int]
    payments: list[int]


def varied_order(chance: Random, shop: Shop, contact: int, now: float) -> Body:
    """An order of today as `POST /pedidos/vendas` takes it."""
    day = day_of(now)
    order: Body = {
        "contato": {"id": contact},
        "data": day,
        "dataSaida": day,
        "dataPrevista": day,
        "itens": [_item(chance, shop.products) for _ in range(chance.choice((1, 1, 2, 3, 5)))],
        "outrasDespesas": float(chance.choice(("3.5", "15"))) if chance.random() < 0.15 else 0,
        "transporte": _transport(chance),
        "vendedor": {"id": chance.choice([0, *shop.sellers])},
        **_origin(chance, shop.channels),
    }
    order["desconto"] = _discount(chance, products_total(order["itens"]))
    number, payment = chance.choice((1, 1, 2, 3)), chance.choice(shop.payments)
    order["parcelas"] = parcels(order_total(order), number, payment, now)
    return order


def _item(chance: Random, products: list[Body]) -> Body:
    """A product at its price, sometimes a discounted one: `valor` is net, `desconto` tells by how much."""
    product = chance.choice(products) if products else None
    price = decimal(product["preco"]) if product else Decimal(chance.randrange(500, 30_000)) / 100
    item: Body = {"descricao": "Item avulso", "unidade": "UN", "quantidade": _number(chance, _QUANTITIES)}
    if product:
        item |= {"descricao": product["nome"], "codigo": product["codigo"], "produto": {"id": product["id"]}}
    if chance.random() < 0.25:
        discount = Decimal(chance.choice(_ITEM_DISCOUNTS))
        price = (price * (100 - discount) / 100).quantize(chance.choice((CENT, CENT, Decimal("0.0001"))))
        item["desconto"] = as_json(discount)
    return item | {"valor": as_json(max(price, CENT))}


def _discount(chance: Random, products: Decimal) -> Body:
    kind = chance.random()
    if kind < 0.25:
        return {"valor": _number(chance, ("5", "10", "7.5", "33.33")), "unidade": "PERCENTUAL"}
    if kind < 0.5:
        return {"valor": as_json(cents(products * chance.randrange(1, 30) / 100)), "unidade": "REAL"}
    return {"valor": 0, "unidade": "REAL"}


def _transport(chance: Random) -> Body:
    if chance.random() < 0.5:
        return {"fretePorConta": 9, "frete": 0}
    return {"fretePorConta": chance.choice((0, 1)), "frete": _number(chance, _FREIGHTS)}


def _origin(chance: Random, channels: list[int]) -> Body:
    """A shop with its own number, or none for an order that somebody typed."""
    if not channels or chance.random() < 0.4:
        return {}
    return {
        "loja": {"id": chance.choice(channels)},
        "numeroLoja": str(chance.randrange(2 * 10**15, 3 * 10**15)),
    }


def _number(chance: Random, choices: tuple[str, ...]) -> float | int:
    return as_json(Decimal(chance.choice(choices)))
