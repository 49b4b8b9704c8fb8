"""People on both sides who change whatever comes to their minds while Ponte works now and then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from connector.domain.guard_rail import PREFERENCE
from tests.support.returns import Returns


class Tossing:
    """Changes by chance, the same for the same `chance`."""

    def __init__(self, returns: Returns, chance: Random) -> None:
        self._returns, self._chance = returns, chance
        self._made = 0

    async def changes(self, number: int) -> None:
        """So many changes, with whatever Ponte hears and does in between; all of them are wanted."""
        off = {"on": False, "records": 2}
        await self._returns.house.prefer(
            PREFERENCE, {"price_zero": off, "price_jump": off, "deactivated": off}
        )
        for _ in range(number):
            self._chance.choices((self._bling, self._bitrix24), (1, 1))[0]()
            await self._meanwhile()

    async def _meanwhile(self) -> None:
        returns = self._returns
        steps: list[tuple[Callable[[], Awaitable[Any]], float]] = [
            (returns.hear_now, 0.3),
            (returns.look, 0.3),
            (returns.sweep_due, 0.05),
            (returns.house.due_now, 0.2),
            (returns.house.drain, 0.3),
        ]
        for step, likely in steps:
            if self._chance.random() < likely:
                await step()

    def _bling(self) -> None:
        known = [row["id"] for row in self._returns.bling_products()]
        if not known or self._chance.random() < 0.25:
            self._returns.in_bling(nome=self._name(), codigo=self._sku("BL"), preco=self._price())
            return
        field, value = self._chance.choice(
            (
                ("nome", self._name()),
                ("preco", self._price()),
                ("situacao", self._chance.choice("AI")),
                ("codigo", self._sku("BL")),
            )
        )
        self._returns.edit_bling(self._chance.choice(known), **{field: value})

    def _bitrix24(self) -> None:
        known = [row["id"] for row in self._returns.house.dump()["products"]]
        if not known or self._chance.random() < 0.25:
            self._returns.add(name=self._name(), xmlId=self._sku("BX"), price=self._price())
            return
        field, value = self._chance.choice(
            (
                ("name", self._name()),
                ("price", self._price()),
                ("active", self._chance.choice("YN")),
                ("xmlId", self._sku("BX")),
            )
        )
        self._returns.edit(self._chance.choice(known), **{field: value})

    def _name(self) -> str:
        return f"{self._chance.choice(('Copo', 'Caneca', 'Jarra', 'Prato'))} {self._chance.randrange(1000)}"

    def _price(self) -> float:
        return self._chance.randrange(1, 100_000) / 100

    def _sku(self, side: str) -> str:
        self._made += 1
        return f"{side}-{self._made}"


def both_sides(returns: Returns) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The products of Bling and those of Bitrix24, in the same words."""
    bling = [
        (str(row["id"]), row["nome"], row["codigo"], float(row["preco"]), row["situacao"] == "A")
        for row in returns.bling_products()
    ]
    bitrix24 = [
        (row["link"], row["name"], row["xmlId"], float(row["price"]), row["active"] == "Y")
        for row in returns.house.products()
    ]
    return sorted(bling), sorted(bitrix24)


async def prove_rest(returns: Returns, changes: int) -> dict[str, int]:
    """Both sides come to be equal in a bounded number of calls, and stay so; what it took."""
    rounds = await returns.rest(most=60)
    bling, bitrix24 = both_sides(returns)
    assert bling == bitrix24
    took = {
        "changes": changes,
        "products": len(bling),
        "rounds": rounds,
        "bling": len(returns.asked("bling")),
        "writes": len(returns.writes()),
        "bitrix24": len(returns.asked("bitrix24")),
    }
    assert took["writes"] <= 2 * changes
    returns.house.forget_calls()
    await returns.sweep_due()
    await returns.rest()
    assert returns.asked("bling") == []
    assert not any(
        "update" in one or "add" in one for call in returns.asked("bitrix24") for one in _commands(call)
    )
    return took


def _commands(call: dict[str, Any]) -> list[str]:
    return [call["method"], *(one.partition("?")[0] for one in call.get("commands") or ())]
