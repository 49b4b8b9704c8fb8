"""An order made of a deal, as it was made: what it says otherwise now, somebody has changed since.

Between the making and Bling's first message about it people may have worked on the order already.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from connector.domain import orders
from connector.domain.deals import COMPANY_FIELD, CONTACT_FIELD
from connector.domain.mapping import Source, Target
from connector.domain.pipelines import SEEDED

#: What the link remembers of such an order until Bling has told of it: the body that was sent, as JSON.
MADE = "@made"
#: The situation in which orders are born, unless the account says otherwise.
OPEN = {"id": SEEDED[0].id, "valor": SEEDED[0].valor}
#: Fields that are empty unless they were sent.
_REMARKS = ("observacoes", "numeroPedidoCompra", "vendedor")
_MONEY = ("desconto", "outrasDespesas", "transporte")

_body = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def memory_of(made: Mapping[str, Any], *, company: bool, customer: int) -> Target:
    """What to remember of an order that has just been made of a deal with this customer."""
    person = COMPANY_FIELD if company else CONTACT_FIELD
    return {MADE: msgspec.json.encode(made).decode(), person: str(customer)}


def as_made(order: Source, memory: Target, situation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The order as it was when it was made; None when nobody remembers. Raises `BadOrder`.

    `situation` as Bling's first message told it. Bling completes what it is sent (units, names), so a part
    that says the same stays as Bling tells it now.
    """
    if MADE not in memory:
        return None
    made = _body.decode(memory[MADE])
    then = {**order, **{name: made.get(name) for name in _REMARKS}, "situacao": situation or OPEN}
    then["total"] = made["parcelas"][0]["valor"]
    if _goods(order) != _goods(made):
        then["itens"] = made["itens"]
    if _extras(order) != _extras(made):
        then |= {name: made[name] for name in _MONEY}
    if not is_same_customer(order, then | {"contato": made["contato"]}):
        then["contato"] = made["contato"]
    return then


def is_same_customer(one: Source, other: Source) -> bool:
    """Whether two orders are of the same contact."""
    first, second = orders.contact_of(one), orders.contact_of(other)
    return (first or {}).get("id") == (second or {}).get("id")


def _goods(order: Source) -> list[tuple[int, Decimal, Decimal]]:
    return [(item.product_id, item.quantity, item.price) for item in orders.items_of(order)]


def _extras(order: Source) -> tuple[Decimal, bool, Decimal, Decimal]:
    amounts = orders.amounts_of(order)
    percent = amounts.discount_percent and amounts.discount != 0
    return amounts.discount, percent, amounts.freight, amounts.expenses
