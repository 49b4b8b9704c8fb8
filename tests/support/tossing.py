"""People on both sides who change whatever comes to their minds while Ponte works now and then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from tests.support.returns import Returns
from tests.support.seller import Seller
from tests.support.sellers import Sellers
from tests.support.whims import Whims


class Tossing:
    """Changes by chance, the same for the same `chance`: products, stock, orders, deals."""

    def __init__(self, returns: Returns, seller: Seller, chance: Random) -> None:
        self.returns, self._chance = returns, chance
        self._whims = Whims(chance)
        self.sellers = Sellers(returns, seller, self._whims)

    async def changes(self, number: int) -> None:
        """So many changes, with whatever Ponte hears and does in between."""
        people = (self._bling, self._bitrix24, self.sellers.at_bling, self.sellers.at_bitrix24, self._stock)
        for _ in range(number):
            self._chance.choices(people, (3, 3, 2, 2, 1))[0]()
            await self._meanwhile()

    async def _meanwhile(self) -> None:
        returns = self.returns
        steps: list[tuple[Callable[[], Awaitable[Any]], float]] = [
            (returns.hear_now, 0.3),
            (returns.look, 0.3),
            (returns.sweep_due, 0.05),
            (returns.house.due_now, 0.2),
            (returns.house.drain, 0.3),
        ]
        for step, likely in steps:
            if self._whims.likely(likely):
                await step()

    def _bling(self) -> None:
        known = [row["id"] for row in self.returns.bling_products()]
        whims = self._whims
        if not known or whims.likely(0.25):
            self.returns.in_bling(nome=whims.name(), codigo=whims.sku("BL"), preco=whims.price())
            return
        field, value = whims.one_of(
            (
                ("nome", whims.name()),
                ("preco", whims.price()),
                ("situacao", whims.one_of("AI")),
                ("codigo", whims.sku("BL")),
            )
        )
        self.returns.edit_bling(whims.one_of(known), **{field: value})

    def _bitrix24(self) -> None:
        known = [row["id"] for row in self.returns.house.dump()["products"]]
        whims = self._whims
        if not known or whims.likely(0.25):
            self.returns.add(name=whims.name(), xmlId=whims.sku("BX"), price=whims.price())
            return
        field, value = whims.one_of(
            (
                ("name", whims.name()),
                ("price", whims.price()),
                ("active", whims.one_of("YN")),
                ("xmlId", whims.sku("BX")),
            )
        )
        self.returns.edit(whims.one_of(known), **{field: value})

    def _stock(self) -> None:
        """Somebody counts, buys or sells without an order."""
        products = self.returns.bling_products()
        if products:
            product = self._whims.one_of(products)["id"]
            self.returns.move_stock(product, self._whims.quantity(), self._whims.one_of("BES"))
