"""A server for the tests of doors, API and sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from connector.settings import Settings
from tests.support.apps import bare_server
from tests.support.office import Customer, Office, running


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The server without pages, running."""
    app = bare_server(settings)
    async with running(app):
        yield app


@pytest.fixture
async def office(app: Litestar) -> AsyncIterator[Office]:
    """The server, its parts and a client."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
        yield Office(app.state.parts, client)


@pytest.fixture
async def customer(office: Office) -> Customer:
    """A tenant."""
    return await office.customer()
