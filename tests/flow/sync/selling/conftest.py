"""A portal in which deals are won, with the toggle ticked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.house import House
from tests.support.seller import Seller


@pytest.fixture
async def seller(house: House) -> AsyncIterator[Seller]:
    """Won deals make orders; orders of Bling make and change deals."""
    seller = Seller(house)
    await house.tick("deal.won", "order.create", "order.update")
    yield seller
    await house.engine.http.aclose()
