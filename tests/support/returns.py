"""A house whose portal is looked at and whose Bling account is heard: both directions, as in real life."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from connector.account.messages import Message, understand
from connector.store import inbox
from connector.sync.portal.poll import poll
from tests.support.house import House
from tests.support.sink import Sink
from tests.support.waiting import until

#: Products of one question about stock.
MOST_IDS = 100
BOTH = ("product.create", "product.update", "product.export_create", "product.export_update")


class Returns:
    """People change things on both sides; Ponte hears of it as far as the test lets it."""

    def __init__(self, house: House, sink: Sink) -> None:
        self.house, self.sink = house, sink
        self.portal = house.portal
        self._heard = 0
        self.iblock = house.catalogue.product_iblock_id

    async def look(self) -> None:
        """Ponte looks at the portal now."""
        async with self.house.database.system() as conn:
            await conn.execute("UPDATE portal_intake SET busy_until = NULL")
        await poll(self.house.engine, self.house.tenant_id)

    async def sweep_due(self) -> None:
        """The time of the next sweep has come."""
        async with self.house.database.system() as conn:
            await conn.execute("UPDATE portal_intake SET sweep_at = now() - interval '1 second'")

    async def hear(self) -> int:
        """Bling's messages come in, all that are on their way; how many."""
        await until(lambda: not self._expected()["on_their_way"])
        return await self.hear_now()

    async def hear_now(self) -> int:
        """Those that have come by now."""
        posts = [post for post in self.sink.posts if post.path == "/webhooks/bling"]
        fresh, self._heard = posts[self._heard :], len(posts)
        found = [understand(post.body, None, self.house.engine.clock()) for post in fresh]
        arrivals = [
            one.arrival(self.house.tenant_id, await self._account_of(one.company_id))
            for one in found
            if isinstance(one, Message)
        ]
        async with self.house.database.system() as conn:
            await inbox.insert(conn, arrivals)
        return len(arrivals)

    async def _account_of(self, company_id: str) -> UUID:
        row = await self.house.row(
            "SELECT id FROM account WHERE tenant_id = $1 AND company_id = $2", company_id
        )
        return UUID(str(row["id"]))

    async def rest(self, most: int = 30) -> int:
        """Until nothing happens any more on either side; how many rounds that took."""
        for round_ in range(most):
            heard = await self.hear()
            await self.look()
            row = await self.house.row(
                "SELECT count(*) AS n FROM inbox WHERE tenant_id = $1 AND due_at IS NOT NULL"
            )
            if not heard and not row["n"]:
                if not self._expected()["later"]:
                    return round_
                await until(lambda: not self._expected()["later"])
            await self.house.due_now()
            await self.house.drain()
        raise AssertionError("it never comes to rest")

    def _expected(self) -> dict[str, bool]:
        """What Bling has not sent yet."""
        found: dict[str, bool] = self.house.sandbox.control("webhooks", method="GET")
        return found

    def add(self, **fields: Any) -> int:
        """Somebody makes a product in Bitrix24; gives its id."""
        price = fields.pop("price", None)
        made = self.portal.product(**fields)
        if price is not None:
            self.price(int(made["id"]), price)
        return int(made["id"])

    def edit(self, product_id: int, **fields: Any) -> None:
        """Somebody edits a product in Bitrix24."""
        price = fields.pop("price", None)
        if fields:
            self.portal.call("catalog.product.update", id=product_id, fields=fields)
        if price is not None:
            self.price(product_id, price)

    def price(self, product_id: int, price: float) -> None:
        """Somebody sets the base price."""
        group = self.house.catalogue.base_price_type
        found = self.portal.call(
            "catalog.price.list", filter={"productId": product_id, "catalogGroupId": group}
        )["prices"]
        fields = {"price": price, "currency": "BRL"}
        if found:
            self.portal.call("catalog.price.update", id=found[0]["id"], fields=fields)
        else:
            whole = {**fields, "productId": product_id, "catalogGroupId": group}
            self.portal.call("catalog.price.add", fields=whole)

    def in_bling(self, **fields: Any) -> int:
        """Somebody makes a product in Bling; gives its id."""
        body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 4.99, **fields}
        made: int = self._bling("POST", "/produtos", body)["data"]["id"]
        return made

    def edit_bling(self, bling_id: int, **fields: Any) -> None:
        """Somebody edits a product in Bling."""
        self._bling("PATCH", f"/produtos/{bling_id}", fields)

    def move_stock(self, bling_id: int, amount: float, operation: str) -> None:
        """Set (B), add to (E) or take from (S) what lies in the usual store."""
        rows = self._bling("GET", "/depositos")["data"]
        deposit = next(one["id"] for one in rows if one["padrao"])
        names = {"produto": {"id": bling_id}, "deposito": {"id": deposit}}
        self._bling("POST", "/estoques", {**names, "operacao": operation, "quantidade": amount})

    def stock_of(self, bling_ids: list[int]) -> dict[int, Decimal]:
        """What lies in all stores, by product."""
        found: dict[int, Decimal] = {}
        for sign in (0, 1, 2):
            for start in range(0, len(bling_ids), MOST_IDS):
                wanted = "&".join(f"idsProdutos[]={one}" for one in bling_ids[start : start + MOST_IDS])
                path = f"/estoques/saldos?{wanted}&filtroSaldoEstoque={sign}&limite={MOST_IDS}"
                for row in self._bling("GET", path)["data"]:
                    found[row["produto"]["id"]] = Decimal(str(row["saldoFisicoTotal"]))
        return found

    def bling(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in Bling."""
        path = f"dump?provider=bling&tenant={self.house.company_id}"
        dump: dict[str, list[dict[str, Any]]] = self.house.sandbox.control(path, method="GET")
        return dump

    def bling_products(self) -> list[dict[str, Any]]:
        """All products of Bling."""
        return self.bling()["products"]

    def bling_product(self, bling_id: int) -> dict[str, Any]:
        """One product of Bling's."""
        (found,) = [row for row in self.bling_products() if row["id"] == bling_id]
        return found

    def b24_product(self, product_id: int) -> dict[str, Any]:
        """One product of Bitrix24's, with its base price."""
        (found,) = [row for row in self.house.products() if row["id"] == product_id]
        return found

    def asked(self, provider: str) -> list[dict[str, Any]]:
        """Ponte's own requests since calls were forgotten."""
        return [call for call in self.house.calls(provider) if not call["outsider"]]

    def writes(self) -> list[str]:
        """What Ponte asked Bling to write since calls were forgotten."""
        return [
            f"{call['http_method']} {call['path'].rpartition('/Api/v3')[2]}"
            for call in self.asked("bling")
            if call["http_method"] != "GET"
        ]

    async def pair(self, **fields: Any) -> tuple[int, int]:
        """A product that both sides have and agree on; its ids in Bling and in Bitrix24."""
        bling_id = self.in_bling(**{"codigo": f"S-{uuid4().hex[:8]}", **fields})
        await self.rest()
        link = await self.house.link(bling_id)
        self.house.forget_calls()
        return bling_id, int(link["bitrix_id"])

    def _bling(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        url = self.house.sandbox.ready["bling"]["api_url"] + path
        answer = self.house.sandbox.client.request(verb, url, json=body, headers=self.house.bling_headers)
        answer.raise_for_status()
        return answer.json()
