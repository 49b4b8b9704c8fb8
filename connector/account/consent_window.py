"""A consent at Bling in a window of its own, for a page inside a portal's frame.

Where Bling's page may not stand in a frame, the consent opens a window. That window has not the frame's
session: browsers keep the cookies of a frame apart. So the frame hands out a ticket, good for one opening by
a page of ours; the window then carries a word that the state is bound to, and comes back as that person.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import msgspec
import structlog
from redis.asyncio import Redis

from connector.account import consent
from connector.account.connect import Connecting
from connector.account.people import Viewer
from connector.bling.oauth import authorize_url
from connector.security.tokens import new_token, token_hash
from connector.store import people, tenants

#: Seconds that Bling's page has to say whether it stands in frames; a window always works.
PATIENCE_S = 3.0
LASTS_S = int(consent.PATIENCE.total_seconds())

log = structlog.get_logger(__name__)


class Opened(msgspec.Struct, frozen=True):
    """Where the window goes, and the word that it carries until it comes back."""

    url: str
    word: str


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket: for whom, and where to."""

    tenant_id: UUID
    person_id: UUID
    ticket: str
    state: str
    url: str
    word: str


@dataclass(frozen=True, slots=True)
class ConsentWindows:
    """Consents under way in windows."""

    connecting: Connecting
    redis: Redis

    async def is_needed(self) -> bool:
        """Whether Bling's page refuses to stand in a frame of ours; also when it does not say."""
        settings = self.connecting.settings
        url = authorize_url(settings.bling_authorize_url, settings.bling_client_id, "")
        try:
            answer = await self.connecting.http.get(url, timeout=PATIENCE_S)
        except httpx.HTTPError:
            return True
        policy = answer.headers.get("content-security-policy", "")
        return "x-frame-options" in answer.headers or "frame-ancestors" in policy

    async def begin(
        self, viewer: Viewer, session: str, *, account_id: UUID | None = None, ticket: str = ""
    ) -> str:
        """A ticket for one window; `ticket` = that of a tenant's own app. Raises as `consent.begin` does."""
        word, new = new_token(), new_token()
        url = await consent.begin(
            self.connecting, viewer, session, account_id=account_id, ticket=ticket, bound_to=word
        )
        waiting = _Waiting(
            tenant_id=viewer.tenant_id,
            person_id=viewer.person_id,
            ticket=new,
            state=parse_qs(urlsplit(url).query)["state"][0],
            url=url,
            word=word,
        )
        sealed = self.connecting.vault.seal(msgspec.json.encode(waiting).decode(), "consent-window")
        await self.redis.set(_key("ticket", new), sealed, ex=LASTS_S)
        await self.redis.set(_key("end", new), f"{viewer.tenant_id}:", ex=LASTS_S)
        return new

    async def open(self, ticket: str) -> Opened | None:
        """The ticket's only use; None when there is none left."""
        sealed = await self.redis.getdel(_key("ticket", ticket))
        if sealed is None:
            return None
        waiting = self._read(sealed)
        await self.redis.set(_key("word", waiting.word), sealed, ex=LASTS_S)
        return Opened(waiting.url, waiting.word)

    async def viewer(self, word: str, state: str) -> tuple[Viewer, str] | None:
        """In whose name this window comes back with this state, and its ticket; None if it is no window's."""
        sealed = await self.redis.get(_key("word", word)) if word and state else None
        waiting = self._read(sealed) if sealed else None
        if waiting is None or waiting.state != state:
            return None
        await self.redis.delete(_key("word", word))
        found = await self._viewer(waiting)
        return None if found is None else (found, waiting.ticket)

    async def ended(self, viewer: Viewer, ticket: str, path: str) -> None:
        """The frame learns where to go on."""
        await self.redis.set(_key("end", ticket), f"{viewer.tenant_id}:{path}", ex=LASTS_S)

    async def end(self, viewer: Viewer, ticket: str) -> str | None:
        """Where the frame goes on; empty while the window is open, None when nobody knows of it."""
        found = await self.redis.get(_key("end", ticket))
        whose, _, path = found.decode().partition(":") if found else ("", "", "")
        return path if whose == str(viewer.tenant_id) else None

    def _read(self, sealed: bytes) -> _Waiting:
        return msgspec.json.decode(self.connecting.vault.open(sealed, "consent-window"), type=_Waiting)

    async def _viewer(self, waiting: _Waiting) -> Viewer | None:
        """The person as they stand now: who was removed meanwhile connects nothing."""
        async with self.connecting.database.system() as conn:
            person = await people.person(conn, waiting.person_id)
            joined = await people.memberships(conn, waiting.person_id)
            tenant = await tenants.load(waiting.tenant_id)
        role = next((one.role for one in joined if one.tenant_id == waiting.tenant_id), None)
        if person is None or tenant is None or role is None:
            return None
        return Viewer(
            person_id=person.id,
            tenant_id=tenant.tenant_id,
            tenant_name=tenant.name,
            timezone=tenant.timezone,
            name=person.name,
            email=person.email,
            role=role,
            language=person.language,
            theme=person.theme,
        )


def _key(kind: str, secret: str) -> str:
    return f"bling:window:{kind}:{token_hash(secret).hex()}"
