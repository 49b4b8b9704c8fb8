"""Bling's webhooks about simple products, as the vendor words them (facts of Bling, webhooks)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from benchmarks.tenants import Tenant
from connector.domain.events import LANES, Action, Kind, RecordKey, Source
from connector.store import inbox
from connector.store.ids import new_id
from connector.store.inbox import Arrival
from connector.store.scope import Database

FIRST_ID = 16_000_000_000

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message about one product."""

    number: int
    event: str = "updated"
    #: In cents.
    price: int
    #: When Bling says that it happened.
    date: datetime

    @property
    def bling_id(self) -> int:
        """The product's id."""
        return FIRST_ID + self.number


def notices(numbers: Iterable[int], event: str, price: int, date: datetime) -> list[Notice]:
    """The same change of many products: `price` cents plus the product's number."""
    return [Notice(number=one, event=event, price=price + one % 1000, date=date) for one in numbers]


def now() -> datetime:
    """A date as Bling gives it: without parts of a second."""
    return datetime.now(UTC).replace(microsecond=0)


def after(date: datetime, seconds: int) -> datetime:
    """Another of Bling's seconds."""
    return date + timedelta(seconds=seconds)


def name(notice: Notice) -> str:
    """The product's name."""
    return f"Copo do Bling nº {notice.number}"


def sku(notice: Notice) -> str:
    """The product's SKU."""
    return f"COD-{notice.number}"


def body(notice: Notice, company_id: str, event_id: str) -> bytes:
    """The message as it travels."""
    message = {
        "eventId": event_id,
        "date": notice.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": "v1",
        "event": f"product.{notice.event}",
        "companyId": company_id,
        "data": {
            "id": notice.bling_id,
            "nome": name(notice),
            "codigo": sku(notice),
            "tipo": "P",
            "situacao": "A",
            "preco": Decimal(notice.price) / 100,
            "unidade": "UN",
            "formato": "S",
            "idProdutoPai": 0,
            "categoria": {"id": 12345679},
            "descricaoCurta": "Descrição curta",
            "descricaoComplementar": "Descrição complementar",
        },
    }
    return _ENCODER.encode(message)


def arrival(notice: Notice, tenant: Tenant) -> Arrival:
    """The message as the door stores it."""
    event_id, at = new_id(), datetime.now(UTC)
    return Arrival(
        tenant_id=tenant.id,
        id=event_id,
        record=RecordKey(Kind.PRODUCT, tenant.account_id, notice.bling_id),
        source=Source.BLING,
        action=Action(notice.event),
        lane=LANES[Source.BLING],
        provider_event_id=str(event_id),
        event_date=notice.date,
        bare_date=False,
        received_at=at,
        due_at=at,
        body=body(notice, tenant.company_id, str(event_id)),
    )


async def deliver(database: Database, tenant: Tenant, sent: Iterable[Notice]) -> None:
    """Put messages into the inbox as the doors do: 500 in a transaction."""
    arrivals = [arrival(notice, tenant) for notice in sent]
    for start in range(0, len(arrivals), 500):
        async with database.system() as conn:
            await inbox.insert(conn, arrivals[start : start + 500])
