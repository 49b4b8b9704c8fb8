"""Checks of Stripe: does it know the key, and sell what Ponte offers?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from connector.billing.client import Stripe
from connector.billing.reading import Price
from connector.domain.plans import PLANS
from connector.domain.vendor import Disconnected, VendorError
from connector.settings import Settings
from ponte.doctor.findings import Finding

_MAKE = "make a monthly price in BRL at Stripe for each, with that lookup key"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Nothing where there is no key: the settings' own check tells of that."""
    if not settings.stripe_api_key:
        return
    async with httpx.AsyncClient(trust_env=False) as http:
        stripe = Stripe(http, settings.stripe_api_key, settings.stripe_api_url)
        try:
            yield _prices(await stripe.prices(list(PLANS)))
        except Disconnected as error:
            yield Finding("prices", f"Stripe refuses the key: {error.text}", "check PONTE_STRIPE_API_KEY")
        except VendorError as error:
            yield Finding("prices", f"Stripe does not answer: {error.text}", "check PONTE_STRIPE_API_URL")


def _prices(found: dict[str, Price]) -> Finding:
    if missing := [key for key in PLANS if key not in found]:
        return Finding("prices", f"Stripe has no price for: {', '.join(missing)}", _MAKE)
    other = [key for key, plan in PLANS.items() if found[key].unit_amount != plan.price_cents]
    if other:
        text = f"Stripe bills another amount than Licença shows for: {', '.join(other)}"
        return Finding("prices", text, "give these lookup keys to prices of the right amount")
    return Finding("prices", "Stripe sells every plan")
