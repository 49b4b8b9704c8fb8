"""What the account's owner would see: customers, subscriptions, events; and what banks and time may do."""

from __future__ import annotations

from typing import Any

from sandbox.stripe.calendar import DAY_S
from sandbox.stripe.cards import Nature
from sandbox.stripe.methods import of_customer
from sandbox.stripe.shelves import Body
from sandbox.stripe.state import StripeState

LATEST = 30
"""Events that are shown."""

NATURES = {"falham": Nature.NO_FUNDS, "pagam": Nature.PAYS}


def rows(state: StripeState) -> list[dict[str, Any]]:
    """Each customer with its subscriptions, newest first."""
    customers = [one for one in state.shelf("customer") if not one.get("deleted")]
    return [
        {
            "customer": customer,
            "subscriptions": [
                one for one in state.shelf("subscription") if one["customer"] == customer["id"]
            ],
            "cards": len(of_customer(state, customer)),
        }
        for customer in reversed(customers)
    ]


def events(state: StripeState) -> list[Body]:
    """The latest events, newest first."""
    return list(state.shelf("event"))[: -LATEST - 1 : -1]


def carry_out(state: StripeState, form: dict[str, str]) -> None:
    """A button of the page: all cards of a customer begin to fail or to pay, or days pass."""
    if (days := form.get("days", "")).isdigit():
        state.world.clock.advance(int(days) * DAY_S)
    customer = state.shelf("customer").find(form.get("customer", ""))
    nature = NATURES.get(form.get("cards", ""))
    if customer is not None and nature is not None:
        state.natures |= {method["id"]: nature for method in of_customer(state, customer)}
