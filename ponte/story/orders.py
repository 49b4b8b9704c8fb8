"""The second chapter: an order becomes a deal, moves through the stages, and is won by its invoice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from ponte.story.stage import Broken, Record, Stage, expect, wait_for

DEAL, CONTACT = 2, 3
CUSTOMER, CPF = "Helena Prado Campos", "390.533.447-05"
SERVICE = "Embalagem para presente"
OPEN, UNDER_WAY = "6", "15"
INVOICE_FIELD = "Nota fiscal"
CENT = Decimal("0.01")
BRAZIL = ZoneInfo("America/Sao_Paulo")


class OrderStory:
    """The order that travels with its customer, its product and its invoice."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.customer_id = 0
        self.product: Record = {}
        self.order: Record = {}
        self.deal_id = 0
        self.invoice_id = 0
        self.stages: dict[str, str] = {}

    def scenes(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and deed of each."""
        return [
            ("the toggles of orders and sales are ticked", self.toggles_are_ticked),
            ("Bling has a customer, and a product that Bitrix24 lacks", self.customer_and_product),
            ("an order made in Bling is a deal in Bitrix24", self.an_order_is_a_deal),
            ("its rows add up to the order's total, to the cent", self.rows_add_up),
            ("its product has come along", self.the_product_came_along),
            ("its customer is a contact with name and CPF", self.the_customer_is_a_contact),
            ("the order moves on, and the deal with it", self.the_deal_moves),
            ("a draft of the invoice changes nothing", self.a_draft_changes_nothing),
            ("the invoice is authorised: won, with its number", self.the_sale_is_won),
            ("there is one deal and one contact", self.nothing_is_double),
            ("every event of order and sale tells its outcome", self.events_tell_their_outcomes),
        ]

    def toggles_are_ticked(self) -> None:
        wanted = {"product.create": True, "order.create": True, "order.update": True, "sale.create": True}
        answered = self.stage.ponte("PUT", "/toggles", wanted)
        expect("the toggles", {name: answered[name] for name in wanted}, wanted)
        rules = self.stage.ponte("GET", "/mappings/order")["rules"]
        self.stages = next(rule["transform"]["table"] for rule in rules if rule["bitrix24"] == "stageId")

    def customer_and_product(self) -> None:
        customer = {"nome": CUSTOMER, "tipo": "F", "situacao": "A", "numeroDocumento": CPF}
        self.customer_id = self.stage.bling("POST", "/contatos", customer)["data"]["id"]
        self.product = self._a_product()

    def an_order_is_a_deal(self) -> None:
        payment = self.stage.bling("GET", "/formas-pagamentos")["data"][0]["id"]
        sent = _order(self.customer_id, self.product, payment)
        made = self.stage.bling("POST", "/pedidos/vendas", sent)
        self.order = self.stage.bling("GET", f"/pedidos/vendas/{made['data']['id']}")["data"]
        self._ended("order", self.order["id"], 1)
        self.deal_id = self._only_deal()["id"]
        title = f"Pedido {self.order['numero']} – {CUSTOMER}"
        deal = self._deal()
        expect("the title", deal["title"], title)
        expect("the stage", deal["stageId"], self.stages[OPEN])

    def rows_add_up(self) -> None:
        total = Decimal(str(self.order["total"]))
        rows = self._rows()
        expect("the sum of the rows", sum((_worth(row) for row in rows), Decimal(0)), total)
        deal = self._deal()
        expect("the deal's amount", Decimal(str(deal["opportunity"])), total)
        expect("who reckons the amount", deal["isManualOpportunity"], "N")

    def the_product_came_along(self) -> None:
        numbers = {row["productName"]: row["productId"] for row in self._rows()}
        link = self.stage.ponte("GET", f"/links?kind=product&bling_id={self.product['id']}")["items"]
        expect("the product's link", [one["state"] for one in link], ["in_step"])
        expect("the row's product", str(numbers[self.product["nome"]]), link[0]["bitrix_id"])
        expect("the product of the row by name", int(numbers[SERVICE] or 0), 0)

    def the_customer_is_a_contact(self) -> None:
        contact = self.stage.bitrix24("crm.item.get", entityTypeId=CONTACT, id=self._deal()["contactId"])
        expect("the contact", f"{contact['item']['name']} {contact['item']['lastName']}", CUSTOMER)
        owners = [row["ENTITY_ID"] for row in self._requisites()]
        expect("whose CPF it is", owners, [str(contact["item"]["id"])])

    def the_deal_moves(self) -> None:
        self.stage.bling("PATCH", f"/pedidos/vendas/{self.order['id']}/situacoes/{UNDER_WAY}")
        self._ended("order", self.order["id"], 2)
        expect("the deal's next stage", self._deal()["stageId"], self.stages[UNDER_WAY])

    def a_draft_changes_nothing(self) -> None:
        made = self.stage.bling("POST", f"/pedidos/vendas/{self.order['id']}/gerar-nfe")
        self.invoice_id = made["idNotaFiscal"]
        (draft,) = self._ended("sale", self.invoice_id, 1)
        expect("the outcome", (draft["outcome"], draft["reason"]), ("skipped", "not_a_sale"))
        expect("the stage", self._deal()["stageId"], self.stages[UNDER_WAY])

    def the_sale_is_won(self) -> None:
        self.stage.bling("POST", f"/nfe/{self.invoice_id}/enviar")
        self._ended("sale", self.invoice_id, 2)
        deal = self._deal()
        expect("the won deal's stage", deal["stageId"], self._won_stage())
        number = self.stage.bling("GET", f"/nfe/{self.invoice_id}")["data"]["numero"]
        expect("the invoice's number", deal[self._invoice_field()], number)

    def nothing_is_double(self) -> None:
        self._only_deal()
        expect("the contacts with the CPF", len(self._requisites()), 1)
        total = Decimal(str(self.order["total"]))
        expect("the deal's amount", Decimal(str(self._deal()["opportunity"])), total)

    def events_tell_their_outcomes(self) -> None:
        for kind, record, wanted in (
            ("order", self.order["id"], ["created", "updated"]),
            ("sale", self.invoice_id, ["skipped", "updated"]),
        ):
            outcomes = [event["outcome"] for event in self._ended(kind, record, len(wanted))]
            expect(f"the outcomes of the {kind}", outcomes, wanted)

    def _ended(self, kind: str, record: int, count: int) -> list[Record]:
        """Wait for the end of a record's events, so many; the oldest first.

        Ponte is asked, not the vendors: their limits are Ponte's too.
        """

        def ended() -> list[Record] | None:
            events: list[Record] = self.stage.ponte("GET", f"/events?kind={kind}&record={record}")["items"]
            if len(events) > count:
                raise Broken(f"{len(events)} events of {kind} {record}, not {count}")
            all_ended = len(events) == count and all(event["settled_at"] for event in events)
            return events[::-1] if all_ended else None

        return wait_for(f"the end of the {kind}'s event", ended)

    def _a_product(self) -> Record:
        """One that Bitrix24 has not seen yet."""
        for row in self.stage.bling("GET", "/produtos?criterio=2&tipo=P&limite=20")["data"]:
            simple = row["formato"] == "S" and row["preco"] > 0
            if simple and not self.stage.ponte("GET", f"/links?kind=product&bling_id={row['id']}")["items"]:
                product: Record = row
                return product
        raise Broken("no simple product in Bling that Ponte does not know")

    def _only_deal(self) -> Record:
        wanted = {"originatorId": "ponte", "originId": f"{self.stage.bling_company_id}:{self.order['id']}"}
        answered = self.stage.bitrix24("crm.item.list", entityTypeId=DEAL, filter=wanted, select=["id"])
        found: list[Record] = answered["items"]
        expect("the number of deals of the order", len(found), 1)
        return found[0]

    def _deal(self) -> Record:
        deal: Record = self.stage.bitrix24("crm.item.get", entityTypeId=DEAL, id=self.deal_id)["item"]
        return deal

    def _rows(self) -> list[Record]:
        wanted = {"=ownerType": "D", "=ownerId": self.deal_id}
        rows: list[Record] = self.stage.bitrix24("crm.item.productrow.list", filter=wanted)["productRows"]
        return rows

    def _requisites(self) -> list[Record]:
        digits = "".join(filter(str.isdigit, CPF))
        wanted = {"ENTITY_TYPE_ID": CONTACT, "RQ_CPF": [CPF, digits]}
        rows: list[Record] = self.stage.bitrix24("crm.requisite.list", filter=wanted)
        return rows

    def _won_stage(self) -> str:
        wanted = {"ENTITY_ID": "DEAL_STAGE", "SEMANTICS": "S"}
        rows = self.stage.bitrix24("crm.status.list", filter=wanted)
        return next(str(row["STATUS_ID"]) for row in rows if row["SEMANTICS"] == "S")

    def _invoice_field(self) -> str:
        fields = self.stage.bitrix24("crm.item.fields", entityTypeId=DEAL)["fields"]
        return next(str(name) for name, field in fields.items() if field["title"] == INVOICE_FIELD)


def _order(contact: int, product: Record, payment: int) -> Record:
    """Two of a product at a discount, a row by name, freight, and a percentage off the whole."""
    today = datetime.now(BRAZIL).date().isoformat()
    price = Decimal(str(product["preco"]))
    goods = (2 * price).quantize(CENT) + Decimal("4.90")
    total = goods - (goods * Decimal("7.5") / 100).quantize(CENT, ROUND_HALF_UP) + Decimal("19.90")
    return {
        "contato": {"id": contact},
        "data": today,
        "dataSaida": today,
        "dataPrevista": today,
        "itens": [
            {
                "produto": {"id": product["id"]},
                "codigo": product["codigo"],
                "descricao": product["nome"],
                "unidade": "UN",
                "quantidade": 2,
                "valor": float(price),
            },
            {"descricao": SERVICE, "unidade": "UN", "quantidade": 1, "valor": 4.9},
        ],
        "desconto": {"valor": 7.5, "unidade": "PERCENTUAL"},
        "transporte": {"fretePorConta": 0, "frete": 19.9},
        "parcelas": [{"dataVencimento": today, "valor": float(total), "formaPagamento": {"id": payment}}],
    }


def _worth(row: Record) -> Decimal:
    """What Bitrix24 counts for a row."""
    return (Decimal(str(row["price"])) * Decimal(str(row["quantity"]))).quantize(CENT, ROUND_HALF_UP)
