"""The same creates by fast-bitrix24, the public client for bulk work with Bitrix24.

At its defaults it sends 50 requests at once and gives up when the portal refuses some, so it works with its
own `slow(1)`: one request at a time. It writes and nothing else: no look-up before, no history after.
"""

from __future__ import annotations

import time
from typing import Any

from fast_bitrix24 import BitrixAsync

from benchmarks import messages
from benchmarks.messages import Notice
from benchmarks.portal import Portal


async def rival_seconds(on: Portal, products: int, cents: int) -> float:
    """Seconds that it takes for the products and their prices."""
    tenant = on.on.tenant

    async def token() -> str:
        return tenant.bitrix24_token

    client = BitrixAsync(tenant.rest_url, token_func=token, verbose=False)
    notices = messages.notices(range(products), "created", cents, messages.now())
    begun = time.perf_counter()
    with client.slow(1):
        made = await client.call("catalog.product.add", [_product(on, one) for one in notices])
        prices = [_price(on, int(one["id"]), notice) for one, notice in zip(made, notices, strict=True)]
        await client.call("catalog.price.add", prices)
    return time.perf_counter() - begun


def _product(on: Portal, notice: Notice) -> dict[str, Any]:
    catalogue = on.on.tenant.catalogue
    fields = {
        "iblockId": catalogue.product_iblock_id,
        "name": messages.name(notice),
        "xmlId": messages.sku(notice),
        "active": "Y",
        f"property{catalogue.product_link_property}": str(notice.bling_id),
    }
    return {"fields": fields}


def _price(on: Portal, product_id: int, notice: Notice) -> dict[str, Any]:
    group = on.on.tenant.catalogue.base_price_type
    price = f"{notice.price / 100:.2f}"
    return {"fields": {"productId": product_id, "catalogGroupId": group, "price": price, "currency": "BRL"}}
