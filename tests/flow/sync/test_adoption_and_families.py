"""Taking over what the portal has; parents and variations in any order; deletion."""

from __future__ import annotations

from typing import Any

from tests.support.house import House


def by_hand(house: House, **fields: Any) -> int:
    """A product that somebody made in the portal."""
    made = house.portal.product(iblockId=house.catalogue.product_iblock_id, **fields)
    product_id: int = made["id"]
    return product_id


async def test_a_product_with_the_same_sku_is_adopted(open_house: House):
    product_id = by_hand(open_house, name="Feito à mão", xmlId="SKU-1001")
    event = await open_house.told(nome="Copo")
    await open_house.drain()
    product = open_house.product()
    assert (product["id"], product["name"], product["price"]) == (product_id, "Copo", 4.99)
    assert await open_house.outcome(event) == ("updated", None)


async def test_the_sku_is_not_mixed_up_with_bitrix24s_own_filling(open_house: House):
    product_id = by_hand(open_house, name="Sem código")
    await open_house.told(codigo=str(product_id))
    await open_house.drain()
    assert open_house.product()["id"] != product_id


async def test_a_sku_that_another_record_holds_waits_for_a_person(open_house: House):
    await open_house.told(1001, codigo="X")
    await open_house.drain()
    event = await open_house.told(1002, codigo="X")
    await open_house.drain()
    assert await open_house.outcome(event) == ("held", "ambiguous")
    link = await open_house.link(1002)
    assert link["state"] == "needs_you"


async def test_two_new_records_with_one_sku_are_not_both_made(open_house: House):
    await open_house.told(1001, codigo="X")
    await open_house.told(1002, codigo="X")
    await open_house.drain()
    await open_house.due_now()
    await open_house.drain()
    assert len(open_house.products()) == 1
    row = await open_house.row("SELECT reason FROM inbox WHERE tenant_id = $1")
    assert row["reason"] == "ambiguous"


async def test_adoption_needs_the_update_tick(house: House):
    await house.tick("product.create")
    by_hand(house, name="Feito à mão", xmlId="SKU-1001")
    event = await house.told()
    await house.drain()
    assert await house.outcome(event) == ("skipped", "toggle_off")


async def test_a_deleted_product_is_deactivated_when_ticked(open_house: House):
    await open_house.told()
    await open_house.drain()
    event = await open_house.told(action="deleted", seconds=5)
    await open_house.drain()
    assert open_house.product()["active"] == "N"
    assert await open_house.outcome(event) == ("updated", None)
    assert (await open_house.link())["state"] == "deleted"


async def test_one_in_the_bin_is_like_a_deleted_one(open_house: House):
    await open_house.told()
    await open_house.drain()
    await open_house.told(situacao="E", seconds=5)
    await open_house.drain()
    assert open_house.product()["active"] == "N"


async def test_deleting_needs_its_tick(house: House):
    await house.tick("product.create", "product.update")
    await house.told()
    await house.drain()
    event = await house.told(action="deleted", seconds=5)
    await house.drain()
    assert await house.outcome(event) == ("skipped", "toggle_off")
    assert house.product()["active"] == "Y"


async def test_a_product_that_comes_back_from_the_bin_is_active_again(open_house: House):
    bling_id = open_house.in_bling(nome="Volta", codigo="V-1", preco=2)
    await open_house.told(bling_id, nome="Volta", codigo="V-1", preco=2)
    await open_house.drain()
    await open_house.told(bling_id, action="deleted", seconds=5)
    await open_house.drain()
    await open_house.told(bling_id, seconds=9, nome="Volta", codigo="V-1", preco=2)
    await open_house.drain()
    assert open_house.product(bling_id)["active"] == "Y"
    assert (await open_house.link(bling_id))["state"] == "in_step"


def shirt(house: House) -> tuple[int, list[dict[str, Any]]]:
    """A parent with two variations in Bling; its id and its children."""
    variations = [
        {
            "nome": f"Tamanho:{size}",
            "codigo": f"CAM-{size}",
            "preco": price,
            "tipo": "P",
            "situacao": "A",
            "formato": "S",
            "variacao": {"nome": f"Tamanho:{size}", "ordem": order, "produtoPai": {"cloneInfo": False}},
        }
        for order, (size, price) in enumerate([("P", 10), ("G", 12)], 1)
    ]
    parent = house.in_bling(nome="Camiseta", codigo="CAM", formato="V", variacoes=variations)
    bling = house.sandbox.ready["bling"]["api_url"]
    answer = house.sandbox.client.get(f"{bling}/produtos/variacoes/{parent}", headers=house.bling_headers)
    children = answer.raise_for_status().json()["data"]["variacoes"]
    house.forget_calls()
    return parent, children


