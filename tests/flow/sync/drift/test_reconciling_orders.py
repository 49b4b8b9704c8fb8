"""Orders and deals compared: every difference is found, and nothing else; repaired, both sides agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from connector.domain.events import Kind
from connector.domain.mapping import Rule
from connector.domain.transforms import Text
from tests.support.clerk import ANDAMENTO, ATENDIDO, DESPACHADO, item
from tests.support.comparing import Comparing, told
from tests.support.house import House
from tests.support.order_desk import OrderDesk

KEEPING = Rule(
    id="observacoes", bling="observacoes", bitrix24="comments", transform=Text(), policy="keep", empty="erase"
)
FOLLOWING = Rule(
    id="internas", bling="observacoesInternas", bitrix24="additionalInfo", transform=Text(), empty="erase"
)
NOTES: dict[str, Any] = {"observacoes": "do Bling", "observacoesInternas": "interno"}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[OrderDesk]:
    """A salesperson; orders of today in three situations take part, and one of two notes is kept."""
    desk = OrderDesk(house)
    await house.tick("order.create", "order.update")
    await house.prefer("order.on_deleted", "lost")
    wanted: dict[str, object] = {"situacao": [6, ATENDIDO, ANDAMENTO], "since": desk.today.isoformat()}
    await desk.map(Kind.ORDER, KEEPING, FOLLOWING, filter=wanted)
    yield desk
    await desk.house.engine.http.aclose()


def copied(desk: OrderDesk, origin: str) -> int:
    """Somebody copies a deal in Bitrix24, its mark with it."""
    fields = {"title": "Cópia", "originatorId": "ponte", "originId": origin}
    answer = desk.house.portal.call("crm.item.add", entityTypeId=2, fields=fields)
    return int(answer["item"]["id"])


def with_rows(desk: OrderDesk, order: int, **row: Any) -> None:
    """Somebody puts other rows into an order's deal."""
    rows = [{"productName": "Brinde", "price": 1, "quantity": 1, **row}]
    deal = desk.deal(order)["id"]
    desk.house.portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=rows)


async def test_every_difference_of_orders_is_found_and_nothing_else_then_repaired(desk: OrderDesk) -> None:
    both = Comparing(desk.house)
    customer = desk.contact()
    made = [desk.order(customer, **NOTES) for _ in range(12)]
    await both.synced(made, Kind.ORDER)
    assert await both.compare(Kind.ORDER) == []
    titled, noted, rowed, resold, moved, met, gone, thrown, doubled, kept, staged, _ = made

    desk.by_hand(titled, title="Negócio do João")
    desk.by_hand(noted, additionalInfo="à mão")
    with_rows(desk, rowed)
    desk.change(resold, itens=[item(valor=20)])
    desk.situation(moved, ATENDIDO)
    desk.change(met, **NOTES | {"observacoesInternas": "lá"})
    desk.by_hand(met, additionalInfo="cá")
    desk.delete(gone)
    desk.thrown_away(thrown)
    copy = copied(desk, f"{desk.house.company_id}:{doubled}")
    orphan = copied(desk, f"{desk.house.company_id}:999001")
    strange = copied(desk, "pedido do João")
    fresh = desk.order(customer, **NOTES)
    # No differences: what a rule keeps, what people move, what takes no part.
    desk.by_hand(kept, comments="à mão")
    desk.by_hand(staged, stageId="PREPARATION")
    yesterday = (desk.today - timedelta(days=1)).isoformat()
    desk.order(customer, data=yesterday, dataSaida=yesterday)
    filtered = desk.order(customer)
    desk.situation(filtered, DESPACHADO)

    found = await both.compare(Kind.ORDER)

    assert told(found) == {
        ("differs", "edited_in_bitrix24", titled),
        ("differs", "edited_in_bitrix24", noted),
        ("differs", "edited_in_bitrix24", rowed),
        ("differs", "changed_in_bling", resold),
        ("differs", "changed_in_bling", moved),
        ("differs", "changed_on_both", met),
        ("deleted", "gone_in_bling", gone),
        ("deleted", "deleted_in_bitrix24", thrown),
        ("double", "two_in_bitrix24", doubled),
        ("orphan", "gone_in_bling", 999001),
        ("orphan", "bad_mark", None),
        ("missing", "never_synced", fresh),
    }
    assert len(found) == 12

    assert await both.repair() == 9
    for deal in (copy, orphan, strange):
        desk.house.portal.call("crm.item.delete", entityTypeId=2, id=deal)
    assert await both.compare(Kind.ORDER) == []
    assert desk.deal(titled)["title"] != "Negócio do João"
    assert [row["productName"] for row in desk.deal(rowed)["rows"]] == ["Copo"]
    assert (desk.deal(kept)["comments"], desk.deal(staged)["stageId"]) == ("à mão", "PREPARATION")
    assert desk.deal(resold)["opportunity"] == 40
