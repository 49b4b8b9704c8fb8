"""The whole app, customers in it, and an operator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from litestar import Litestar

from connector.settings import Settings
from tests.support import watch
from tests.support.apps import whole_app
from tests.support.office import Customer, Office, running
from tests.support.watch import Watch


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """Server and dashboard, running."""
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
async def office(app: Litestar) -> AsyncIterator[Office]:
    """The app, its parts and a client."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
        yield Office(app.state.parts, client)


@pytest.fixture
async def customer(office: Office) -> Customer:
    """A tenant."""
    return await office.customer()


@pytest.fixture
async def operator(office: Office) -> Watch:
    """Signed in."""
    return await watch.sign_in(office)


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the tables, past all policies."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()
