"""The sandbox's part of the demo's ready line."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import tokens as bitrix24_app
from sandbox.bling import oauth as bling_app
from sandbox.control.pairs import spare
from sandbox.core.world import World
from sandbox.stripe.credentials import OUTSIDER_API_KEY, STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET


def ready(world: World) -> dict[str, Any]:
    """Addresses, the made-up credentials, companies, portals and the spare pair.

    Keys and tokens are an outsider's; what Ponte alone is to use stands under `own`.
    """
    company_id, member_id = spare(world)
    return {
        "bling": _bling(world.base_url),
        "bitrix24": _bitrix24(world.base_url),
        "stripe": {
            "api_url": f"{world.base_url}/stripe",
            "api_key": OUTSIDER_API_KEY,
            "webhook_secret": STRIPE_WEBHOOK_SECRET,
        },
        "own": {"stripe_api_key": STRIPE_API_KEY},
        "companies": [
            {
                "company_id": company.id,
                "name": company.profile.nome,
                "access_token": world.bling.outsider_tokens[company.id],
            }
            for company in world.bling.companies.values()
        ],
        "portals": world.bitrix24.portals(),
        "spare": {"bling_company_id": company_id, "bitrix24_member_id": member_id},
    }


def _bling(base_url: str) -> dict[str, str]:
    api_url = f"{base_url}/bling/Api/v3"
    return {
        "api_url": api_url,
        "authorize_url": f"{api_url}/oauth/authorize",
        "token_url": f"{api_url}/oauth/token",
        "client_id": bling_app.CLIENT_ID,
        "client_secret": bling_app.CLIENT_SECRET,
    }


def _bitrix24(base_url: str) -> dict[str, str]:
    return {
        "rest_url": f"{base_url}/bitrix24/{{member_id}}/rest/",
        "oauth_url": f"{base_url}/bitrix24/oauth/token/",
        "client_id": bitrix24_app.CLIENT_ID,
        "client_secret": bitrix24_app.CLIENT_SECRET,
    }
