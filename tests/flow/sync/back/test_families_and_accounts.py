"""Variations and several accounts on the way back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.support.returns import Returns


async def test_a_variation_edited_in_bitrix24_is_edited_in_bling(returns: Returns):
    parent, child = await _family(returns)
    links = {one: await returns.house.link(one) for one in (parent, child)}
    offer = links[child]["bitrix_id"]
    returns.portal.call("catalog.product.offer.update", id=offer, fields={"xmlId": "G-2"})
    returns.price(offer, 31)
    await returns.rest()
    product = _child(returns, parent, child)
    assert (product["codigo"], product["preco"]) == ("G-2", 31)
    assert returns.writes() == [f"PATCH /produtos/{child}"]


async def test_a_parent_goes_back_without_a_price(returns: Returns):
    parent, child = await _family(returns)
    sku = (await returns.house.link(parent))["bitrix_id"]
    returns.portal.call("catalog.product.sku.update", id=sku, fields={"name": "Camisa nova"})
    await returns.rest()
    assert returns.bling_product(parent)["nome"] == "Camisa nova"
    assert _child(returns, parent, child)["preco"] == 20


async def test_a_variation_made_in_bitrix24_is_not_made_in_bling(returns: Returns):
    parent, _ = await _family(returns)
    sku = (await returns.house.link(parent))["bitrix_id"]
    offers = returns.house.catalogue.offer_iblock_id
    returns.portal.call(
        "catalog.product.offer.add", fields={"iblockId": offers, "name": "Nova", "parentId": sku}
    )
    await returns.rest()
    row = await returns.house.row(
        "SELECT outcome, reason FROM event WHERE tenant_id = $1 AND bling_id < 0 ORDER BY id DESC LIMIT 1"
    )
    assert (row["outcome"], row["reason"]) == ("skipped", "not_supported")
    assert returns.writes() == []


async def test_what_is_born_in_bitrix24_goes_to_the_main_account(returns: Returns):
    await _second_account(returns)
    returns.add(name="Copo", xmlId="B-1")
    await returns.look()
    await returns.house.drain()
    row = await returns.house.row("SELECT account_id FROM link WHERE tenant_id = $1")
    assert row["account_id"] == returns.house.account_id
    assert len(returns.bling_products()) == 1


async def _second_account(returns: Returns) -> None:
    """A branch, connected later."""
    company = returns.house.sandbox.ready["companies"][1]["company_id"]
    async with returns.house.database.system() as conn:
        await conn.execute(
            "INSERT INTO account (tenant_id, id, company_id, name, account_key, main, state, state_since,"
            " created_at) VALUES ($1, $2, $3, 'Filial', 'filial', false, 'connected', now(), now())",
            returns.house.tenant_id,
            uuid4(),
            company,
        )


async def _family(returns: Returns) -> tuple[int, int]:
    """A shirt in one size, on both sides."""
    size = {"nome": "Camisa G", "codigo": "G", "preco": 20, "formato": "S"}
    parent = returns.in_bling(
        nome="Camisa",
        codigo="CAMISA",
        formato="V",
        variacoes=[{**size, "tipo": "P", "situacao": "A", "variacao": {"nome": "Tamanho:G", "ordem": 1}}],
    )
    await returns.rest()
    child = int(returns.bling_product(parent)["variacoes"][0]["id"])
    returns.house.forget_calls()
    return parent, child


def _child(returns: Returns, parent: int, child: int) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in returns.bling_product(parent)["variacoes"] if one["id"] == child]
    return found
