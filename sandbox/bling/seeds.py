"""Records made in numbers for bursts and imports."""

from __future__ import annotations

from sandbox.bling.bodies import Body
from sandbox.bling.company import Company
from sandbox.bling.times import day_of


def seed(company: Company, *, products: int, orders: int) -> dict[str, list[int]]:
    """Simple active products and orders of today; answers their ids."""
    first = len(company.catalogue) + 1
    made = [
        company.catalogue.create(simple_product(number))["id"] for number in range(first, first + products)
    ]
    if not orders:
        return {"products": made, "orders": []}
    buyer, today = _buyer(company), day_of(company.clock.real())
    payment = company.references.payments[0]["id"]
    items = [product.body for product in company.catalogue.oldest_first() if not product.children][:50]
    sold = [
        company.orders.create(
            simple_order(buyer, today, payment, items[number % len(items)] if items else None)
        )
        for number in range(orders)
    ]
    return {"products": made, "orders": sold}


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


def simple_order(contact: int, day: str, payment: int, product: Body | None) -> Body:
    """One item, one parcel; a free-text item while the account has no products."""
    price = (product["preco"] if product else 0) or 29.9
    item: Body = {"descricao": "Item avulso", "quantidade": 1, "valor": price}
    if product:
        item |= {"descricao": product["nome"], "codigo": product["codigo"], "produto": {"id": product["id"]}}
    return {
        "contato": {"id": contact},
        "data": day,
        "dataSaida": day,
        "dataPrevista": day,
        "itens": [item],
        "parcelas": [{"dataVencimento": day, "valor": price, "formaPagamento": {"id": payment}}],
    }


def _buyer(company: Company) -> int:
    for contact in company.contacts.all():
        return int(contact.body["id"])
    sent = {"nome": "Consumidora de Teste", "situacao": "A", "tipo": "F", "numeroDocumento": "52998224725"}
    return company.contacts.create(sent)
