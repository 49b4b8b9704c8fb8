"""The demo's tenants: two companies that have signed up and connected both sides. And its operator."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import msgspec
from redis.asyncio import Redis

from connector.account import connect_bitrix24, connect_bling, operators
from connector.account.clock import Clock
from connector.account.connect import Connecting
from connector.account.connections import Connections
from connector.account.people import Actor
from connector.account.signup import NewPerson, create_api_key, create_person, create_tenant
from connector.pace import assume_idle
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store.connections import Account
from connector.store.scope import Database


class Owner(msgspec.Struct, frozen=True):
    """Who signs in to a demo tenant."""

    name: str
    email: str
    password: str


OWNERS = (
    Owner("Ana Souza", "ana@aurora.example", "ponte-aurora-2026"),
    Owner("Bruno Lima", "bruno@serraazul.example", "ponte-serra-azul-2026"),
)
OPERATOR = Owner("Diego Farias", "diego@ponte.example", "ponte-operacao-2026")


class Vendors:
    """The sandbox, where consent is given without a person."""

    def __init__(self, http: httpx.AsyncClient, sandbox_url: str) -> None:
        self._http, self._url = http, sandbox_url

    async def grant(self, provider: str, **whose: str) -> dict[str, str]:
        """What the vendor hands out after a consent (Bling) or an installation (Bitrix24)."""
        granted: dict[str, str] = await self._post("grant", {"provider": provider, **whose})
        return granted

    async def name_tenant(self, tenant_id: UUID, company_id: str, member_id: str) -> None:
        """Tell Ponte's id for a company and a portal."""
        body = {"tenant": str(tenant_id), "company_id": company_id, "member_id": member_id}
        await self._post("tenants", body)

    async def _post(self, path: str, body: Mapping[str, str]) -> Any:
        answer = await self._http.post(f"{self._url}/control/{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


async def connect_tenants(
    settings: Settings, sandbox_url: str, offered: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Make and connect the demo's tenants; their entries of the ready line.

    `offered` is the sandbox's `/control/ready`: its first companies and portals belong together. Raises the
    vendors' errors.
    """
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url, settings.pool_size)
        stack.push_async_callback(database.close)
        redis: Redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
        # The sandbox has just been started: its limits are whole, and we know it.
        await assume_idle(redis)
        connecting = _connecting(settings, database, redis, http)
        vendors = Vendors(http, sandbox_url)
        pairs = zip(OWNERS, offered["companies"], offered["portals"], strict=False)
        return await asyncio.gather(*(_make(connecting, vendors, *pair) for pair in pairs))


async def make_operator(settings: Settings) -> dict[str, str]:
    """The demo's operator; its entry of the ready line."""
    database = await Database.open(settings.database_url, 1)
    try:
        vault = Vault.from_setting(settings.vault_keys)
        made = await operators.make(
            database, vault, OPERATOR.email, Clock(settings).now(), OPERATOR.password, OPERATOR.name
        )
    finally:
        await database.close()
    return {"email": made.email, "password": made.password, "totp_secret": made.totp_secret}


def _connecting(settings: Settings, database: Database, redis: Redis, http: httpx.AsyncClient) -> Connecting:
    vault = Vault.from_setting(settings.vault_keys)
    connections = Connections(settings, database, redis, http, vault, Clock(settings))
    return Connecting(settings, database, redis, http, vault, connections)


async def _make(
    connecting: Connecting,
    vendors: Vendors,
    owner: Owner,
    company: Mapping[str, str],
    portal: Mapping[str, str],
) -> dict[str, Any]:
    clock, database = Clock(connecting.settings), connecting.database
    at = clock.now()
    tenant_id = await create_tenant(database, company["name"], at, clock.business_now())
    new = NewPerson(email=owner.email, password=owner.password, name=owner.name)
    person_id = await create_person(database, tenant_id, new, at)
    api_key = await create_api_key(database, tenant_id, "demo", at)
    await vendors.name_tenant(tenant_id, company["company_id"], portal["member_id"])
    by = Actor(owner.name, person_id)
    consent = await vendors.grant("bling", company_id=company["company_id"])
    account = await connect_bling.connect(connecting, tenant_id, consent["code"], by)
    form = await vendors.grant("bitrix24", member_id=portal["member_id"])
    await connect_bitrix24.connect(connecting, tenant_id, form, by)
    return _entry(tenant_id, company, portal, owner, account, api_key)


def _entry(
    tenant_id: UUID,
    company: Mapping[str, str],
    portal: Mapping[str, str],
    owner: Owner,
    account: Account,
    api_key: str,
) -> dict[str, Any]:
    return {
        "id": str(tenant_id),
        "name": company["name"],
        "email": owner.email,
        "password": owner.password,
        "api_key": api_key,
        "bling_company_id": company["company_id"],
        "bling_access_token": company["access_token"],
        "bling_account_key": account.account_key,
        "bitrix24_member_id": portal["member_id"],
        "bitrix24_access_token": portal["access_token"],
    }
