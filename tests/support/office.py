"""A running server without pages, tenants in it, and what Bling and API clients would send to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Litestar
from redis.exceptions import RedisError

from connector import pace
from connector.account.signup import NewPerson, create_api_key, create_person, create_tenant
from connector.bling.webhook import signature
from connector.domain.vendor import ConnectionState
from connector.store import connections, directory
from connector.store.connections import Account
from connector.store.directory import Route
from connector.store.ids import new_id
from connector.store.people import Role
from server.parts import Parts
from tests.support.house import product

PASSWORD = "correct horse battery"


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant with one Bling account, one owner and one API key."""

    tenant_id: UUID
    account_id: UUID
    company_id: str
    account_key: str
    email: str
    api_key: str


class Office:
    """The server's parts and a client that speaks to it."""

    def __init__(self, parts: Parts, client: httpx.AsyncClient) -> None:
        self.parts, self.client = parts, client
        self.database = parts.database

    async def customer(self, company_id: str | None = None, client_secret: str | None = None) -> Customer:
        """A new tenant in its trial."""
        now = self.parts.clock.now()
        tenant_id = await create_tenant(self.database, "Loja", now, now)
        account_id = await self._account(tenant_id, company_id or uuid4().hex, client_secret)
        email = f"dona-{tenant_id.hex}@loja.example"
        await create_person(
            self.database, tenant_id, NewPerson(email=email, password=PASSWORD, name="Dona"), now
        )
        async with self.database.tenant(tenant_id) as conn:
            account = await connections.account(conn, tenant_id, account_id)
        assert account is not None
        return Customer(
            tenant_id=tenant_id,
            account_id=account_id,
            company_id=account.company_id,
            account_key=account.account_key,
            email=email,
            api_key=await create_api_key(self.database, tenant_id, "test", now),
        )

    async def _account(self, tenant_id: UUID, company_id: str, client_secret: str | None) -> UUID:
        now, account_id = self.parts.clock.now(), new_id()
        account = Account(
            id=account_id,
            company_id=company_id,
            name="Matriz",
            account_key=uuid4().hex,
            main=True,
            state=ConnectionState.CONNECTED,
            state_since=now,
            created_at=now,
        )
        sealed = client_secret and self.parts.vault.seal(client_secret, f"app:{account_id}")
        async with self.database.system() as conn:
            await connections.add_account(conn, tenant_id, account)
            await directory.add_route(
                conn,
                Route(
                    account_key=account.account_key,
                    company_id=company_id,
                    tenant_id=tenant_id,
                    account_id=account_id,
                    client_secret=sealed or None,
                ),
            )
        return account_id

    async def colleague(self, customer: Customer, role: Role) -> str:
        """Another person of the tenant; gives the address."""
        email = f"{role}-{uuid4().hex}@loja.example"
        new = NewPerson(email=email, password=PASSWORD, name="Colega", role=role)
        await create_person(self.database, customer.tenant_id, new, self.parts.clock.now())
        return email

    async def api(self, customer: Customer, method: str, path: str, **more: Any) -> httpx.Response:
        """A request of the JSON API."""
        headers = {"authorization": f"Bearer {customer.api_key}"}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    async def bling_sends(
        self,
        body: bytes,
        door: str = "/webhooks/bling",
        secret: str | None = None,
        signed: str | None = None,
    ) -> httpx.Response:
        """A webhook, rightly signed unless told otherwise."""
        secret = secret or self.parts.settings.bling_client_secret
        headers = {"x-bling-signature-256": signed if signed is not None else signature(secret, body)}
        return await self.client.post(door, content=body, headers=headers)

    async def rows(self, table: str, where: str = "true", *values: object) -> list[Any]:
        """What stands in a table, as the system sees it."""
        async with self.database.system() as conn:
            found: list[Any] = await conn.fetch(f"SELECT * FROM {table} WHERE {where}", *values)
            return found


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """The app's lifespan in a task of its own: pytest ends fixtures in another one than it began them in.

    Its limiters know that nothing was spent yet, for the vendors begin with the test, too.
    """
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        task.result()
    with contextlib.suppress(RedisError, OSError):
        await pace.assume_idle(app.state.parts.redis)
    yield
    stop.set()
    await task


def message(company_id: str, event: str = "product.updated", **more: Any) -> bytes:
    """A message of Bling's."""
    envelope = {
        "eventId": str(uuid4()),
        "date": "2026-11-23T12:00:00Z",
        "version": "v1",
        "event": event,
        "companyId": company_id,
        "data": product(1001),
    }
    return json.dumps({**envelope, **more}).encode()
