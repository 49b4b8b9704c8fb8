"""People who sell on both sides: orders in Bling, deals in Bitrix24, changed by chance."""

from __future__ import annotations

from typing import Any

from tests.support.clerk import item
from tests.support.returns import Returns
from tests.support.seller import Seller
from tests.support.stage_law import TABLE, StageLaw
from tests.support.whims import Whims

STAGES = ("NEW", "PREPARATION", "WON", "LOSE")
WON = "WON"
#: How often something new is sold rather than something known changed.
MAKES = 0.45


class Sellers:
    """Whoever sells; `stages` remembers what they did to deals."""

    def __init__(self, returns: Returns, seller: Seller, whims: Whims) -> None:
        self._returns, self.seller, self._whims = returns, seller, whims
        self.house = returns.house
        self.stages = StageLaw()
        #: Deals that were made in Bitrix24, and those of them that nobody has won yet.
        self.own: list[int] = []
        self._open: list[int] = []
        #: Orders that were made in Bling.
        self._orders: list[int] = []

    # In Bling

    def at_bling(self) -> None:
        """Somebody sells in Bling, or changes what was sold."""
        orders = self._known_orders()
        if not orders or self._whims.likely(MAKES):
            self._order()
        elif self._whims.likely(0.5):
            self._situate(self._whims.one_of(orders))
        else:
            self._change(self._whims.one_of(orders))

    def _order(self) -> None:
        made = self.seller.order(self._customer(), self._items(), **self._whims.money_of_an_order())
        self._orders.append(made)
        self.stages.made(made)

    def _situate(self, order: int) -> None:
        others = sorted(TABLE.keys() - {self.stages.situation(order)})
        situation = self._whims.one_of(others)
        self.seller.situation(order, situation)
        self.stages.situated(order, situation)

    def _change(self, order: int) -> None:
        text = f"Entregar às {self._whims.chance.randrange(24)} h, {self._whims.sku('nota')}"
        fields: dict[str, Any] = self._whims.one_of(
            (
                {},
                {"itens": self._items()},
                {"contato": {"id": self._customer()}},
                self._whims.money_of_an_order(),
            )
        )
        self.seller.change(order, observacoes=text, **fields)

    def _known_orders(self) -> list[int]:
        return self._orders + [int(order["id"]) for order in self.seller.orders()]

    def _customer(self) -> int:
        """Somebody's contact, made when Bling does not know them."""
        name, document, email = buyer = self._whims.one_of(self._whims.people + self._whims.firms)
        known = {one["numeroDocumento"]: int(one["id"]) for one in self._returns.bling()["contacts"]}
        if document in known:
            return known[document]
        kind = "J" if buyer in self._whims.firms else "F"
        return self.seller.contact(nome=name, tipo=kind, numeroDocumento=document, email=email)

    def _items(self) -> list[dict[str, Any]]:
        products = self._returns.bling_products()
        return [self._item(products) for _ in range(self._whims.chance.randrange(1, 4))]

    def _item(self, products: list[dict[str, Any]]) -> dict[str, Any]:
        sold: dict[str, Any] = {"quantidade": self._whims.quantity(), "valor": self._whims.price()}
        if not products or self._whims.likely(0.3):
            return item(descricao=self._whims.name(), **sold)
        product = self._whims.one_of(products)
        named = {"descricao": product["nome"], "codigo": product["codigo"]}
        return item(produto={"id": product["id"]}, **named, **sold)

    # In Bitrix24

    def at_bitrix24(self) -> None:
        """Somebody sells in Bitrix24, or moves a deal."""
        deals = [int(deal["id"]) for deal in self.house.dump()["deals"]]
        if not deals or self._whims.likely(MAKES):
            self._deal()
        elif self._open and self._whims.likely(0.4):
            self._work_on(self._whims.one_of(self._open))
        else:
            self._move(self._whims.one_of(deals), self._whims.one_of(STAGES))

    def _deal(self) -> None:
        stage = self._whims.one_of((WON, "NEW"))
        made = self.seller.win(contact=self._contact(), rows=self._rows(), stage=stage)
        self.own.append(made)
        self._open.append(made)
        self._note(made, stage)

    def _work_on(self, deal: int) -> None:
        """Nothing is won yet: what is sold may change, or it is won."""
        if self._whims.likely(0.5):
            return self._move(deal, WON)
        rows = {"ownerType": "D", "ownerId": deal, "productRows": self._rows()}
        self.house.portal.call("crm.item.productrow.set", **rows)
        return None

    def _move(self, deal: int, stage: str) -> None:
        self.house.portal.call("crm.item.update", entityTypeId=2, id=deal, fields={"stageId": stage})
        self._note(deal, stage)

    def _note(self, deal: int, stage: str) -> None:
        self.stages.moved(deal, stage)
        if stage == WON and deal in self._open:
            self._open.remove(deal)

    def _contact(self) -> int:
        name, document, email = self._whims.one_of(self._whims.people)
        dump = self.house.dump()
        known = {one["RQ_CPF"]: int(one["ENTITY_ID"]) for one in dump["requisites"] if one["RQ_CPF"]}
        if document in known:
            return known[document]
        first, _, last = name.partition(" ")
        return self.seller.customer(document=document, email=email, name=first, lastName=last)

    def _rows(self) -> list[dict[str, Any]]:
        products = self.house.dump()["products"]
        return [self._row(products) for _ in range(self._whims.chance.randrange(1, 4))]

    def _row(self, products: list[dict[str, Any]]) -> dict[str, Any]:
        sold: dict[str, Any] = {"quantity": self._whims.quantity(), "price": self._whims.price()}
        if not products or self._whims.likely(0.3):
            return {"productName": self._whims.name(), **sold}
        return {"productId": self._whims.one_of(products)["id"], **sold}
