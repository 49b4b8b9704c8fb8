"""All calls of Bling's API that the sandbox answers, by path and method."""

from __future__ import annotations

from sandbox.bling import (
    contact_calls,
    homologation,
    invoice_calls,
    order_calls,
    product_calls,
    reference_calls,
    stock_calls,
)
from sandbox.bling.context import Routes

ROUTES: Routes = {
    **product_calls.ROUTES,
    **reference_calls.ROUTES,
    **contact_calls.ROUTES,
    **order_calls.ROUTES,
    **stock_calls.ROUTES,
    **invoice_calls.ROUTES,
    **homologation.ROUTES,
}
