"""A depot with product toggles ticked."""

from __future__ import annotations

import pytest

from tests.support.depot import Depot
from tests.support.house import House


@pytest.fixture
async def depot(open_house: House) -> Depot:
    """Everything about products is ticked; the vendors have no limits."""
    return Depot(open_house)
