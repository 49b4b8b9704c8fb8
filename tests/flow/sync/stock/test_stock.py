"""Balances of Bling stand in Bitrix24: as a quantity, or by documents where the portal keeps its stock so."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from connector.domain.events import Kind, RecordKey
from connector.settings import MOST_BLING_PER_SECOND
from connector.sync.replay import replay
from tests.support.house import House


class Depot:
    """Somebody at Bling's stock, with a product that both sides have."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._api = house.sandbox.ready["bling"]["api_url"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.house.sandbox.client.request(
            method, f"{self._api}{path}", json=body, headers=self.house.bling_headers
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    def move(self, product: int, amount: float, operation: str = "B") -> None:
        """Set (B), add to (E) or take from (S) the balance; no webhook leaves."""
        deposit = next(one["id"] for one in self.ask("GET", "/depositos")["data"] if one["padrao"])
        body = {
            "produto": {"id": product},
            "deposito": {"id": deposit},
            "operacao": operation,
            "quantidade": amount,
        }
        self.ask("POST", "/estoques", body)

    async def product(self, **fields: Any) -> int:
        """A product in both; gives its Bling id."""
        bling_id = self.house.in_bling(**fields)
        await self.house.told(bling_id, action="created", **fields)
        await self.house.drain()
        self.house.forget_calls()
        return bling_id

    async def told(self, product: int, **fields: Any) -> tuple[str | None, str | None]:
        """A message about its stock comes in; what became of it."""
        event = await self.house.told(product, kind=Kind.STOCK, **fields)
        await self.house.drain()
        return await self.house.outcome(event)

    def shown(self, product: int) -> Any:
        """The quantity in Bitrix24."""
        return self.house.product(product)["quantity"]

    def managed(self, *, enabled: bool = True) -> None:
        """The portal's inventory management is on."""
        sent = {"member_id": self.house.portal.member_id, "enabled": enabled}
        self.house.sandbox.control("inventory", sent)

    def documents(self) -> list[dict[str, Any]]:
        """All of the portal's."""
        found: list[dict[str, Any]] = self.house.portal.call("catalog.document.list")["documents"]
        return found


@pytest.fixture
async def depot(house: House) -> Depot:
    house.sandbox.control("webhooks", {"mode": "off"})
    house.sandbox.control("limits", {"enforce": False})
    quick = msgspec.structs.replace(house.engine.settings, bling_per_second=MOST_BLING_PER_SECOND)
    house.engine = dataclasses.replace(house.engine, settings=quick)
    await house.tick("product.create", "product.update", "stock.update")
    return Depot(house)


@pytest.fixture
def kept_by_documents(depot: Depot) -> Iterator[Depot]:
    depot.managed()
    yield depot
    depot.managed(enabled=False)


async def test_a_balance_is_the_products_quantity(depot: Depot):
    product = await depot.product()
    depot.move(product, 7)
    assert await depot.told(product) == ("updated", None)
    assert depot.shown(product) == 7


async def test_what_is_sold_out_is_told_too(depot: Depot):
    product = await depot.product()
    depot.move(product, 7)
    await depot.told(product)
    depot.move(product, 0)
    assert await depot.told(product, seconds=5) == ("updated", None)
    assert depot.shown(product) == 0


async def test_below_zero_stays_below_zero(depot: Depot):
    product = await depot.product()
    depot.move(product, 2.5, "S")
    assert await depot.told(product) == ("updated", None)
    assert depot.shown(product) == -2.5


async def test_the_same_balance_again_writes_nothing(depot: Depot):
    product = await depot.product()
    depot.move(product, 7)
    await depot.told(product)
    depot.house.forget_calls()
    assert await depot.told(product, seconds=5) == ("unchanged", None)
    assert depot.house.calls("bitrix24") == []


