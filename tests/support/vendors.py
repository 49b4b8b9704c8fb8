"""Clients of the two vendors on a worker's sandbox, as the drain builds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from redis.asyncio import Redis

from connector.bitrix24 import oauth as bitrix24_oauth
from connector.bitrix24.client import Bitrix24, Portal
from connector.bitrix24.limits import STANDARD, Allowance, PortalLimiter
from connector.bling.client import Bling
from connector.bling.limits import AccountLimiter, AddressLimiter, Rates, TokenLimiter
from connector.bling.oauth import BlingOAuth
from connector.domain.vendor import Call
from tests.support.sandbox import Sandbox


@dataclass
class Tokens:
    """A token source that renews once more than it is asked to and remembers what it did."""

    current: str
    renewals: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)

    async def token(self) -> str:
        """The present token."""
        return self.current

    async def renewed(self, refused: str) -> str:
        """The next one."""
        self.renewals.append(refused)
        self.current = self.next.pop(0)
        return self.current


@dataclass
class Bitrix24Side:
    """A connected portal."""

    client: Bitrix24
    limiter: PortalLimiter
    tokens: Tokens
    calls: list[Call]
    form: dict[str, Any]


@dataclass
class BlingSide:
    """A connected account."""

    client: Bling
    limiter: AccountLimiter
    tokens: Tokens
    calls: list[Call]
    company_id: str


def bitrix24(
    sandbox: Sandbox,
    redis: Redis,
    http: httpx.AsyncClient,
    allowance: Allowance = STANDARD,
    form: dict[str, Any] | None = None,
    place: int = 0,
) -> Bitrix24Side:
    """A client of one of the sandbox's portals, the first unless told, with the tokens of an install."""
    member_id = sandbox.ready["portals"][place]["member_id"]
    form = form or sandbox.control("grant", {"provider": "bitrix24", "member_id": member_id})
    portal = Portal(sandbox.ready["bitrix24"]["rest_url"].replace("{member_id}", member_id), member_id)
    calls: list[Call] = []
    limiter = PortalLimiter(redis, member_id, allowance)
    tokens = Tokens(form["AUTH_ID"])
    return Bitrix24Side(Bitrix24(portal, tokens, limiter, http, calls.append), limiter, tokens, calls, form)


async def renew_bitrix24(sandbox: Sandbox, http: httpx.AsyncClient, refresh_token: str) -> str:
    """A new access token."""
    app = sandbox.ready["bitrix24"]
    pair = await bitrix24_oauth.refresh(
        http, app["oauth_url"], app["client_id"], app["client_secret"], refresh_token
    )
    return pair.access_token


def bling_oauth(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> BlingOAuth:
    """The token endpoint for the common app."""
    app = sandbox.ready["bling"]
    return BlingOAuth(http, app["token_url"], app["client_id"], app["client_secret"], TokenLimiter(redis))


def bling_code(sandbox: Sandbox, company: int = 0) -> str:
    """A consent's code for one of the sandbox's companies."""
    company_id = sandbox.ready["companies"][company]["company_id"]
    code: str = sandbox.control("grant", {"provider": "bling", "company_id": company_id})["code"]
    return code


async def bling(
    sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient, rates: Rates | None = None
) -> BlingSide:
    """A client of the sandbox's first company with freshly exchanged tokens."""
    pair = await bling_oauth(sandbox, redis, http).exchange(bling_code(sandbox))
    company_id: str = sandbox.ready["companies"][0]["company_id"]
    limiter = AccountLimiter(company_id, AddressLimiter(redis, rates=rates or Rates()))
    tokens, calls = Tokens(pair.access_token, next=[pair.refresh_token or ""]), list[Call]()
    client = Bling(tokens, limiter, http, calls.append, sandbox.ready["bling"]["api_url"])
    return BlingSide(client, limiter, tokens, calls, company_id)
