"""Bitrix24 opens our app: who is that, proved; and a portal that nobody has connected waits for a choice.

Everything in the POST is a claim of whoever sent it. The authorisation server says which portal the access
token is good for, the portal at that address says who the user is; nobody else is asked, nothing kept before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis

from connector.account import connect_bitrix24
from connector.account.connect import Connecting
from connector.account.connect_bitrix24 import Grant
from connector.account.signin import origin_of
from connector.bitrix24.reach import refuse_inner
from connector.domain.vendor import Disconnected, Rejected, Throttled
from connector.security.tokens import new_token, token_hash

#: What a form of Bitrix24's never exceeds.
LONGEST_FIELD = 2_000
NEEDED = ("AUTH_ID", "REFRESH_ID", "member_id")
#: How long a portal that nobody has connected may think about it.
CHOICE_S = 3_600
#: Verifications in a minute: of one address, and in all.
PER_ADDRESS, IN_ALL = 10, 60
#: Refusals that a person can do something about; all others say no more than that it was not genuine.
TOLD = frozenset({"inner_address", "not_https"})

log = structlog.get_logger("security")


class PortalUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who opened the app, by the portal's own word."""

    id: str
    name: str
    admin: bool


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A genuine opening: the portal's tokens and who holds them. Never logged."""

    grant: Grant
    user: PortalUser

    @property
    def origin(self) -> str:
        """The portal's origin."""
        return origin_of(self.grant.client_endpoint)


@dataclass(frozen=True, slots=True)
class Openings:
    """Proves openings, and keeps those that wait for a choice."""

    connecting: Connecting
    redis: Redis

    async def prove(self, form: Mapping[str, str], address: str) -> Opening:
        """Who sent this form; raises `Rejected` for a forged one, `Throttled`, and what vendors raise."""
        try:
            refuse_odd(form)
            await self.spend(address)
            grant = await connect_bitrix24.proved(self.connecting, form)
            user = await self.user(grant)
        except (Rejected, Disconnected) as error:
            log.warning("bitrix24_opening_refused", address=address, code=error.code)
            raise Rejected(error.text, code=error.code if error.code in TOLD else "forged") from error
        return Opening(grant=grant, user=user)

    async def exchanged(self, code: str, server: str | None, address: str) -> Opening:
        """Who consented on their portal's page; a code is tried once. Raises as `prove`."""
        await self.spend(address)
        try:
            grant = await connect_bitrix24.exchanged(self.connecting, code, server)
            user = await self.user(grant)
        except (Rejected, Disconnected) as error:
            log.warning("bitrix24_code_refused", address=address, code=error.code)
            raise Rejected(error.text, code=error.code if error.code in TOLD else "code") from error
        return Opening(grant=grant, user=user)

    async def user(self, grant: Grant) -> PortalUser:
        """Ask the portal whose token it is."""
        await refuse_inner(grant.client_endpoint, self.connecting.settings)
        answer = await connect_bitrix24.client_of(self.connecting, grant).call("profile", {})
        told: Mapping[str, Any] = answer.result if isinstance(answer.result, dict) else {}
        if not told.get("ID"):
            raise Rejected("the portal does not say who this is", code="no_profile")
        name = f"{told.get('NAME') or ''} {told.get('LAST_NAME') or ''}".strip()
        return PortalUser(id=str(told["ID"]), name=name[:200], admin=told.get("ADMIN") is True)

    async def spend(self, address: str) -> None:
        """One verification of the budget: the authorisation server must not suffer from forgers."""
        now = datetime.now(UTC)
        minute = int(now.timestamp()) // 60
        for whose, most in ((f"of:{address}", PER_ADDRESS), ("all", IN_ALL)):
            key = f"bitrix24:proofs:{whose}:{minute}"
            spent = await self.redis.incr(key)
            await self.redis.expire(key, 120)
            if spent > most:
                log.warning("bitrix24_openings_throttled", address=address)
                until = datetime.fromtimestamp((minute + 1) * 60, UTC)
                raise Throttled("too many openings", until=until, code="openings")

    async def keep(self, opening: Opening) -> str:
        """Keep an opening until the person has chosen; the token that fetches it."""
        token = new_token()
        sealed = self.connecting.vault.seal(msgspec.json.encode(opening).decode(), "opening")
        await self.redis.set(_key(token), sealed, ex=CHOICE_S)
        return token

    async def kept(self, token: str) -> Opening | None:
        """An opening that waits."""
        return self._opened(await self.redis.get(_key(token)))

    async def take(self, token: str) -> Opening | None:
        """The same, for the one who chooses: there is no second time."""
        return self._opened(await self.redis.getdel(_key(token)))

    def _opened(self, sealed: bytes | None) -> Opening | None:
        if sealed is None:
            return None
        return msgspec.json.decode(self.connecting.vault.open(sealed, "opening"), type=Opening)


def refuse_odd(form: Mapping[str, str]) -> None:
    """Before anybody is asked: what Bitrix24 would never send."""
    if missing := [name for name in NEEDED if not form.get(name)]:
        raise Rejected(f"not a form of Bitrix24: {', '.join(missing)}", code="form")
    if any(len(value) > LONGEST_FIELD or "\0" in value for value in form.values()):
        raise Rejected("not a form of Bitrix24", code="form")


def _key(token: str) -> str:
    return f"bitrix24:opening:{token_hash(token).hex()}"
