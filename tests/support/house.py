"""A connected tenant and its drain, on real Postgres, Redis and the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from arq.connections import ArqRedis

from connector import pace
from connector.bitrix24.setup import prepare
from connector.domain.events import LANES, Action, Kind, RecordKey, Source
from connector.domain.mapping import FIXED_RULES, Rule
from connector.domain.vendor import TokenSource
from connector.store import ids as row_ids
from connector.store import inbox
from connector.store.scope import Database
from connector.store.standing import PortalStanding
from connector.sync.clients import bitrix24_client
from connector.sync.drain import drain
from connector.sync.engine import Engine
from connector.sync.ports import Connections
from connector.sync.wake import Waker
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox
from tests.support.vendors import Tokens
from tests.support.waiting import until_answered

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class KnownTokens:
    """Connections whose tokens are the sandbox's outsiders'; remembers what broke."""

    bling: Tokens
    bitrix24: Tokens
    breaks: list[tuple[Any, ...]] = field(default_factory=list)

    def bling_tokens(self, tenant_id: UUID, account_id: UUID) -> TokenSource:
        return self.bling

    def bitrix24_tokens(self, tenant_id: UUID) -> TokenSource:
        return self.bitrix24

    async def broken(self, *what: Any) -> None:
        self.breaks.append(what)


class House:
    """One tenant, connected to company 0 and a portal; events are put in as a door would."""

    def __init__(self, engine: Engine, sandbox: Sandbox, connections: Connections, portal: int = 0) -> None:
        self.engine = engine
        self.database = engine.database
        self.sandbox = sandbox
        self.connections = connections
        self.portal = Portal(sandbox, portal)
        self.company_id: str = sandbox.ready["companies"][0]["company_id"]
        self.tenant_id = uuid4()
        self.account_id = uuid4()

    async def build(self) -> None:
        """A trial with everything off, both sides connected, the catalogue prepared."""
        now = self.engine.clock()
        portal = PortalStanding(
            member_id=self.portal.member_id,
            client_endpoint=self.portal.rest_url,
            state="connected",
            product_iblock_id=None,
            offer_iblock_id=None,
            product_link_property=None,
            offer_link_property=None,
            base_price_type=None,
        )
        client = bitrix24_client(self.engine, self.tenant_id, portal, lambda call: None)
        self.catalogue = await prepare(client)
        catalogue = self.catalogue
        async with self.database.system() as conn:
            await conn.execute(
                "INSERT INTO tenant (tenant_id, name, created_at) VALUES ($1, 'Casa', $2)",
                self.tenant_id,
                now,
            )
            await self._licence(conn, "trial", now + timedelta(days=14))
            await conn.execute(
                "INSERT INTO account (tenant_id, id, company_id, name, account_key, main, state, state_since,"
                " created_at) VALUES ($1, $2, $3, 'Matriz', $4, true, 'connected', $5, $5)",
                self.tenant_id,
                self.account_id,
                self.company_id,
                str(self.account_id),
                now,
            )
            await conn.execute(
                "INSERT INTO portal (tenant_id, member_id, client_endpoint, oauth_url, state, state_since,"
                " created_at, product_iblock_id, offer_iblock_id, product_link_property, offer_link_property,"
                " base_price_type) VALUES ($1, $2, $3, '', 'connected', $4, $4, $5, $6, $7, $8, $9)",
                self.tenant_id,
                self.portal.member_id,
                self.portal.rest_url,
                now,
                catalogue.product_iblock_id,
                catalogue.offer_iblock_id,
                catalogue.product_link_property,
                catalogue.offer_link_property,
                catalogue.base_price_type,
            )
        self.sandbox.control("calls", method="DELETE")

    async def tick(self, *names: str, enabled: bool = True) -> None:
        """Tick toggles, or take their ticks away."""
        async with self.database.system() as conn:
            for name in names:
                await conn.execute(
                    "INSERT INTO toggle (tenant_id, name, enabled, changed_at) VALUES ($1, $2, $3, now())"
                    " ON CONFLICT (tenant_id, name) DO UPDATE SET enabled = $3",
                    self.tenant_id,
                    name,
                    enabled,
                )

    async def licence(self, state: str, ends_at: datetime | None = None) -> None:
        """Put the licence into a state."""
        async with self.database.system() as conn:
            await self._licence(conn, state, ends_at)

    async def _licence(self, conn: Any, state: str, ends_at: datetime | None) -> None:
        await conn.execute(
            "INSERT INTO licence (tenant_id, state, plan, source, ends_at, updated_at)"
            " VALUES ($1, $2, 'profissional', 'trial', $3, now())"
            " ON CONFLICT (tenant_id) DO UPDATE SET state = $2, ends_at = $3",
            self.tenant_id,
            state,
            ends_at,
        )

    async def prefer(self, name: str, value: object) -> None:
        """Set a preference."""
        async with self.database.system() as conn:
            await conn.execute(
                "INSERT INTO preference (tenant_id, name, value) VALUES ($1, $2, $3)",
                self.tenant_id,
                name,
                json.dumps(value),
            )

    async def map(self, kind: Kind, *rules: Rule, **filter: object) -> None:
        """Put a mapping in force: the fixed rules and these."""
        fixed = FIXED_RULES[kind]
        async with self.database.system() as conn:
            await conn.execute(
                "INSERT INTO mapping (tenant_id, kind, version, rules, filter, created_at)"
                " SELECT $1, $2, coalesce(max(version), 1) + 1, $3::json, $4::json, now()"
                " FROM mapping WHERE tenant_id = $1 AND kind = $2",
                self.tenant_id,
                kind,
                msgspec.json.encode([*fixed, *rules]).decode(),
                json.dumps(filter),
            )

    async def told(
        self,
        bling_id: int = 1001,
        *,
        seconds: int = 0,
        action: str = "updated",
        provider_event_id: str | None = None,
        bare: bool = False,
        source: Source = Source.BLING,
        kind: Kind = Kind.PRODUCT,
        **fields: Any,
    ) -> UUID:
        """An event arrives, with the webhook's own payload; gives its id."""
        data = {"id": bling_id} if action == "deleted" else product(bling_id, **fields)
        received_at = self.engine.clock()
        arrival = inbox.Arrival(
            tenant_id=self.tenant_id,
            id=row_ids.new_id(received_at),
            record=RecordKey(kind, self.account_id, bling_id),
            source=source,
            action=Action(action),
            lane=LANES[source],
            provider_event_id=provider_event_id or str(uuid4()),
            event_date=NOON + timedelta(seconds=seconds) if source is Source.BLING else None,
            bare_date=bare,
            received_at=received_at,
            due_at=received_at,
            body=json.dumps(
                {"eventId": "e", "event": f"{kind}.{action}", "companyId": self.company_id, "data": data}
            ).encode(),
        )
        async with self.database.system() as conn:
            await inbox.insert(conn, [arrival])
        return arrival.id

    async def drain(self) -> None:
        """One drain, as the worker's job does it."""
        await drain(self.engine, self.tenant_id, "test")

    async def due_now(self) -> None:
        """Let waiting times pass."""
        async with self.database.system() as conn:
            await conn.execute(
                "UPDATE inbox SET due_at = now() WHERE due_at IS NOT NULL AND tenant_id = $1", self.tenant_id
            )

    async def lease_ends(self) -> None:
        """Let the lease of a drain that died run out."""
        async with self.database.system() as conn:
            await conn.execute("UPDATE lease SET holder = NULL WHERE tenant_id = $1", self.tenant_id)

    async def outcome(self, event_id: UUID) -> tuple[str | None, str | None]:
        """Outcome and reason of an event, wherever it stands."""
        row = await self.row(
            "SELECT outcome, reason FROM event WHERE tenant_id = $1 AND id = $2"
            " UNION ALL SELECT outcome, reason FROM inbox WHERE tenant_id = $1 AND id = $2",
            event_id,
        )
        return row["outcome"], row["reason"]

    async def settled(self, event_id: UUID) -> str:
        """The outcome of an event that somebody works on, once it has one."""

        async def ended() -> str | None:
            return (await self.outcome(event_id))[0]

        return await until_answered(ended)

    async def row(self, sql: str, *values: object) -> Any:
        """One row of the tenant's; `$1` is the tenant."""
        async with self.database.system() as conn:
            return await conn.fetchrow(sql, self.tenant_id, *values)

    async def link(self, bling_id: int = 1001) -> Any:
        """The record's link."""
        return await self.row("SELECT * FROM link WHERE tenant_id = $1 AND bling_id = $2", bling_id)

    def calls(self, provider: str) -> list[dict[str, Any]]:
        """Requests that reached a vendor."""
        rows = self.sandbox.control(f"calls?provider={provider}", method="GET")
        rows = rows["items"] if isinstance(rows, dict) else rows
        return [row for row in rows if row["method"] != "oauth"]

    def commands(self, method: str) -> list[str]:
        """Commands of a method that reached the portal, in batches or alone."""
        found: list[str] = []
        for call in self.calls("bitrix24"):
            found += [one for one in call.get("commands") or () if one.lower().startswith(method.lower())]
            if call["method"].lower() == method.lower():
                found.append(call["path"])
        return found

    def forget_calls(self) -> None:
        """Count anew."""
        self.sandbox.control("calls", method="DELETE")

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the portal."""
        dump: dict[str, list[dict[str, Any]]] = self.sandbox.control(
            f"dump?provider=bitrix24&tenant={self.portal.member_id}", method="GET"
        )
        return dump

    def products(self) -> list[dict[str, Any]]:
        """The portal's products, each with `link` and its base `price`."""
        dump = self.dump()
        prices = {
            row["productId"]: row["price"]
            for row in dump["prices"]
            if row["catalogGroupId"] == self.catalogue.base_price_type
        }
        return [
            {**row, "link": self._link_of(row), "price": prices.get(row["id"])} for row in dump["products"]
        ]

    def product(self, bling_id: int = 1001) -> dict[str, Any]:
        """The one product that carries this Bling id."""
        (found,) = [row for row in self.products() if row["link"] == str(bling_id)]
        return found

    def fault(self, **fault: Any) -> None:
        """The next requests go wrong."""
        self.sandbox.control("faults", {"times": 1, **fault})

    def in_bling(self, **fields: Any) -> int:
        """A product in Bling, whose webhook is lost; gives its id."""
        self.sandbox.control("webhooks", {"mode": "off"})
        bling = self.sandbox.ready["bling"]["api_url"]
        body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 4.99, **fields}
        answer = self.sandbox.client.post(f"{bling}/produtos", json=body, headers=self.bling_headers)
        answer.raise_for_status()
        created: int = answer.json()["data"]["id"]
        self.forget_calls()
        return created

    @property
    def bling_headers(self) -> dict[str, str]:
        """An outsider's."""
        token = self.sandbox.ready["companies"][0]["access_token"]
        return {"authorization": f"Bearer {token}", "enable-jwt": "1"}

    def _link_of(self, row: dict[str, Any]) -> str:
        for number in (self.catalogue.product_link_property, self.catalogue.offer_link_property):
            value = row.get(f"property{number}")
            if isinstance(value, dict):
                return str(value["value"])
        return ""


def product(bling_id: int, **fields: Any) -> dict[str, Any]:
    """A product as Bling's webhook tells it."""
    return {
        "id": bling_id,
        "nome": "Copo",
        "codigo": f"SKU-{bling_id}",
        "tipo": "P",
        "situacao": "A",
        "preco": 4.99,
        "unidade": "UN",
        "formato": "S",
        "idProdutoPai": 0,
        "categoria": {"id": 0},
        "descricaoCurta": "",
        "descricaoComplementar": "",
        **fields,
    }


async def build(
    settings: Any,
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    redis: ArqRedis,
    database: Database,
    portal: int = 0,
) -> House:
    """A house whose limiters know that nothing was spent."""
    await pace.assume_idle(redis)
    connections = KnownTokens(
        Tokens(sandbox.ready["companies"][0]["access_token"]),
        Tokens(sandbox.ready["portals"][portal]["access_token"]),
    )
    engine = Engine(
        settings=settings,
        database=database,
        redis=redis,
        waker=Waker(redis),
        http=http,
        connections=connections,
        clock=lambda: datetime.now(UTC),
        business_clock=lambda: datetime.now(UTC),
        create_settles=timedelta(0),
    )
    house = House(engine, sandbox, connections, portal)
    await house.build()
    return house
