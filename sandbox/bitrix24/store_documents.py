"""Inventory management: documents that move stock, and whether the portal has it switched on at all.

Source: the vendor's documentation of `catalog.document.*`. With it on, quantities follow from conducted
documents alone; with it off, documents are refused and `quantity` is written like any field.
"""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.catalogue import Element
from sandbox.bitrix24.errors import RestError, refused
from sandbox.bitrix24.query import Listed, listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import empty, intval, iso, number, text

RECEIPT, WRITE_OFF = "S", "D"
"""Stock adjustment (in) and write-off (out), the two types that are played here."""


@method("catalog.document.mode.status", "catalog")
def mode_status(call: Call) -> Any:
    """Y or N."""
    return "Y" if call.portal.inventory.enabled else "N"


@method("catalog.document.list", "catalog")
def document_list(call: Call) -> Any:
    """Documents."""
    found = listing(list(call.portal.inventory.documents.values()), call.params, call.start)
    return Listed({"documents": found.result}, found.total, found.next)


@method("catalog.document.add", "catalog", admin=True)
def document_add(call: Call) -> Any:
    """A draft."""
    _require_enabled(call)
    fields, inventory = call.fields(), call.portal.inventory
    kind = text(fields.get("docType"))
    if kind not in (RECEIPT, WRITE_OFF):
        raise refused("Invalid document type")
    if empty(fields.get("responsibleId")):
        raise refused("Required fields: responsibleId")
    number_of = len(inventory.documents) + 1
    document = {
        "id": number_of,
        "docType": kind,
        "title": text(fields.get("title")) or f"№ {number_of}",
        "currency": text(fields.get("currency")) or "BRL",
        "commentary": text(fields.get("commentary")),
        "responsibleId": intval(fields["responsibleId"]),
        "status": "N",
        "dateCreate": iso(call.now),
    }
    inventory.documents[number_of] = document
    return {"document": document}


@method("catalog.document.delete", "catalog", admin=True)
def document_delete(call: Call) -> Any:
    """A draft goes with its rows."""
    document = _draft(call, call.id())
    inventory = call.portal.inventory
    del inventory.documents[document["id"]]
    for one in [one for one in inventory.elements.values() if one["docId"] == document["id"]]:
        del inventory.elements[one["id"]]
    return True


@method("catalog.document.element.add", "catalog", admin=True)
def element_add(call: Call) -> Any:
    """A row of a draft."""
    fields, inventory = call.fields(), call.portal.inventory
    document = _draft(call, intval(fields.get("docId")))
    element = call.portal.catalogue.elements.get(intval(fields.get("elementId")))
    if element is None or element.kind.is_parent:
        raise refused("Error of adding new document element")
    row = {
        "id": len(inventory.elements) + 1,
        "docId": document["id"],
        "elementId": element.id,
        "amount": number(fields.get("amount") or 0),
        "purchasingPrice": number(fields.get("purchasingPrice") or 0),
        "storeFrom": intval(fields["storeFrom"]) if not empty(fields.get("storeFrom")) else None,
        "storeTo": intval(fields["storeTo"]) if not empty(fields.get("storeTo")) else None,
    }
    inventory.elements[row["id"]] = row
    return {"documentElement": row}


@method("catalog.document.conduct", "catalog", admin=True)
def conduct(call: Call) -> Any:
    """Move the stock; all rows or none."""
    document = call.portal.inventory.documents.get(call.id())
    if document is None:
        raise refused("Document not found")
    _require_enabled(call)
    if document["status"] == "Y":
        raise refused("Document conducting error: Document is already conducted")
    rows = [one for one in call.portal.inventory.elements.values() if one["docId"] == document["id"]]
    if not rows:
        raise refused("Document conducting error: No products")
    moves = [_move(call, document, row) for row in rows]
    for element, store, amount in moves:
        _put(call, element, store, amount)
    document["status"] = "Y"
    return True


def _move(call: Call, document: dict[str, Any], row: dict[str, Any]) -> tuple[Element, int, float]:
    """What a row does to which store; a write-off takes no more than there is."""
    element = call.portal.catalogue.elements[row["elementId"]]
    store = row["storeTo" if document["docType"] == RECEIPT else "storeFrom"]
    if store not in {one["id"] for one in call.portal.stores}:
        raise refused("Document conducting error: Warehouse not specified")
    if row["amount"] <= 0:
        raise refused("Document conducting error: Invalid quantity")
    if document["docType"] == RECEIPT:
        return element, store, row["amount"]
    if _stock_row(call, element.id, store)["amount"] < row["amount"]:
        raise refused("Document conducting error: Insufficient stock")
    return element, store, -row["amount"]


def _put(call: Call, element: Element, store: int, amount: float) -> None:
    row = _stock_row(call, element.id, store)
    row["amount"] += amount
    rows = [one for one in call.portal.catalogue.stock if one["productId"] == element.id]
    element.fields["quantity"] = sum(one["amount"] for one in rows)


def _stock_row(call: Call, product_id: int, store: int) -> dict[str, Any]:
    stock = call.portal.catalogue.stock
    for row in stock:
        if row["productId"] == product_id and row["storeId"] == store:
            return row
    row = {
        "id": len(stock) + 1,
        "productId": product_id,
        "storeId": store,
        "amount": 0,
        "quantityReserved": 0,
    }
    stock.append(row)
    return row


def _draft(call: Call, document_id: int) -> dict[str, Any]:
    document = call.portal.inventory.documents.get(document_id)
    if document is None:
        raise RestError("ERROR_DOCUMENT_STATUS", "Document not found")
    if document["status"] == "Y":
        raise RestError("ERROR_DOCUMENT_STATUS", "Conducted document")
    return document


def _require_enabled(call: Call) -> None:
    if not call.portal.inventory.enabled:
        raise refused("Warehouse accounting must be enabled to conduct the document")
