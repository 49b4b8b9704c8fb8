"""Orders become deals, and what changes in them changes there."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from connector.domain.events import Kind, Source
from connector.domain.mapping import default
from tests.support.clerk import item, sum_of
from tests.support.order_desk import OrderDesk


async def test_an_order_becomes_a_deal_with_its_rows(desk: OrderDesk):
    order = desk.order(items=[item(valor=29.7, quantidade=5), item(descricao="Tampa", valor=0.33)])
    event = await desk.told(order, action="created")
    assert await desk.outcome(event) == ("created", None)
    deal = desk.deal(order)
    number = desk.read(order)["numero"]
    assert deal["title"] == f"Pedido {number} – Maria da Silva"
    assert (deal["opportunity"], deal["isManualOpportunity"], deal["currencyId"]) == (149.16, "N", "BRL")
    assert [row["productName"] for row in deal["rows"]] == ["Copo", "Tampa"]
    assert sum_of(deal["rows"]) == Decimal("149.16")
    assert deal["begindate"][:10] == desk.today.isoformat()


async def test_an_order_changes_only_what_changed(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, itens=[item(valor=12)], observacoes="urgente")
    event = await desk.told(order, seconds=5)
    assert await desk.outcome(event) == ("updated", None)
    deal = desk.deal(order)
    assert (deal["opportunity"], deal["comments"]) == (24, "urgente")
    (update,) = desk.house.commands("crm.item.update")
    assert [
        name for name in ("comments", "title", "stageId", "originId", "opportunity") if name in update
    ] == ["comments"]


async def test_other_words_leave_the_rows_alone(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, observacoes="urgente")
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.house.commands("crm.item.productrow.set") == []


async def test_other_rows_leave_the_fields_alone(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, itens=[item(), item(descricao="Tampa", valor=1)])
    await desk.outcome(await desk.told(order, seconds=5))
    assert desk.house.commands("crm.item.update") == []
    assert [row["productName"] for row in desk.deal(order)["rows"]] == ["Copo", "Tampa"]
    assert desk.deal(order)["opportunity"] == 23


async def test_an_amount_fixed_by_hand_gives_way_to_new_rows(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, isManualOpportunity="Y", opportunity=999)
    desk.change(order, itens=[item(valor=12)])
    event = await desk.told(order, seconds=5)
    await desk.house.drain()
    await desk.retried()
    assert await desk.house.outcome(event) == ("updated", None)
    assert (desk.deal(order)["opportunity"], desk.deal(order)["isManualOpportunity"]) == (24, "N")


async def test_an_unchanged_order_is_not_written(desk: OrderDesk):
    order = await desk.synced()
    event = await desk.told(order, seconds=5)
    desk.house.forget_calls()
    assert await desk.outcome(event) == ("unchanged", None)
    assert desk.house.calls("bitrix24") == []
    assert len(desk.house.calls("bling")) == 1


async def test_an_older_message_is_stale(desk: OrderDesk):
    order = desk.order()
    await desk.outcome(await desk.told(order, seconds=10))
    stale = await desk.told(order, seconds=5)
    desk.house.forget_calls()
    assert await desk.outcome(stale) == ("skipped", "stale")
    assert desk.house.calls("bling") == []


async def test_two_payloads_within_a_second_are_read(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, observacoes="primeiro")
    await desk.outcome(await desk.told(order, seconds=5))
    desk.change(order, observacoes="segundo", itens=[item(valor=3)])
    event = await desk.told(order, seconds=5)
    assert await desk.outcome(event) == ("updated", None)
    assert desk.deal(order)["comments"] == "segundo"


async def test_ten_messages_about_an_order_are_one_read_and_one_write(desk: OrderDesk):
    order = desk.order()
    actions = ["created"] + ["updated"] * 9
    events = [await desk.told(order, action=action, seconds=at) for at, action in enumerate(actions)]
    desk.house.forget_calls()
    await desk.house.drain()
    outcomes = [await desk.house.outcome(event) for event in events]
    assert outcomes == [("created", "superseded")] * 9 + [("created", None)]
    reads = [call for call in desk.house.calls("bling") if "/pedidos/vendas/" in call["path"]]
    assert len(reads) == 1
    assert len(desk.house.commands("crm.item.add?entityTypeId=2")) == 1
    assert len(desk.deals()) == 1


async def test_an_import_makes_deals_as_a_message_does(desk: OrderDesk):
    order = desk.order()
    event = await desk.told(order, source=Source.IMPORT)
    assert await desk.outcome(event) == ("created", None)
    assert desk.deal(order)["opportunity"] == 21


async def test_another_customer_takes_the_place_of_the_former(desk: OrderDesk):
    order = await desk.synced()
    former = desk.deal(order)["contactId"]
    desk.change(order, contato={"id": desk.contact(nome="João Souza")})
    await desk.outcome(await desk.told(order, seconds=5))
    deal = desk.deal(order)
    assert deal["contactId"] not in (former, 0, None)
    assert deal["title"].endswith("João Souza")


async def test_a_firm_takes_the_place_of_a_person(desk: OrderDesk):
    order = await desk.synced()
    desk.change(order, contato={"id": desk.contact(nome="Loja Ltda", tipo="J")})
    await desk.outcome(await desk.told(order, seconds=5))
    deal = desk.deal(order)
    (company,) = desk.house.dump()["companies"]
    assert deal["companyId"] == company["id"]
    assert not deal["contactId"]
    again = await desk.told(order, seconds=6)
    assert await desk.outcome(again) == ("unchanged", None)


async def test_a_replay_of_what_is_equal_changes_nothing(desk: OrderDesk):
    order = await desk.synced()
    assert await desk.replayed(order) == ("unchanged", None)


async def test_a_replay_of_a_long_order_changes_nothing(desk: OrderDesk):
    order = await desk.synced(items=[item(descricao=f"Copo {one}") for one in range(120)])
    assert await desk.replayed(order) == ("unchanged", None)


async def test_a_replay_undoes_what_was_edited_by_hand(desk: OrderDesk):
    order = await desk.synced()
    desk.by_hand(order, title="Outro")
    desk.house.portal.call(
        "crm.item.productrow.set", ownerType="D", ownerId=desk.deal(order)["id"], productRows=[]
    )
    assert await desk.replayed(order) == ("updated", None)
    deal = desk.deal(order)
    assert deal["title"].startswith("Pedido")
    assert (len(deal["rows"]), deal["opportunity"]) == (1, 21)


async def test_an_edit_that_the_tenant_keeps_stays(desk: OrderDesk):
    (words,) = (rule for rule in default(Kind.ORDER).rules if rule.id == "observacoes")
    await desk.map(Kind.ORDER, msgspec.structs.replace(words, policy="keep"))
    order = await desk.synced(observacoes="primeiro")
    desk.by_hand(order, comments="ligar antes")
    for seconds, words_in_bling in enumerate(("segundo", "terceiro"), 5):
        desk.change(order, observacoes=words_in_bling, itens=[item(valor=seconds)])
        assert await desk.outcome(await desk.told(order, seconds=seconds)) == ("updated", None)
        assert (desk.deal(order)["comments"], desk.deal(order)["opportunity"]) == ("ligar antes", 2 * seconds)
    assert await desk.replayed(order) == ("unchanged", None)


async def test_an_edit_that_bling_rules_over_goes_with_the_next_change(desk: OrderDesk):
    order = await desk.synced(observacoes="primeiro")
    desk.by_hand(order, comments="ligar antes")
    desk.change(order, observacoes="segundo")
    assert await desk.outcome(await desk.told(order, seconds=5)) == ("updated", None)
    assert desk.deal(order)["comments"] == "segundo"
