"""Records made in numbers for bursts and imports; the same order on the same world makes the same records."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from random import Random

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.company import Company
from sandbox.bling.seed_orders import Shop, varied_order
from sandbox.bling.seed_people import customer

NEW_CUSTOMER = 0.75
"""How often an order comes from somebody new, unless the number of customers is told."""

_BREATH = 50
"""Records between two looks at what else there is to do: webhooks leave while more are made."""


class Amounts(msgspec.Struct, frozen=True):
    """How many records; `customers` None means as many as the orders happen to bring."""

    products: int = 0
    orders: int = 0
    customers: int | None = None
    seed: int = 1


async def sow(company: Company, amounts: Amounts) -> dict[str, list[int]]:
    """Make simple active products, customers, and orders of today; answers their ids."""
    made: dict[str, list[int]] = {"products": [], "contacts": [], "orders": []}
    for place, (kind, record_id) in enumerate(_made(company, amounts)):
        made[kind].append(record_id)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return made


def _made(company: Company, amounts: Amounts) -> Iterator[tuple[str, int]]:
    first = len(company.catalogue) + 1
    for number in range(first, first + amounts.products):
        yield "products", int(company.catalogue.create(simple_product(number))["id"])
    chance = Random(f"{amounts.seed} {company.profile.key} {len(company.orders)}")
    buyers: list[int] = []
    for _ in range(amounts.customers or 0):
        buyers.append(_buyer(company, chance))
        yield "contacts", buyers[-1]
    if amounts.customers == 0:
        buyers = [int(contact.body["id"]) for contact in company.contacts.all()]
    shop, now = _shop(company), company.clock.real()
    for place in range(amounts.orders):
        if not buyers or (amounts.customers is None and chance.random() < NEW_CUSTOMER):
            buyers.append(_buyer(company, chance))
            yield "contacts", buyers[-1]
            contact = buyers[-1]
        else:
            contact = buyers[place] if place < (amounts.customers or 0) else chance.choice(buyers)
        yield "orders", company.orders.create(varied_order(chance, shop, contact, now))


def _buyer(company: Company, chance: Random) -> int:
    return company.contacts.create(customer(chance, len(company.contacts) + 1))


def _shop(company: Company) -> Shop:
    lists = company.references
    products = [product.body for product in company.catalogue.oldest_first() if _sells(product.body)]
    return Shop(
        products=products,
        channels=[channel["id"] for channel in lists.channels],
        sellers=[seller["id"] for seller in lists.sellers],
        payments=[payment["id"] for payment in lists.payments if payment["situacao"] == 1],
    )


def _sells(product: Body) -> bool:
    return product["situacao"] == "A" and product["formato"] != "V" and bool(product["preco"])


def simple_product(number: int) -> Body:
    """The n-th simple active product, with a code of its own and a price of a few reais."""
    return {
        "nome": f"Produto de teste {number:05d}",
        "codigo": f"TESTE-{number:05d}",
        "preco": round(5 + (number * 37 % 20_000) / 100, 2),
        "tipo": "P",
        "situacao": "A",
        "formato": "S",
        "unidade": "UN",
        "descricaoCurta": f"Produto simples número {number}",
    }
