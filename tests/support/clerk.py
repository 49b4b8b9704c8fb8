"""What a salesperson does in the sandbox's Bling: contacts, orders, invoices."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connector.sync.deals.wishes import BRAZIL
from tests.support.house import House
from tests.support.wire import Wire

CENT = Decimal("0.01")
CPF, CNPJ = "52998224725", "30188025000121"
ATENDIDO, CANCELADO, ANDAMENTO, DESPACHADO = 9, 12, 15, 83955


class Clerk:
    """Works at the house's Bling; `wire` is the way on which Ponte is told of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.wire = Wire()
        self._api = house.sandbox.ready["bling"]["api_url"]
        self.today = house.engine.clock().astimezone(BRAZIL).date()
        self._payment = 0

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
        today = self.today.isoformat()
        body: dict[str, Any] = {
            "contato": {"id": contact or self.contact()},
            "data": today,
            "dataSaida": today,
            "dataPrevista": (self.today + timedelta(days=7)).isoformat(),
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
        self._payment = self._payment or int(self.ask("GET", "/formas-pagamentos")["data"][0]["id"])
        return self._payment

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

    def retell(self, order_id: int, **fields: Any) -> None:
        """Let Bling tell the order with these fields instead."""
        self.wire.retold[f"/pedidos/vendas/{order_id}"] = fields

    def invoice_of(self, order_id: int, consumer: bool = False) -> int:
        """A draft of the order's invoice; gives its id."""
        kind = "nfce" if consumer else "nfe"
        answer = self.ask("POST", f"/pedidos/vendas/{order_id}/gerar-{kind}")
        return int((answer.get("data") or answer)["idNotaFiscal"])

    def invoice(self, contact: dict[str, Any] | None = None, consumer: bool = False, **fields: Any) -> int:
        """A draft of an invoice that belongs to no order; gives its id."""
        body = {
            "tipo": 1,
            "contato": contact or {"nome": "Ana Souza", "numeroDocumento": CPF},
            "itens": [item(codigo="C-1")],
            **fields,
        }
        return int(self.ask("POST", f"/{'nfce' if consumer else 'nfe'}", body)["data"]["id"])

    def authorise(self, invoice_id: int, consumer: bool = False) -> None:
        """Let the tax office accept an invoice."""
        self.ask("POST", f"/{'nfce' if consumer else 'nfe'}/{invoice_id}/enviar")

    def note(self, invoice_id: int, act: str) -> None:
        """What people and the tax office do to an invoice: reject, cancel."""
        self.house.sandbox.control("notes", {"tenant": self.house.company_id, "note": invoice_id, "act": act})


def item(**fields: Any) -> dict[str, Any]:
    """An item by name."""
    return {"descricao": "Copo", "quantidade": 2, "valor": 10.5, "unidade": "UN", **fields}


def total_of(order: dict[str, Any]) -> Decimal:
    """Bling's own formula of an order's total (facts of Bling, the money of an order)."""
    goods = sum((_number(one["quantidade"]) * _number(one["valor"]) for one in order["itens"]), Decimal(0))
    goods = goods.quantize(CENT, ROUND_HALF_UP)
    discount = order.get("desconto") or {}
    off = _number(discount.get("valor", 0))
    if discount.get("unidade") == "PERCENTUAL":
        off = goods * off / 100
    freight = _number((order.get("transporte") or {}).get("frete", 0))
    other = _number(order.get("outrasDespesas", 0))
    return (goods - off.quantize(CENT, ROUND_HALF_UP) + freight + other).quantize(CENT)


def sum_of(rows: list[dict[str, Any]]) -> Decimal:
    """What rows add up to, each rounded to the cent."""
    return sum(
        ((_number(row["price"]) * _number(row["quantity"])).quantize(CENT, ROUND_HALF_UP) for row in rows),
        Decimal(0),
    )


def _number(value: Any) -> Decimal:
    return Decimal(str(value))
