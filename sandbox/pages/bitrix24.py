"""A portal's catalogue and deals, to look at while Ponte works."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException

from sandbox.core.world import World
from sandbox.pages.rendering import page

SHOWN = 200


@get("/pages/bitrix24/{member_id:str}", sync_to_thread=False)
def show_portal(member_id: str, world: World) -> Response[str]:
    """Products with their base prices, and deals, newest first; the page keeps itself fresh."""
    domains = {portal["member_id"]: portal["domain"] for portal in world.bitrix24.portals()}
    if member_id not in domains:
        raise NotFoundException("Este portal não existe.")
    records = world.bitrix24.dump(member_id)
    products = records["products"]
    return page(
        "bitrix24.html",
        domains[member_id],
        products=products[: -SHOWN - 1 : -1],
        more=max(0, len(products) - SHOWN),
        prices=_base_prices(records["prices"]),
        deals=records["deals"][: -SHOWN - 1 : -1],
    )


def _base_prices(prices: list[dict[str, Any]]) -> dict[str, object]:
    """The price of the lowest price type by product; BASE comes first in every portal."""
    ordered = sorted(prices, key=lambda price: int(price["catalogGroupId"]), reverse=True)
    return {str(price["productId"]): price["price"] for price in ordered}