async def test_a_parent_brings_its_variations(open_house: House):
    parent, children = shirt(open_house)
    await open_house.told(parent, nome="Camiseta", codigo="CAM", formato="V")
    await open_house.drain()
    sku = open_house.product(parent)
    offers = [open_house.product(child["id"]) for child in children]
    assert [offer["price"] for offer in offers] == [10, 12]
    assert {offer["parentId"]["value"] for offer in offers} == {str(sku["id"])}
    assert sku["price"] is None


async def test_a_variation_that_comes_first_brings_its_parent(open_house: House):
    parent, children = shirt(open_house)
    child = children[0]
    await open_house.told(
        child["id"], nome=child["nome"], codigo=child["codigo"], preco=10, idProdutoPai=parent
    )
    await open_house.drain()
    assert open_house.product(child["id"])["parentId"]["value"] == str(open_house.product(parent)["id"])


async def test_all_of_a_family_in_any_order_is_made_once(open_house: House):
    parent, children = shirt(open_house)
    for child in children:
        await open_house.told(
            child["id"], nome=child["nome"], codigo=child["codigo"], preco=child["preco"], idProdutoPai=parent
        )
    await open_house.told(parent, nome="Camiseta", codigo="CAM", formato="V")
    await open_house.drain()
    assert len(open_house.products()) == 3
    answered = [call for call in open_house.calls("bling") if call["status"] == 200]
    assert len(answered) == 1


async def test_a_known_variations_update_reads_nothing(open_house: House):
    parent, children = shirt(open_house)
    await open_house.told(parent, nome="Camiseta", codigo="CAM", formato="V")
    await open_house.drain()
    open_house.forget_calls()
    child = children[0]
    await open_house.told(
        child["id"], seconds=5, nome=child["nome"], codigo=child["codigo"], preco=11, idProdutoPai=parent
    )
    await open_house.drain()
    assert open_house.product(child["id"])["price"] == 11
    assert open_house.calls("bling") == []


async def test_a_product_that_got_variations_is_made_anew(open_house: House):
    parent, _ = shirt(open_house)
    await open_house.told(parent, nome="Camiseta", codigo="CAM", preco=10)
    await open_house.drain()
    old = open_house.product(parent)
    await open_house.told(parent, seconds=5, nome="Camiseta", codigo="CAM", formato="V")
    await open_house.drain()
    made = [row for row in open_house.products() if row["link"] == str(parent)]
    assert [row["active"] for row in sorted(made, key=lambda row: row["id"])] == ["N", "Y"]
    assert (await open_house.link(parent))["bitrix_id"] != old["id"]


async def test_an_orphan_fails_alone(open_house: House):
    event = await open_house.told(2001, idProdutoPai=999)
    other = await open_house.told(1001)
    await open_house.drain()
    assert await open_house.outcome(event) == ("failed", "parent_missing")
    assert await open_house.outcome(other) == ("created", None)


async def test_a_parents_event_brings_what_changed_in_its_variations(open_house: House):
    open_house.sandbox.control("limits", {"enforce": False})
    parent, children = shirt(open_house)
    told = {"nome": "Camiseta", "codigo": "CAM", "formato": "V"}
    await open_house.told(parent, **told)
    await open_house.drain()
    bling = open_house.sandbox.ready["bling"]["api_url"]
    child = children[0]["id"]
    open_house.sandbox.client.patch(
        f"{bling}/produtos/{child}", json={"preco": 44}, headers=open_house.bling_headers
    ).raise_for_status()
    open_house.forget_calls()
    event = await open_house.told(parent, seconds=5, **told)
    await open_house.drain()
    assert open_house.product(child)["price"] == 44
    assert await open_house.outcome(event) == ("unchanged", None)


async def test_a_family_is_not_read_when_nothing_may_be_written(house: House):
    parent, _ = shirt(house)
    await house.told(parent, nome="Camiseta", codigo="CAM", formato="V")
    await house.drain()
    assert house.calls("bling") == []
