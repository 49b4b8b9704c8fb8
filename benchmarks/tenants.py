"""Connected tenants, written by SQL: how people connect is not what is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
from arq.connections import ArqRedis

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.client import Bitrix24, Portal
from connector.bitrix24.limits import PortalLimiter
from connector.bitrix24.setup import prepare
from connector.domain.vendor import ConnectionState, Provider, TokenSource
from connector.store.ids import new_id
from connector.store.scope import Database
from tests.support.sandbox import Sandbox

TOGGLES = ("product.create", "product.update", "product.delete")


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A company with one Bling account and one portal, everything about products ticked."""

    id: UUID
    account_id: UUID
    company_id: str
    member_id: str
    rest_url: str
    bling_token: str
    bitrix24_token: str
    catalogue: Catalogue


class Fixed:
    """A token that neither expires nor changes."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token."""
        return self._token

    async def renewed(self, refused: str) -> str:
        """Never asked for: these tokens live longer than the run."""
        raise AssertionError("a token was refused")


class FixedConnections:
    """`Connections` of one tenant whose tokens are known."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def bling_tokens(self, tenant_id: UUID, account_id: UUID) -> TokenSource:
        """The account's."""
        return Fixed(self._tenant.bling_token)

    def bitrix24_tokens(self, tenant_id: UUID) -> TokenSource:
        """The portal's."""
        return Fixed(self._tenant.bitrix24_token)

    async def broken(
        self, tenant_id: UUID, provider: Provider, account_id: UUID | None, state: ConnectionState, text: str
    ) -> None:
        """A benchmark whose connection breaks measures nothing."""
        raise AssertionError(f"{provider} broke: {state} {text}")


async def of_sandbox(sandbox: Sandbox, http: httpx.AsyncClient, redis: ArqRedis) -> Tenant:
    """A tenant of the sandbox's first company and portal, whose catalogue is got ready."""
    company, portal = sandbox.ready["companies"][0], sandbox.ready["portals"][0]
    rest_url = sandbox.ready["bitrix24"]["rest_url"].replace("{member_id}", portal["member_id"])
    limiter = PortalLimiter(redis, portal["member_id"])
    place = Portal(rest_url, portal["member_id"])
    client = Bitrix24(place, Fixed(portal["access_token"]), limiter, http, lambda _: None)
    return Tenant(
        id=new_id(),
        account_id=new_id(),
        company_id=company["company_id"],
        member_id=portal["member_id"],
        rest_url=rest_url,
        bling_token=company["access_token"],
        bitrix24_token=portal["access_token"],
        catalogue=await prepare(client),
    )


def imagined(rest_url: str) -> Tenant:
    """A tenant of vendors that are not there."""
    return Tenant(
        id=new_id(),
        account_id=new_id(),
        company_id="0" * 32,
        member_id=new_id().hex,
        rest_url=rest_url,
        bling_token="none",
        bitrix24_token="none",
        catalogue=Catalogue(
            product_iblock_id=14,
            offer_iblock_id=16,
            base_price_type=2,
            product_link_property=101,
            offer_link_property=102,
        ),
    )


async def connect(database: Database, *tenants: Tenant) -> None:
    """Write the tenants' rows."""
    now = datetime.now(UTC)
    async with database.system() as conn:
        for sql, rows in _rows(tenants, now).items():
            await conn.executemany(sql, rows)


def _rows(tenants: Sequence[Tenant], now: datetime) -> dict[str, list[tuple[object, ...]]]:
    """What is written, by statement."""
    return {
        "INSERT INTO tenant (tenant_id, name, created_at) VALUES ($1, 'Bench', $2)": [
            (one.id, now) for one in tenants
        ],
        "INSERT INTO licence (tenant_id, state, plan, source, ends_at, updated_at)"
        " VALUES ($1, 'granted', 'escala', 'operator', $2, $3)": [
            (one.id, now + timedelta(days=30), now) for one in tenants
        ],
        "INSERT INTO account (tenant_id, id, company_id, name, account_key, main, state, state_since,"
        " checked_at, created_at) VALUES ($1, $2, $3, 'Bench', $4, true, 'connected', $5, $5, $5)": [
            (one.id, one.account_id, one.company_id, one.account_id.hex, now) for one in tenants
        ],
        "INSERT INTO account_route (account_key, company_id, tenant_id, account_id)"
        " VALUES ($1, $2, $3, $4)": [
            (one.account_id.hex, one.company_id, one.id, one.account_id) for one in tenants
        ],
        "INSERT INTO portal (tenant_id, member_id, client_endpoint, oauth_url, state, state_since,"
        " checked_at, created_at, product_iblock_id, offer_iblock_id, product_link_property,"
        " offer_link_property, base_price_type) VALUES ($1, $2, $3, '', 'connected', $4, $4, $4, $5, $6, $7,"
        " $8, $9)": [_portal(one, now) for one in tenants],
        "INSERT INTO toggle (tenant_id, name, enabled, changed_at) VALUES ($1, $2, true, $3)": [
            (one.id, name, now) for one in tenants for name in TOGGLES
        ],
    }


def _portal(tenant: Tenant, now: datetime) -> tuple[object, ...]:
    catalogue = tenant.catalogue
    return (
        *(tenant.id, tenant.member_id, tenant.rest_url, now),
        *(catalogue.product_iblock_id, catalogue.offer_iblock_id),
        *(catalogue.product_link_property, catalogue.offer_link_property),
        catalogue.base_price_type,
    )
