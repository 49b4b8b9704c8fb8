"""The whole app for tests of people: sign-up, mails, team."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from connector.settings import Settings
from tests.support.apps import whole_app
from tests.support.desk import Desk
from tests.support.office import Customer, Office, running
from tests.support.sandbox import Sandbox


@pytest.fixture
async def desk(settings: Settings, sandbox: Sandbox) -> AsyncIterator[Desk]:
    """The app with its pages, running."""
    app = whole_app(settings)
    async with running(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://ponte.test") as client:
            yield Desk(app.state.parts, client, sandbox)


@pytest.fixture
def office(desk: Desk) -> Office:
    """Makes tenants and colleagues."""
    return Office(desk.parts, desk.client)


@pytest.fixture
async def customer(office: Office) -> Customer:
    """A tenant with one owner."""
    return await office.customer()
