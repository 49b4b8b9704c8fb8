"""Stock of a portal: a plain field, or documents where inventory management is switched on.

Source: the vendor's documentation of `catalog.document.*` and `catalog.storeproduct.list`. A document is a
draft until it is conducted, which moves all of its rows or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from connector.bitrix24.batch import Command
from connector.bitrix24.reading import listed
from connector.domain.vendor import Transient

#: `docType`: stock adjustment (in) and write-off (out).
IN: Literal["S"] = "S"
OUT: Literal["D"] = "D"
#: Ids of one list command.
MOST_IDS = 50

#: Y or N.
MODE = Command("catalog.document.mode.status", {})
STORES = Command("catalog.store.list", {"filter": {"active": "Y"}, "order": {"sort": "ASC", "id": "ASC"}})


def is_managed(result: Any) -> bool:
    """Whether quantities follow from documents alone; the answer to `MODE`."""
    return bool(result == "Y")


def main_store(result: Any) -> int | None:
    """The default store, else the first; the answer to `STORES`."""
    rows = listed(result, "stores")
    chosen = next((row for row in rows if row.get("isDefault") == "Y"), rows[0] if rows else None)
    return None if chosen is None else int(chosen["id"])


def amounts_of(product_ids: Sequence[int], start: int = 0) -> Command:
    """The products' amounts in all stores; see `Done.next`."""
    params = {
        "select": ["id", "productId", "storeId", "amount"],
        "filter": {"productId": list(product_ids)},
        "order": {"id": "ASC"},
        "start": start,
    }
    return Command("catalog.storeproduct.list", params)


def amounts(result: Any) -> list[tuple[int, Decimal]]:
    """Product and amount, a pair for each store; the answer to `amounts_of`."""
    return [
        (int(row["productId"]), Decimal(str(row.get("amount") or 0)))
        for row in listed(result, "storeProducts")
    ]


def add_document(kind: Literal["S", "D"], responsible: int, title: str) -> Command:
    """A draft."""
    fields = {"docType": kind, "responsibleId": responsible, "currency": "BRL", "title": title}
    return Command("catalog.document.add", {"fields": fields})


def document_id(result: Any) -> int:
    """The id in the answer to `add_document`."""
    document = result.get("document") if isinstance(result, dict) else None
    if not isinstance(document, dict):
        raise Transient("the answer names no document", code="unreadable")
    return int(document["id"])


def add_row(document: int, kind: Literal["S", "D"], store: int, product: int, amount: Decimal) -> Command:
    """A row of a draft; `amount` above zero."""
    place = {"storeTo": store} if kind == IN else {"storeFrom": store}
    fields = {"docId": document, "elementId": product, "amount": str(amount), **place}
    return Command("catalog.document.element.add", {"fields": fields})


def conduct(document: int) -> Command:
    """Move the stock."""
    return Command("catalog.document.conduct", {"id": document})


def drop(document: int) -> Command:
    """Delete a draft."""
    return Command("catalog.document.delete", {"id": document})


def drafts(title: str) -> Command:
    """Drafts of this title that were never conducted."""
    return Command(
        "catalog.document.list",
        {"select": ["id"], "filter": {"title": title, "status": "N"}, "order": {"id": "ASC"}},
    )


def draft_ids(result: Any) -> list[int]:
    """The answer to `drafts`."""
    return [int(row["id"]) for row in listed(result, "documents")]
