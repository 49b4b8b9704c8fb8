"""Orders, contacts and invoices of the sandbox's Bling, and the deals that come of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid4

from connector.domain.events import LANES, Action, Kind, RecordKey, Source
from connector.store import ids as row_ids
from connector.store import inbox
from tests.support.house import NOON, House

CENT = Decimal("0.01")


class OrderDesk:
    """A salesperson at the house's Bling: no webhook leaves on its own, `told` says when one arrives."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._api = house.sandbox.ready["bling"]["api_url"]
        house.sandbox.control("webhooks", {"mode": "off"})
        house.sandbox.control("limits", {"enforce": False})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A call of an outsider's."""
        answer = self.house.sandbox.client.request(
            method, f"{self._api}{path}", json=body, headers=self.house.bling_headers
        )
        assert answer.status_code < 300, (answer.status_code, answer.text, body)
        return answer.json() if answer.content else None

    def contact(self, **fields: Any) -> int:
        """A customer; gives their id."""
        body = {"nome": "Maria da Silva", "tipo": "F", "situacao": "A", **fields}
        return int(self.ask("POST", "/contatos", body)["data"]["id"])

    def order(self, contact: int = 0, items: list[dict[str, Any]] | None = None, **fields: Any) -> int:
        """An order of today; gives its id."""
        today = date.today().isoformat()
        body: dict[str, Any] = {
            "contato": {"id": contact or self.contact()},
            "data": today,
            "dataSaida": today,
            "dataPrevista": (date.today() + timedelta(days=7)).isoformat(),
            "itens": items if items is not None else [item()],
            **fields,
        }
        body.setdefault(
            "parcelas", [{"dataVencimento": today, "valor": 0, "formaPagamento": {"id": self.payment}}]
        )
        body["parcelas"][0]["valor"] = float(total_of(body))
        return int(self.ask("POST", "/pedidos/vendas", body)["data"]["id"])

    @property
    def payment(self) -> int:
        """One of the account's ways to pay."""
        return int(self.ask("GET", "/formas-pagamentos")["data"][0]["id"])

    def change(self, order_id: int, **fields: Any) -> None:
        """Change an order as its whole document."""
        body = self.read(order_id)
        for name in ("id", "numero", "total", "totalProdutos", "situacao", "notaFiscal"):
            body.pop(name, None)
        body["contato"] = {"id": body["contato"]["id"]}
        body |= fields
        for one in body["itens"]:
            one.pop("id", None)
        for parcel in body["parcelas"]:
            parcel.pop("id", None)
        body["parcelas"] = body["parcelas"][:1]
        body["parcelas"][0]["valor"] = float(total_of(body))
        self.ask("PUT", f"/pedidos/vendas/{order_id}", body)

    def situation(self, order_id: int, situation: int) -> None:
        """Put an order into a situation."""
        self.ask("PATCH", f"/pedidos/vendas/{order_id}/situacoes/{situation}")

    def delete(self, order_id: int) -> None:
        """Delete an order."""
        self.ask("DELETE", f"/pedidos/vendas/{order_id}")

    def read(self, order_id: int) -> dict[str, Any]:
        """An order as Bling has it."""
        found: dict[str, Any] = self.ask("GET", f"/pedidos/vendas/{order_id}")["data"]
        return found

    def invoice_of(self, order_id: int) -> int:
        """A draft of the order's invoice; gives its id."""
        answer = self.ask("POST", f"/pedidos/vendas/{order_id}/gerar-nfe")
        return int((answer.get("data") or answer)["idNotaFiscal"])

    def authorise(self, invoice_id: int) -> None:
        """Let the tax office accept an invoice."""
        self.ask("POST", f"/nfe/{invoice_id}/enviar")

    async def told(
        self,
        record_id: int,
        *,
        kind: Kind = Kind.ORDER,
        action: str = "updated",
        seconds: int = 0,
        source: Source = Source.BLING,
    ) -> UUID:
        """An event about a record arrives, with the payload that Bling would send now; gives its id."""
        arrival = self._arrival(record_id, kind, Action(action), seconds, source)
        async with self.house.database.system() as conn:
            await inbox.insert(conn, [arrival])
        return arrival.id

    def _arrival(
        self, record_id: int, kind: Kind, action: Action, seconds: int, source: Source
    ) -> inbox.Arrival:
        received_at = self.house.engine.clock()
        resource = "invoice" if kind is Kind.SALE else "order"
        gone = action is Action.DELETED
        data = {"id": record_id} if gone else self._payload(record_id, kind)
        envelope = {
            "eventId": "e",
            "event": f"{resource}.{action}",
            "companyId": self.house.company_id,
            "data": data,
        }
        return inbox.Arrival(
            tenant_id=self.house.tenant_id,
            id=row_ids.new_id(received_at),
            record=RecordKey(kind, self.house.account_id, record_id),
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

    def _payload(self, record_id: int, kind: Kind) -> dict[str, Any]:
        """What the webhook tells of the record (facts of Bling, webhooks)."""
        if kind is Kind.SALE:
            record = self.ask("GET", f"/nfe/{record_id}")["data"]
            names = ("id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "loja")
        else:
            record = self.read(record_id)
            names = ("id", "data", "numero", "numeroLoja", "total", "vendedor", "loja", "situacao")
        return {name: record.get(name) for name in names} | {"contato": {"id": record["contato"]["id"]}}

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

    def deal(self, order_id: int) -> dict[str, Any]:
        """The one deal of an order."""
        origin = f"{self.house.company_id}:{order_id}"
        (found,) = [deal for deal in self.deals() if deal["originId"] == origin]
        return found


def item(**fields: Any) -> dict[str, Any]:
    """An item by name."""
    return {"descricao": "Copo", "quantidade": 2, "valor": 10.5, "unidade": "UN", **fields}


def total_of(order: dict[str, Any]) -> Decimal:
    """Bling's own formula of an order's total (facts of Bling, the money of an order)."""
    goods = sum((_number(one["quantidade"]) * _number(one["valor"]) for one in order["itens"]), Decimal(0))
    discount = order.get("desconto") or {}
    off = _number(discount.get("valor", 0))
    if discount.get("unidade") == "PERCENTUAL":
        off = goods * off / 100
    freight = _number((order.get("transporte") or {}).get("frete", 0))
    other = _number(order.get("outrasDespesas", 0))
    return (
        goods.quantize(CENT, ROUND_HALF_UP) - off.quantize(CENT, ROUND_HALF_UP) + freight + other
    ).quantize(CENT)


def sum_of(rows: list[dict[str, Any]]) -> Decimal:
    """What rows add up to, each rounded to the cent."""
    return sum(
        ((_number(row["price"]) * _number(row["quantity"])).quantize(CENT, ROUND_HALF_UP) for row in rows),
        Decimal(0),
    )


def _number(value: Any) -> Decimal:
    return Decimal(str(value))
