"""What somebody edited in a deal stays where a rule says so; everything else follows Bling."""

from __future__ import annotations

from connector.domain.events import Kind
from connector.domain.mapping import FREE_RULES, Rule
from connector.domain.transforms import Text
from tests.support.clerk import item
from tests.support.order_desk import OrderDesk

KEEPING = Rule(id="observacoes", bling="observacoes", bitrix24="comments", transform=Text(), policy="keep")
OTHERS = [rule for rule in FREE_RULES[Kind.ORDER] if rule.id != KEEPING.id]


async def _deal_with_a_comment(desk: OrderDesk) -> int:
    await desk.house.map(Kind.ORDER, *OTHERS, KEEPING)
    order = desk.order(observacoes="do Bling")
    await desk.told(order, action="created")
    await desk.house.drain()
    assert desk.deal(order)["comments"] == "do Bling"
    return order


async def test_an_edited_comment_stays_when_the_order_changes(desk: OrderDesk) -> None:
    order = await _deal_with_a_comment(desk)
    desk.house.portal.call(
        "crm.item.update", entityTypeId=2, id=desk.deal(order)["id"], fields={"comments": "à mão"}
    )
    for seconds, price in ((5, 20), (9, 30)):
        desk.change(order, itens=[item(valor=price)], observacoes=f"outra {seconds}")
        await desk.told(order, seconds=seconds)
        await desk.house.drain()
        deal = desk.deal(order)
        assert (deal["comments"], deal["opportunity"]) == ("à mão", 2 * price)


async def test_an_edit_stays_when_the_same_comes_again_and_goes_when_it_is_taken_back(
    desk: OrderDesk,
) -> None:
    order = await _deal_with_a_comment(desk)

    async def by_hand(comments: str, seconds: int, **told: str) -> str:
        deal = desk.deal(order)["id"]
        fields = {"comments": comments}
        desk.house.portal.call("crm.item.update", entityTypeId=2, id=deal, fields=fields)
        desk.change(order, **told)
        await desk.told(order, seconds=seconds)
        await desk.house.drain()
        return str(desk.deal(order)["comments"])

    assert await by_hand("à mão", 5, observacoes="outra") == "à mão"
    assert await by_hand("à mão", 7, observacoesInternas="nada de novo") == "à mão"
    assert await by_hand("do Bling", 9, observacoes="mais uma") == "mais uma"


async def test_a_comment_that_nobody_edited_follows_bling(desk: OrderDesk) -> None:
    order = await _deal_with_a_comment(desk)
    desk.change(order, observacoes="novo")
    await desk.told(order, seconds=5)
    await desk.house.drain()
    assert desk.deal(order)["comments"] == "novo"


async def test_rows_edited_by_hand_stay_while_the_order_keeps_its_own(desk: OrderDesk) -> None:
    order = await _deal_with_a_comment(desk)
    deal = desk.deal(order)
    row = {"productName": "Brinde", "price": 1, "quantity": 1}
    desk.house.portal.call("crm.item.productrow.set", ownerType="D", ownerId=deal["id"], productRows=[row])
    desk.change(order, observacoes="só o texto")
    await desk.told(order, seconds=5)
    await desk.house.drain()
    assert [one["productName"] for one in desk.deal(order)["rows"]] == ["Brinde"]
