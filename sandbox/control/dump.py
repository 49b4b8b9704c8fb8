"""Bling's records for `GET /control/dump`."""

from __future__ import annotations

from typing import Any

from sandbox.bling import product_calls
from sandbox.bling.company import Company
from sandbox.bling.state import BlingState


def dump(state: BlingState, company: Company) -> dict[str, Any]:
    """Everything as Bling's `get` of each record answers it; variations stand beside their parents."""
    catalogue = company.catalogue
    return {
        "products": [
            product_calls.dump(state, catalogue.children(product), product)
            for product in catalogue.oldest_first()
        ],
        "orders": [order.body for order in company.orders.all()],
        "contacts": [contact.body for contact in company.contacts.all()],
        "invoices": [*company.nfe.all(), *company.nfce.all()],
    }
