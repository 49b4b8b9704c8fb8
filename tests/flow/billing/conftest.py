"""The server, a tenant in its trial, and the sandbox's Stripe."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from connector.settings import Settings
from tests.support.apps import bare_server
from tests.support.office import Customer, Office, running
from tests.support.sandbox import Sandbox
from tests.support.stripe_shop import Shop
from tests.support.till import Till


@pytest.fixture
async def office(settings: Settings, sandbox: Sandbox) -> AsyncIterator[Office]:
    """The server, its parts and a client."""
    app = bare_server(settings)
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
            yield Office(app.state.parts, client)


@pytest.fixture
async def customer(office: Office) -> Customer:
    """A tenant in its trial."""
    return await office.customer()


@pytest.fixture
def till(office: Office, customer: Customer, sandbox: Sandbox) -> Till:
    """The tenant at the till."""
    return Till(office, customer, Shop(sandbox))
