"""A seller in the house's Bitrix24: customers, deals with rows, and what Ponte hears of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from connector.domain.events import Action, Kind
from connector.sync.portal import intake
from connector.sync.portal.intake import Notice, unborn
from connector.sync.portal.poll import poll
from connector.sync.replay import Preview, dry_run
from tests.support.clerk import CPF
from tests.support.order_desk import OrderDesk


class Seller(OrderDesk):
    """Also the clerk at Bling: both sides are theirs."""

    def customer(self, *, document: str = CPF, email: str = "ana@loja.com.br", **fields: Any) -> int:
        """A contact with a CPF; gives its id."""
        reach = {"n0": {"typeId": "EMAIL", "valueType": "WORK", "value": email}} if email else {}
        values = {"name": "Ana", "lastName": "Souza", "fm": reach, **fields}
        made = self.house.portal.call("crm.item.add", entityTypeId=3, fields=values)
        contact = int(made["item"]["id"])
        if document:
            self._requisite(contact, document)
        return contact

    def win(
        self, *, contact: int = 0, rows: list[dict[str, Any]] | None = None, stage: str = "WON", **fields: Any
    ) -> int:
        """A deal in a stage, with rows; gives its id."""
        values = {"title": "Venda de copos", "stageId": stage, "currencyId": "BRL", **fields}
        values["contactId"] = contact or self.customer()
        made = self.house.portal.call("crm.item.add", entityTypeId=2, fields=values)
        deal = int(made["item"]["id"])
        if rows is None:
            rows = [{"productName": "Copo", "price": 10.5, "quantity": 2}]
        if rows:
            self.house.portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=rows)
        return deal

    async def heard(self, deal: int) -> UUID:
        """Ponte hears of a deal; gives the event."""
        engine, house = self.house.engine, self.house
        notice = Notice(
            id=f"heard:{deal}:{engine.clock().timestamp()}",
            kind=Kind.ORDER,
            bitrix_id=deal,
            action=Action.UPDATED,
            at=engine.clock(),
        )
        await intake.store(engine, house.tenant_id, house.account_id, [notice])
        row = await house.row(
            "SELECT id FROM inbox WHERE tenant_id = $1 AND provider_event_id = $2", notice.id
        )
        return UUID(str(row["id"]))

    async def sold_now(self, deal: int) -> tuple[str | None, str | None]:
        """Ponte hears of a deal and works on it; what became of that."""
        return await self.outcome(await self.heard(deal))

    async def look(self) -> None:
        """Ponte looks at the portal, whatever it is told, and works."""
        async with self.house.database.system() as conn:
            await conn.execute(
                "UPDATE portal_intake SET busy_until = NULL, sweep_at = now() - interval '1 second'"
                " WHERE tenant_id = $1",
                self.house.tenant_id,
            )
        await poll(self.house.engine, self.house.tenant_id)
        await self.house.drain()

    async def tick_later(self, name: str, later: timedelta) -> None:
        """A toggle is ticked so much later than now."""
        await self.house.tick(name)
        async with self.house.database.system() as conn:
            await conn.execute(
                "UPDATE toggle SET changed_at = now() + $3 WHERE tenant_id = $1 AND name = $2",
                self.house.tenant_id,
                name,
                later,
            )

    async def told_of(self, order: int, **data: Any) -> tuple[str | None, str | None]:
        """Bling tells of an order, as it does of any; `data` = what the message says otherwise."""
        return await self.outcome(await self.told(order, action="created", **data))

    async def dry_sale(self, deal: int) -> Preview:
        """What a deal would make."""
        house = self.house
        return await dry_run(house.engine, house.tenant_id, unborn(Kind.ORDER, house.account_id, deal))

    def lose_the_answer(self, word: str) -> None:
        """Bling carries out the request with this word in its body, and its answer is lost."""
        fault = {"provider": "bling", "method": "pedidos", "drop": True, "times": 1}
        self.wire.before[word] = lambda: self.house.sandbox.control("faults", fault)

    async def doubt_over(self) -> None:
        """So long passes that a create cannot be under way any more."""
        async with self.house.database.system() as conn:
            await conn.execute(
                "UPDATE link SET creating_at = creating_at - $2::interval WHERE tenant_id = $1",
                self.house.tenant_id,
                timedelta(minutes=5),
            )
        await self.retried()

    def orders(self) -> list[dict[str, Any]]:
        """Bling's orders that carry our mark."""
        wanted = {"provider": "bling", "tenant": self.house.company_id}
        orders = self.house.sandbox.client.get("/control/dump", params=wanted).json()["orders"]
        return [order for order in orders if str(order["numeroLoja"]).startswith("ponte-")]

    def of_bitrix(self, deal: int) -> dict[str, Any]:
        """A deal as the portal has it."""
        found = self.house.portal.call("crm.item.get", entityTypeId=2, id=deal)
        return dict(found["item"])

    def _requisite(self, contact: int, document: str) -> None:
        presets = self.house.portal.call("crm.requisite.preset.list", select=["ID", "XML_ID"])
        wanted = "#CRM_REQUISITE_PRESET_DEF_BR_PERSON#"
        preset = next(int(one["ID"]) for one in presets if one["XML_ID"] == wanted)
        fields = {
            "ENTITY_TYPE_ID": 3,
            "ENTITY_ID": contact,
            "PRESET_ID": preset,
            "NAME": "CPF",
            "RQ_CPF": document,
        }
        self.house.portal.call("crm.requisite.add", fields=fields)
