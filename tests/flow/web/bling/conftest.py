"""The whole app, a tenant of it, and its owner's browser: for tests of connecting Bling and leaving it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from connector import pace
from connector.settings import Settings
from tests.support.apps import whole_app
from tests.support.consent import Visitor, visitor
from tests.support.office import Customer, Office, running
from tests.support.sandbox import Sandbox


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The whole app."""
    app = whole_app(settings)
    async with running(app):
        yield app


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """A tenant whose limiters know that nothing was spent."""
    await pace.assume_idle(office.parts.redis)
    return await office.customer()


@pytest.fixture
async def owner(office: Office, sandbox: Sandbox, tenant: Customer) -> Visitor:
    """Its owner's browser."""
    return await visitor(office, sandbox, tenant)