async def test_many_movements_are_one_reading_and_one_write(depot: Depot):
    product = await depot.product()
    for amount in range(1, 6):
        depot.move(product, amount)
        await depot.house.told(product, kind=Kind.STOCK, seconds=amount)
    depot.house.forget_calls()
    await depot.house.drain()
    assert len(depot.house.calls("bling")) == 1
    assert len(depot.house.commands("catalog.product.update")) == 1
    assert depot.shown(product) == 5


async def test_a_newcomer_brings_its_balance(depot: Depot):
    bling_id = depot.house.in_bling(nome="Copo")
    depot.move(bling_id, 12)
    await depot.house.told(bling_id, action="created")
    await depot.house.drain()
    assert depot.shown(bling_id) == 12


async def test_without_the_option_nothing_is_read_and_nothing_remembered(depot: Depot):
    product = await depot.product()
    await depot.house.tick("stock.update", enabled=False)
    depot.house.forget_calls()
    assert await depot.told(product, seconds=9) == ("skipped", "toggle_off")
    assert depot.house.calls("bling") == []


async def test_a_product_that_is_not_there_waits_for_itself(depot: Depot):
    assert await depot.told(depot.house.in_bling()) == ("skipped", "not_linked")


async def test_a_replay_mends_what_somebody_changed(depot: Depot):
    product = await depot.product()
    depot.move(product, 7)
    await depot.told(product)
    there = depot.house.product(product)["id"]
    depot.house.portal.call("catalog.product.update", id=there, fields={"quantity": 99})
    house = depot.house
    key = RecordKey(Kind.STOCK, house.account_id, product)
    event = await replay(house.engine, house.tenant_id, key, house.tenant_id)
    await house.drain()
    assert await house.outcome(event) == ("updated", None)
    assert depot.shown(product) == 7


# Inventory management


async def test_documents_move_the_difference(kept_by_documents: Depot):
    depot = kept_by_documents
    product = await depot.product()
    for amount, seconds in ((7, 3), (4, 6), (4.5, 9)):
        depot.move(product, amount)
        assert await depot.told(product, seconds=seconds) == ("updated", None)
        assert depot.shown(product) == amount
    assert [(one["docType"], one["status"]) for one in depot.documents()] == [
        ("S", "Y"),
        ("D", "Y"),
        ("S", "Y"),
    ]


async def test_a_refused_document_leaves_no_draft_and_says_why(kept_by_documents: Depot):
    depot = kept_by_documents
    product = await depot.product()
    depot.move(product, 3, "S")
    event = await depot.house.told(product, kind=Kind.STOCK)
    await depot.house.drain()
    assert await depot.house.outcome(event) == ("failed", "refused_by_bitrix24")
    assert depot.documents() == []


async def test_one_refused_product_does_not_stop_the_others(kept_by_documents: Depot):
    depot = kept_by_documents
    good, bad, other = [await depot.product(codigo=f"S-{one}") for one in range(3)]
    for product, amount in ((good, 5), (other, 6)):
        depot.move(product, amount)
        await depot.told(product)
    depot.move(good, 2)
    depot.move(other, 1)
    depot.move(bad, 3, "S")
    events = [await depot.house.told(one, kind=Kind.STOCK, seconds=9) for one in (good, bad, other)]
    await depot.house.drain()
    assert [(await depot.house.outcome(one))[0] for one in events] == ["updated", "failed", "updated"]
    assert (depot.shown(good), depot.shown(other)) == (2, 1)
    assert {one["status"] for one in depot.documents()} == {"Y"}


async def test_a_lost_answer_moves_nothing_twice(kept_by_documents: Depot):
    depot = kept_by_documents
    product = await depot.product()
    depot.move(product, 7)
    event = await depot.house.told(product, kind=Kind.STOCK)
    depot.house.fault(provider="bitrix24", method="batch", drop=True, times=8)
    await depot.house.drain()
    depot.house.sandbox.control("faults", method="DELETE")
    for _ in range(3):
        await depot.house.due_now()
        await depot.house.drain()
    assert (await depot.house.outcome(event))[0] in ("updated", "unchanged")
    assert depot.shown(product) == 7
    assert {one["status"] for one in depot.documents()} == {"Y"}
