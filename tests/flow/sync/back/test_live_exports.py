"""What somebody changes in Bitrix24 goes to Bling, once, and its echoes come to rest."""

from __future__ import annotations

from tests.support.returns import Returns
from tests.support.waiting import another_second


async def test_a_product_made_in_bitrix24_is_made_in_bling(returns: Returns):
    made = returns.add(name="Copo & 100% çã", xmlId="B-1", price=12.5)
    await returns.rest()
    (product,) = returns.bling_products()
    assert (product["nome"], product["codigo"], product["preco"], product["situacao"]) == (
        "Copo & 100% çã",
        "B-1",
        12.5,
        "A",
    )
    assert returns.b24_product(made)["link"] == str(product["id"])
    assert len(returns.house.products()) == 1


async def test_its_pair_is_in_step_under_blings_id(returns: Returns):
    made = returns.add(name="Copo", xmlId="B-1", price=12.5)
    await returns.rest()
    (product,) = returns.bling_products()
    link = await returns.house.link(product["id"])
    assert (link["bitrix_id"], link["state"], link["sku"]) == (made, "in_step", "B-1")
    rows = await returns.house.row("SELECT count(*) AS n FROM link WHERE tenant_id = $1")
    counts = await returns.house.row("SELECT sum(n) AS n FROM link_count WHERE tenant_id = $1")
    assert rows["n"] == counts["n"] == 1


async def test_an_edit_in_bitrix24_writes_only_what_changed(returns: Returns):
    bling_id, product_id = await returns.pair(marca="Acme")
    returns.edit(product_id, name="Caneca")
    await returns.rest()
    product = returns.bling_product(bling_id)
    assert (product["nome"], product["marca"], product["preco"]) == ("Caneca", "Acme", 4.99)
    assert returns.writes() == [f"PATCH /produtos/{bling_id}"]


async def test_a_price_alone_goes_back_too(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, price=9.9)
    await returns.rest()
    assert returns.bling_product(bling_id)["preco"] == 9.9


async def test_after_an_export_nothing_more_is_called(returns: Returns):
    _, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca")
    await returns.rest()
    returns.house.forget_calls()
    await returns.rest()
    assert returns.asked("bling") == []
    assert [call["method"] for call in returns.asked("bitrix24")] == ["event.offline.get"]


async def test_blings_message_about_our_own_write_asks_nobody(returns: Returns):
    bling_id, product_id = await returns.pair()
    # Two messages of one second with different words are a doubt, and a doubt is read.
    await another_second()
    returns.edit(product_id, name="Caneca")
    await returns.look()
    await returns.house.drain()
    returns.house.forget_calls()
    assert await returns.hear() == 1
    await returns.house.drain()
    row = await returns.house.row(
        "SELECT outcome FROM event WHERE tenant_id = $1 AND source = 'bling' ORDER BY id DESC LIMIT 1"
    )
    assert row["outcome"] == "unchanged"
    assert returns.asked("bling") == returns.asked("bitrix24") == []
    assert returns.bling_product(bling_id)["nome"] == "Caneca"
