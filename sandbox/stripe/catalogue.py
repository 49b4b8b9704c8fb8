"""Ponte's products and prices at Stripe, and one promotion code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import shapes

if TYPE_CHECKING:
    from sandbox.stripe.state import StripeState

PLANS = (
    ("essencial", "Essencial", 5_900),
    ("profissional", "Profissional", 14_900),
    ("escala", "Escala", 44_900),
)
"""Lookup key, name and price a month in cents."""

PROMOTION_CODE = "BEMVINDO20"
PERCENT_OFF = 20.0


def open_catalogue(state: StripeState) -> None:
    """Put the plans on sale. Their ids are always the same, so that a kept database finds them again."""
    for key, name, cents in PLANS:
        made = state.add(shapes.product(f"prod_sandbox{key}", f"Ponte {name}", state.now))
        price = shapes.price(f"price_sandbox{key}", made["id"], "brl", cents, state.now)
        price |= {"lookup_key": key, "type": "recurring", "recurring": shapes.recurring("month", 1)}
        made["default_price"] = state.add(price)["id"]
    coupon = state.add(shapes.coupon("bemvindo", "Boas-vindas", PERCENT_OFF, state.now))
    state.add(shapes.promotion_code(PROMOTION_CODE, coupon["id"], state.now))
