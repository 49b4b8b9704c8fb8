"""Entrar com Bitrix24, outside the frame: from a portal's address to a consent on its own page and back.

The state is random, kept as a hash for a while, good for the browser that started and used up by the first
callback; the browser carries a word of its own, so that a stolen state does nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis

from connector.bitrix24.oauth import authorize_url
from connector.bitrix24.reach import WORKSHOPS
from connector.domain.vendor import Rejected
from connector.security.signature import same
from connector.security.tokens import new_token, token_hash
from connector.settings import Settings

#: A person may have to sign in at Bitrix24 first.
PATIENCE_S = 600
LONGEST = 253
_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?", re.ASCII
)

log = structlog.get_logger("security")


class Begun(msgspec.Struct, frozen=True):
    """Where the person consents, and the word that their browser carries until they come back."""

    url: str
    word: str


class _Asked(msgspec.Struct, frozen=True):
    """Who asked: the hash of the browser's word, and the person who was signed in."""

    browser: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class PortalLogin:
    """Consents under way."""

    settings: Settings
    redis: Redis

    async def begin(self, typed: str, person_id: UUID | None) -> Begun:
        """Raises `Rejected` for what is no portal's address."""
        state, word = new_token(), new_token()
        url = authorize_url(portal_url(typed, self.settings), self.settings.bitrix24_client_id, state)
        asked = msgspec.json.encode(_Asked(token_hash(word).hex(), person_id))
        await self.redis.set(_key(state), asked, ex=PATIENCE_S)
        return Begun(url, word)

    async def finish(self, state: str, word: str, person_id: UUID | None) -> None:
        """Use the state up; raises `Rejected` unless this browser and person started it."""
        found = await self.redis.getdel(_key(state)) if state else None
        asked = msgspec.json.decode(found, type=_Asked) if found else None
        mine = asked is not None and same(asked.browser, token_hash(word).hex())
        if asked is None or not mine or asked.person_id != person_id:
            log.warning("bitrix24_state_refused", known=asked is not None)
            raise Rejected("not a state of this browser's", code="state")


def portal_url(typed: str, settings: Settings) -> str:
    """`https://` and the portal's host; beside a sandbox, whatever address its portals have."""
    text = typed.strip().lower()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if settings.env in WORKSHOPS and parts.scheme == "http" and parts.netloc:
        return f"http://{parts.netloc}{parts.path}"
    if len(text) > LONGEST or parts.scheme != "https" or not _HOST.fullmatch(parts.netloc):
        raise Rejected("not a portal's address", code="address")
    return f"https://{parts.netloc}"


def _key(state: str) -> str:
    return f"bitrix24:state:{token_hash(state).hex()}"
