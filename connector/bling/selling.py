"""What a won deal needs of Bling: contacts, means of payment, sales orders.

Sources: facts of Bling (orders, contacts). A create answers with an id and nothing else; neither refuses a
double, so both are looked for first: an order by our mark in `numeroLoja`, a contact by its `codigo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.bling.client import PAGE, Bling, Record
from connector.bling.transport import Answer, Lasts
from connector.domain.vendor import Transient


async def order_marked(bling: Bling, mark: str) -> int | None:
    """The order whose `numeroLoja` is this mark; the oldest, should there be several."""
    rows = await bling.orders(store_numbers=[mark])
    # The filter is checked: an order of somebody else's would be ruined.
    return min((int(row["id"]) for row in rows if row.get("numeroLoja") == mark), default=None)


async def add_order(bling: Bling, body: Mapping[str, Any], lasts: Lasts) -> int:
    """Make a sales order; gives its id. Raises `Rejected` with what Bling says of which field."""
    return _id(await bling.write("POST", "/pedidos/vendas", body, lasts=lasts))


async def contacts_found(bling: Bling, text: str) -> list[Record]:
    """Contacts by code or e-mail (`pesquisa` also looks into names and documents: check what comes)."""
    answer = await bling.get("/contatos", {"criterio": 1, "pesquisa": text, "pagina": 1, "limite": PAGE})
    return _rows(answer)


async def add_contact(bling: Bling, body: Mapping[str, Any], lasts: Lasts) -> int:
    """Make a contact; gives its id."""
    return _id(await bling.write("POST", "/contatos", body, lasts=lasts))


async def means_of_payment(bling: Bling) -> list[Record]:
    """The account's means of payment that are in use; `padrao` 1 marks its default."""
    found: list[Record] = []
    while True:
        query = {"pagina": len(found) // PAGE + 1, "limite": PAGE, "situacao": 1}
        rows = _rows(await bling.get("/formas-pagamentos", query))
        found += rows
        if len(rows) < PAGE:
            return found


def _id(answer: Answer) -> int:
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("id"), int):
        raise Transient("the answer names no record", code="unreadable")
    return int(data["id"])


def _rows(answer: Answer) -> list[Record]:
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(data, list):
        raise Transient("the answer has no list", code="unreadable")
    return data
