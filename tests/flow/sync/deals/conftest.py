"""A salesperson at the house's Bling, with orders ticked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.house import House
from tests.support.order_desk import OrderDesk


@pytest.fixture
async def closed_desk(house: House) -> AsyncIterator[OrderDesk]:
    """Nothing is ticked; nobody knows when the account was connected."""
    desk = OrderDesk(house)
    yield desk
    await desk.house.engine.http.aclose()


@pytest.fixture
async def desk(closed_desk: OrderDesk) -> OrderDesk:
    """Orders and sales are on."""
    await closed_desk.house.tick("order.create", "order.update", "sale.create")
    return closed_desk
