"""What a rightly signed body of Bling's is: a message, or something strange; and what nobody claimed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.bling import webhook
from connector.bling.webhook import About, Unreadable, Unsupported
from connector.domain.events import LANES, RecordKey, Source
from connector.store import ids, inbox
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.scope import Connection

_CLAIM = "DELETE FROM unclaimed WHERE company_id = $1 AND id >= $2 RETURNING received_at, body"


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Can be a row of the inbox as soon as it is known whose it is."""

    id: UUID
    received_at: datetime
    #: The door it came to; None = the common one.
    account_key: str | None
    company_id: str
    event: str
    provider_event_id: str
    event_date: datetime | None
    bare_date: bool
    about: About
    body: bytes

    def arrival(self, tenant_id: UUID, account_id: UUID) -> Arrival:
        """The row for one of the tenants that it is for."""
        return Arrival(
            tenant_id=tenant_id,
            id=self.id,
            record=RecordKey(self.about.kind, account_id, self.about.bling_id),
            source=Source.BLING,
            action=self.about.action,
            lane=LANES[Source.BLING],
            provider_event_id=self.provider_event_id,
            event_date=self.event_date,
            bare_date=self.bare_date,
            received_at=self.received_at,
            due_at=self.received_at,
            body=self.body,
        )


class Strange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Rightly signed, but cannot be a row: kept for the operator."""

    id: UUID
    received_at: datetime
    account_key: str | None
    reason: str
    body: bytes


def understand(body: bytes, account_key: str | None, received_at: datetime) -> Message | Strange:
    """Read a signed body; whatever it is, it can be kept."""
    envelope = webhook.decode(body)
    if isinstance(envelope, Unreadable):
        return _strange(body, account_key, received_at, envelope.reason)
    about = webhook.what(envelope)
    if isinstance(about, Unsupported):
        return _strange(body, account_key, received_at, about.reason)
    date = webhook.moment(envelope.date)
    return Message(
        id=new_id(),
        received_at=received_at,
        account_key=account_key,
        company_id=envelope.companyId,
        event=envelope.event,
        provider_event_id=envelope.eventId,
        event_date=date.at if date else None,
        bare_date=date.bare if date else False,
        about=about,
        body=body,
    )


def strange(message: Message, reason: str) -> Strange:
    """A message that turned out to be no row after all."""
    return _strange(message.body, message.account_key, message.received_at, reason)


def _strange(body: bytes, account_key: str | None, received_at: datetime, reason: str) -> Strange:
    return Strange(
        id=new_id(), received_at=received_at, account_key=account_key, reason=reason[:200], body=body
    )


async def claim(conn: Connection, company_id: str, tenant_id: UUID, account_id: UUID, since: datetime) -> int:
    """Give a new account what came for its company since then (system scope); answers how many."""
    rows = await conn.fetch(_CLAIM, company_id, ids.bound_at(since))
    found = [understand(row["body"], None, row["received_at"]) for row in rows]
    arrivals = [message.arrival(tenant_id, account_id) for message in found if isinstance(message, Message)]
    await inbox.insert(conn, sorted(arrivals, key=lambda arrival: arrival.received_at))
    return len(arrivals)
