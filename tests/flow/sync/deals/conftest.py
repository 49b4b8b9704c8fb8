"""A salesperson at the house's Bling, with orders ticked."""

from __future__ import annotations

import pytest

from tests.support.house import House
from tests.support.order_desk import OrderDesk


@pytest.fixture
async def desk(house: House) -> OrderDesk:
    """Orders and sales are on; the account was connected long ago."""
    await house.tick("order.create", "order.update", "sale.create")
    return OrderDesk(house)
