"""Running again what went back: the same way, for real and on paper."""

from __future__ import annotations

from uuid import UUID

from connector.domain.events import Kind, RecordKey, Source
from connector.sync.portal.intake import unborn
from connector.sync.replay import IN_BLING, dry_run, replay
from tests.support.returns import Returns


async def test_a_refused_export_run_again_does_not_undo_the_edit(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="x" * 121)
    await returns.rest()
    key = RecordKey(Kind.PRODUCT, returns.house.account_id, bling_id)
    await replay(returns.house.engine, returns.house.tenant_id, key, UUID(int=1))
    await returns.rest()
    assert returns.b24_product(product_id)["name"] == "x" * 121
    assert (await returns.house.link(bling_id))["reason"] == "refused_by_bling"


async def test_an_export_is_run_again_as_an_export(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca")
    returns.house.fault(provider="bling", method="produtos", status=400, error="VALIDATION_ERROR")
    await returns.rest()
    assert returns.bling_product(bling_id)["nome"] == "Copo"
    key = RecordKey(Kind.PRODUCT, returns.house.account_id, bling_id)
    await replay(returns.house.engine, returns.house.tenant_id, key, UUID(int=1), Source.BITRIX24)
    await returns.rest()
    assert returns.bling_product(bling_id)["nome"] == "Caneca"
    assert (await returns.house.link(bling_id))["state"] == "in_step"


async def test_on_paper_nothing_is_written_in_bling(returns: Returns):
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca", active="N")
    key = RecordKey(Kind.PRODUCT, returns.house.account_id, bling_id)
    seen = [
        await dry_run(returns.house.engine, returns.house.tenant_id, key, Source.BITRIX24) for _ in range(2)
    ]
    assert seen[0] == seen[1]
    (write,) = seen[0].writes
    assert (write.shape, write.action, write.values) == (
        IN_BLING,
        "update",
        {"nome": "Caneca", "situacao": "I"},
    )
    assert returns.writes() == []
    assert returns.bling_product(bling_id)["nome"] == "Copo"


async def test_a_product_that_bling_does_not_know_can_be_tried_on_paper(returns: Returns):
    made = returns.add(name="Copo", xmlId="B-1", price=3)
    key = unborn(Kind.PRODUCT, returns.house.account_id, made)
    preview = await dry_run(returns.house.engine, returns.house.tenant_id, key)
    (write,) = preview.writes
    assert (write.bling_id, write.action, write.values["codigo"]) == (None, "create", "B-1")
    assert returns.bling_products() == []


async def test_a_create_that_was_off_is_carried_out_when_it_is_run_again(returns: Returns):
    await returns.house.tick("product.export_create", enabled=False)
    made = returns.add(name="Copo", xmlId="B-1")
    await returns.rest()
    assert returns.bling_products() == []
    await returns.house.tick("product.export_create")
    key = unborn(Kind.PRODUCT, returns.house.account_id, made)
    await replay(returns.house.engine, returns.house.tenant_id, key, UUID(int=1))
    await returns.rest()
    assert [product["codigo"] for product in returns.bling_products()] == ["B-1"]
