"""A clerk at the sandbox's Bling, the messages about what they do, and the deals that come of it."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from connector.domain.events import LANES, Action, Kind, RecordKey, Source
from connector.domain.mapping import Rule, default
from connector.settings import MOST_BLING_PER_SECOND
from connector.store import ids as row_ids
from connector.store import inbox
from connector.sync.replay import Preview, dry_run, replay
from tests.support.clerk import Clerk
from tests.support.house import NOON, House


class OrderDesk(Clerk):
    """A salesperson at the house's Bling: no webhook leaves on its own, `told` says when one arrives."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        house.engine = dataclasses.replace(
            house.engine,
            http=httpx.AsyncClient(transport=self.wire),
            settings=msgspec.structs.replace(house.engine.settings, bling_per_second=MOST_BLING_PER_SECOND),
        )
        house.sandbox.control("webhooks", {"mode": "off"})
        house.sandbox.control("limits", {"enforce": False})

    # Messages

    async def told(
        self,
        record_id: int,
        *,
        kind: Kind = Kind.ORDER,
        action: str = "updated",
        seconds: int = 0,
        source: Source = Source.BLING,
        consumer: bool = False,
        **data: Any,
    ) -> UUID:
        """An event about a record arrives, with the payload that Bling would send now; gives its id."""
        arrival = self._arrival(record_id, kind, Action(action), seconds, source, consumer, data)
        async with self.house.database.system() as conn:
            await inbox.insert(conn, [arrival])
        return arrival.id

    async def sold(self, invoice_id: int, *, seconds: int = 0, consumer: bool = False) -> UUID:
        """An event about an invoice arrives."""
        return await self.told(invoice_id, kind=Kind.SALE, seconds=seconds, consumer=consumer)

    async def synced(self, order_id: int = 0, **fields: Any) -> int:
        """An order that is in step; gives its id. The calls until then are forgotten."""
        order_id = order_id or self.order(**fields)
        event = await self.told(order_id, action="created")
        await self.house.drain()
        assert (await self.house.outcome(event))[0] == "created"
        self.house.forget_calls()
        return order_id

    async def outcome(self, event: UUID) -> tuple[str | None, str | None]:
        """Drains; what became of an event."""
        await self.house.drain()
        return await self.house.outcome(event)

    async def retried(self, times: int = 1) -> None:
        """Lets waiting times pass, and drains."""
        for _ in range(times):
            await self.house.due_now()
            await self.house.drain()

    async def replayed(self, record_id: int, kind: Kind = Kind.ORDER) -> tuple[str | None, str | None]:
        """A replay and what became of it."""
        event = await replay(
            self.house.engine, self.house.tenant_id, self.key(record_id, kind), of=self.house.tenant_id
        )
        return await self.outcome(event)

    async def dry(self, record_id: int, kind: Kind = Kind.ORDER) -> Preview:
        """What would be written."""
        return await dry_run(self.house.engine, self.house.tenant_id, self.key(record_id, kind))

    async def detail(self, event: UUID) -> str:
        """What people read beside an event's outcome."""
        row = await self.house.row(
            "SELECT detail FROM event WHERE tenant_id = $1 AND id = $2"
            " UNION ALL SELECT detail FROM inbox WHERE tenant_id = $1 AND id = $2",
            event,
        )
        return row["detail"] or ""

    def key(self, record_id: int, kind: Kind = Kind.ORDER) -> RecordKey:
        """Names a record of the house's account."""
        return RecordKey(kind, self.house.account_id, record_id)

    def _arrival(
        self,
        record_id: int,
        kind: Kind,
        action: Action,
        seconds: int,
        source: Source,
        consumer: bool,
        data: dict[str, Any],
    ) -> inbox.Arrival:
        received_at = self.house.engine.clock()
        resource = ("consumer_" if consumer else "") + ("invoice" if kind is Kind.SALE else "order")
        gone = action is Action.DELETED
        payload = {"id": record_id} if gone else self._payload(record_id, kind, consumer)
        envelope = {
            "eventId": "e",
            "event": f"{resource}.{action}",
            "companyId": self.house.company_id,
            "data": payload | data,
        }
        return inbox.Arrival(
            tenant_id=self.house.tenant_id,
            id=row_ids.new_id(received_at),
            record=self.key(record_id, kind),
            source=source,
            action=action,
            lane=LANES[source],
            provider_event_id=str(uuid4()),
            event_date=NOON + timedelta(seconds=seconds) if source is Source.BLING else None,
            bare_date=False,
            received_at=received_at,
            due_at=received_at,
            body=json.dumps(envelope).encode(),
        )

    def _payload(self, record_id: int, kind: Kind, consumer: bool) -> dict[str, Any]:
        """What the webhook tells of the record (facts of Bling, webhooks)."""
        if kind is Kind.SALE:
            record = self.ask("GET", f"/{'nfce' if consumer else 'nfe'}/{record_id}")["data"]
            names = ("id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "loja")
        else:
            record = self.read(record_id)
            names = ("id", "data", "numero", "numeroLoja", "total", "vendedor", "loja", "situacao")
        return {name: record.get(name) for name in names} | {"contato": {"id": record["contato"]["id"]}}

    # Ponte's side

    async def map(self, kind: Kind, *rules: Rule, filter: dict[str, object] | None = None) -> None:
        """Put these rules in force beside the usual ones, or in place of those with the same id."""
        named = {rule.id: rule for rule in (*default(kind).rules, *rules)}
        async with self.house.database.system() as conn:
            await conn.execute(
                "INSERT INTO mapping (tenant_id, kind, version, rules, filter, created_at)"
                " SELECT $1, $2, coalesce(max(version), 1) + 1, $3, $4, now()"
                " FROM mapping WHERE tenant_id = $1 AND kind = $2",
                self.house.tenant_id,
                kind,
                msgspec.json.encode(list(named.values())).decode(),
                json.dumps(filter or {}),
            )

    # Bitrix24's side

    def deals(self) -> list[dict[str, Any]]:
        """The portal's deals that Ponte made, each with its `rows`."""
        dump = self.house.dump()
        rows: dict[int, list[dict[str, Any]]] = {}
        for row in dump["rows"]:
            rows.setdefault(int(row["ownerId"]), []).append(row)
        return [
            {**deal, "rows": rows.get(int(deal["id"]), [])}
            for deal in dump["deals"]
            if deal["originatorId"] == "ponte"
        ]

    def deal(self, order_id: int | str) -> dict[str, Any]:
        """The one deal of an order; `nfe:7` is that of an invoice."""
        origin = f"{self.house.company_id}:{order_id}"
        (found,) = [deal for deal in self.deals() if deal["originId"] == origin]
        return found

    def by_hand(self, order_id: int | str, **fields: Any) -> None:
        """Somebody changes a deal in Bitrix24."""
        params = {"entityTypeId": 2, "id": self.deal(order_id)["id"], "fields": fields}
        self.house.portal.call("crm.item.update", **params)

    def thrown_away(self, order_id: int | str) -> None:
        """Somebody deletes a deal in Bitrix24."""
        self.house.portal.call("crm.item.delete", entityTypeId=2, id=self.deal(order_id)["id"])

    def comments(self) -> list[str]:
        """What stands on timelines."""
        return [one["COMMENT"] for one in self.house.dump()["comments"]]

    def require(self, entity: str, label: str) -> None:
        """The tenant makes a field of its own obligatory."""
        field = {"entityId": entity, "fieldName": f"UF_{entity}_COR", "userTypeId": "string"}
        field |= {"mandatory": "Y", "editFormLabel": {"br": label}}
        self.house.portal.call("userfieldconfig.add", moduleId="crm", field=field)

    def spoil(self, method: str, **fault: Any) -> None:
        """The request with the first command of this method goes wrong."""
        sent = {"provider": "bitrix24", "method": "batch", "times": 1} | fault
        self.wire.before[method] = lambda: self.house.sandbox.control("faults", sent)
