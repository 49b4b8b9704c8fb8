"""The sandbox's catalogue answers as Bitrix24's, traps and all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def _list(portal: Portal, iblock_id: int, **filter_: Any) -> list[dict[str, Any]]:
    select = ["id", "iblockId", "name", "xmlId", "type"]
    found: list[dict[str, Any]] = portal.call(
        "catalog.product.list", select=select, filter={"iblockId": iblock_id} | filter_
    )["products"]
    return found


def test_a_product_without_xml_id_takes_its_own_id(portal: Portal) -> None:
    made = portal.product()
    assert made["xmlId"] == str(made["id"])
    assert portal.product(xmlId="")["xmlId"] not in ("", made["xmlId"])
    assert portal.product(xmlId="SKU-1")["xmlId"] == "SKU-1"


def test_numbers_sent_as_texts_come_back_as_numbers(portal: Portal) -> None:
    made = portal.product(iblockId=str(portal.iblocks()[0]), weight="1.50", measure="4", active="N")
    assert (made["weight"], made["measure"], made["active"], made["type"]) == (1.5, 4, "N", 1)


def test_purchasing_price_is_a_text_in_get_and_a_number_in_lists(portal: Portal) -> None:
    made = portal.product(purchasingPrice=1000, purchasingCurrency="BRL")
    assert made["purchasingPrice"] == "1000.000000"
    rows = portal.call(
        "catalog.product.list",
        select=["id", "iblockId", "purchasingPrice"],
        filter={"iblockId": made["iblockId"], "id": made["id"]},
    )
    assert rows["products"] == [{"iblockId": made["iblockId"], "id": made["id"], "purchasingPrice": 1000}]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "Required fields: name"),
        ({"iblockId": None}, "Required fields: iblockId"),
    ],
)
def test_required_fields_are_demanded(portal: Portal, fields: dict[str, Any], text: str) -> None:
    sent = {"iblockId": portal.iblocks()[0], "name": "x"} | fields
    assert portal.refusal("catalog.product.add", fields=sent) == (400, 0, text)


def test_a_code_is_unique_among_products(portal: Portal) -> None:
    first = portal.product(code="copo")
    assert (
        portal.refusal(
            "catalog.product.add", fields={"iblockId": first["iblockId"], "name": "x", "code": "copo"}
        )[1]
        == 0
    )
    portal.call("catalog.product.update", id=first["id"], fields={"code": "copo"})
    portal.call("catalog.product.delete", id=first["id"])
    assert portal.product(code="copo")["code"] == "copo"


def test_lists_demand_id_and_iblock(portal: Portal) -> None:
    products, _ = portal.iblocks()
    assert portal.refusal("catalog.product.list", select=["id", "name"], filter={"iblockId": products})[
        2
    ] == ("Required select fields: iblockId")
    assert portal.refusal("catalog.product.list", select=["id", "iblockId"], filter={"id": 1})[2] == (
        "Required filter fields: iblockId"
    )


def test_unknown_parameters_and_orders_are_ignored(portal: Portal) -> None:
    made = portal.product()
    rows = portal.call(
        "catalog.product.list",
        select=["id", "iblockId", "nothing"],
        filter={"iblockId": made["iblockId"]},
        order={"nothing": "asc", "id": "desc"},
        whatever=1,
    )["products"]
    assert rows == [{"iblockId": made["iblockId"], "id": made["id"]}]


def test_pages_of_fifty_and_the_fast_form(portal: Portal) -> None:
    products, _ = portal.iblocks()
    cmd = {f"p{n}": f"catalog.product.add?fields[iblockId]={products}&fields[name]=n{n}" for n in range(50)}
    portal.call("batch", cmd=cmd)
    last = portal.product()["id"]
    body = {"select": ["id", "iblockId"], "filter": {"iblockId": products}}
    first = portal.post("catalog.product.list", **body).json()
    assert (len(first["result"]["products"]), first["total"], first["next"]) == (50, 51, 50)
    second = portal.post("catalog.product.list", **body, start=50).json()
    assert [row["id"] for row in second["result"]["products"]] == [last]
    assert "next" not in second
    fast = portal.post("catalog.product.list", **body, start=-1, order={"id": "ASC"}).json()
    assert len(fast["result"]["products"]) == 50
    assert not {"total", "next"} & set(fast)
    body["filter"] |= {">id": fast["result"]["products"][-1]["id"]}
    rest = portal.post("catalog.product.list", **body, start=-1).json()["result"]["products"]
    assert [row["id"] for row in rest] == [last]


def test_property_values_are_texts_with_an_id_of_their_own(portal: Portal) -> None:
    products, _ = portal.iblocks()
    single, multiple = portal.property(products), portal.property(products, name="Cores", multiple="Y")
    made = portal.product(**{single: 5_000_000_001, multiple: ["azul", {"value": "verde"}]})
    assert made[single]["value"] == "5000000001"
    assert isinstance(made[single]["valueId"], str)
    assert [item["value"] for item in made[multiple]] == ["azul", "verde"]
    again = portal.call("catalog.product.update", id=made["id"], fields={single: {"value": "7"}})["element"]
    assert again[single]["value"] == "7"
    assert again[single]["valueId"] != made[single]["valueId"]
    assert again[multiple] == made[multiple]
    gone = portal.call("catalog.product.update", id=made["id"], fields={single: ""})["element"]
    assert gone[single] is None


def test_a_property_belongs_to_one_iblock(portal: Portal) -> None:
    products, offers = portal.iblocks()
    of_products, of_offers = portal.property(products), portal.property(offers)
    assert of_products != of_offers
    made = portal.product(**{of_products: "1", of_offers: "2"})
    assert made[of_products]["value"] == "1"
    assert of_offers not in made


def test_filters_find_by_property_and_xml_id_exactly_and_by_list(portal: Portal) -> None:
    products, _ = portal.iblocks()
    link = portal.property(products)
    first = portal.product(xmlId="A", **{link: "9636"})
    second = portal.product(xmlId="A", **{link: "96"})
    assert [row["id"] for row in _list(portal, products, **{link: "9636"})] == [first["id"]]
    assert len(_list(portal, products, **{link: ["96", "9636", "1"]})) == 2
    assert len(_list(portal, products, xmlId="A")) == 2
    assert [row["id"] for row in _list(portal, products, xmlId=["A"], **{link: 96})] == [second["id"]]
    assert _list(portal, products, xmlId="a%") == []


def test_a_lookup_forgets_former_values(portal: Portal) -> None:
    products, _ = portal.iblocks()
    link = portal.property(products)
    made = portal.product(xmlId="A", **{link: "1"})
    portal.call("catalog.product.update", id=made["id"], fields={"xmlId": "B", link: "2"})
    assert _list(portal, products, xmlId="A") == []
    assert _list(portal, products, **{link: "1"}) == []
    assert _list(portal, products, xmlId="B", **{link: "2"})[0]["id"] == made["id"]
    portal.call("catalog.product.delete", id=made["id"])
    assert _list(portal, products, **{link: "2"}) == []


def test_required_properties_are_enforced(portal: Portal) -> None:
    products, _ = portal.iblocks()
    brand = portal.property(products, name="Marca", isRequired="Y")
    status, error, text = portal.refusal("catalog.product.add", fields={"iblockId": products, "name": "x"})
    assert (status, error) == (400, 0)
    assert "Marca" in text
    made = portal.product(**{brand: {"value": "Aurora"}})
    portal.call("catalog.product.update", id=made["id"], fields={"name": "y"})
    assert portal.refusal("catalog.product.update", id=made["id"], fields={brand: ""})[1] == 0


def test_a_parent_becomes_one_with_its_first_offer(portal: Portal) -> None:
    products, offers = portal.iblocks()
    parent = portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": "Avental"})["sku"]
    assert (parent["type"], parent["measure"], parent["quantity"]) == (6, None, None)
    sent = {"iblockId": offers, "name": "Avental P", "parentId": parent["id"]}
    offer = portal.call("catalog.product.offer.add", fields=sent)["offer"]
    assert (offer["type"], offer["parentId"]["value"]) == (4, str(parent["id"]))
    assert portal.call("catalog.product.get", id=parent["id"])["product"]["type"] == 3
    assert [row["type"] for row in _list(portal, products)] == [3]
    select = ["id", "iblockId", "parentId"]
    found = portal.call(
        "catalog.product.offer.list", select=select, filter={"iblockId": offers, "parentId": [parent["id"]]}
    )["offers"]
    assert found == [{"id": offer["id"], "iblockId": offers, "parentId": offer["parentId"]}]
    portal.call("catalog.product.offer.delete", id=offer["id"])
    assert portal.call("catalog.product.sku.get", id=parent["id"])["sku"]["type"] == 6


def test_an_offer_without_parent_is_loose_and_a_wrong_parent_is_refused(portal: Portal) -> None:
    _, offers = portal.iblocks()
    loose = portal.call("catalog.product.offer.add", fields={"iblockId": offers, "name": "Solta"})["offer"]
    assert (loose["type"], loose["parentId"]) == (5, None)
    simple = portal.product()
    for wrong in (999_999, simple["id"]):
        sent = {"iblockId": offers, "name": "x", "parentId": wrong}
        assert portal.refusal("catalog.product.offer.add", fields=sent)[1] == 0


def test_the_narrow_lists_see_their_kind_alone(portal: Portal) -> None:
    products, _ = portal.iblocks()
    simple = portal.product()
    parent = portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": "P"})["sku"]
    body = {"select": ["id", "iblockId"], "filter": {"iblockId": products}}
    assert [row["id"] for row in portal.call("catalog.product.sku.list", **body)["units"]] == [parent["id"]]
    assert len(portal.call("catalog.product.list", **body)["products"]) == 2
    assert portal.refusal("catalog.product.sku.get", id=simple["id"])[1] == 0


def _price(product_id: int, group: int = 1, value: Any = "10.50", **more: Any) -> dict[str, Any]:
    return {"productId": product_id, "catalogGroupId": group, "price": value, "currency": "BRL"} | more


def test_a_second_price_of_a_type_is_refused(portal: Portal) -> None:
    made = portal.product()
    first = portal.call("catalog.price.add", fields=_price(made["id"]))["price"]
    assert (first["price"], first["catalogGroupId"]) == (10.5, 1)
    status, error, text = portal.refusal("catalog.price.add", fields=_price(made["id"]))
    assert (status, error) == (400, 0)
    assert text.endswith("has only single price without ranges in price group.")
    assert portal.call("catalog.price.add", fields=_price(made["id"], 2))["price"]["catalogGroupId"] == 2


def test_an_update_touches_one_price_alone(portal: Portal) -> None:
    made = portal.product()
    base, other = (portal.call("catalog.price.add", fields=_price(made["id"], g))["price"] for g in (1, 2))
    updated = portal.call("catalog.price.update", id=base["id"], fields={"price": "11", "currency": "BRL"})[
        "price"
    ]
    assert (updated["id"], updated["price"]) == (base["id"], 11)
    rows = portal.call("catalog.price.list", filter={"productId": [made["id"]]})["prices"]
    assert {row["id"]: row["price"] for row in rows} == {base["id"]: 11, other["id"]: 10.5}
    assert portal.refusal("catalog.price.update", id=999_999, fields={"price": 1, "currency": "BRL"}) == (
        400,
        0,
        "Price is not exists",
    )
    assert portal.refusal("catalog.price.update", id=base["id"], fields={"name": "x"})[2] == (
        "Required fields: price, currency"
    )


def test_modify_deletes_what_is_not_listed(portal: Portal) -> None:
    made = portal.product()
    base, _ = (portal.call("catalog.price.add", fields=_price(made["id"], g))["price"] for g in (1, 2))
    listed = {"id": base["id"], "catalogGroupId": 1, "price": 12, "currency": "BRL"}
    kept = portal.call("catalog.price.modify", fields={"product": {"id": made["id"], "prices": [listed]}})
    assert [(price["id"], price["price"]) for price in kept["prices"]] == [(base["id"], 12)]
    assert len(portal.call("catalog.price.list", filter={"productId": made["id"]})["prices"]) == 1


def test_prices_need_an_element_a_type_and_no_parent(portal: Portal) -> None:
    products, _ = portal.iblocks()
    parent = portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": "P"})["sku"]
    assert portal.refusal("catalog.price.add", fields=_price(parent["id"]))[1] == 0
    assert portal.refusal("catalog.price.add", fields=_price(999_999))[1] == 200040300030
    assert "price group is wrong" in portal.refusal("catalog.price.add", fields=_price(parent["id"], 9))[2]


def test_the_base_price_type_is_not_the_only_one(portal: Portal) -> None:
    rows = portal.call("catalog.priceType.list", select=["id", "name", "xmlId"])["priceTypes"]
    assert rows[0] == {"id": 1, "name": "BASE", "xmlId": "BASE"}
    assert len(rows) == 2


def test_sections_and_pictures(portal: Portal) -> None:
    products, _ = portal.iblocks()
    made = portal.call("catalog.section.add", fields={"iblockId": products, "name": "Copos", "sort": "100"})
    section = made["section"]
    assert section["sort"] == 100
    renamed = portal.call("catalog.section.update", id=section["id"], fields={"name": "Taças"})["section"]
    assert (
        renamed
        == portal.call("catalog.section.get", id=section["id"])["section"]
        == section | {"name": "Taças"}
    )
    section = renamed
    assert section in portal.call("catalog.section.list", filter={"iblockId": products})["sections"]
    product = portal.product(iblockSectionId=section["id"])
    sent = {"fields": {"productId": product["id"], "type": "MORE_PHOTO"}, "fileContent": ["a.png", "aGk="]}
    image = portal.call("catalog.productImage.add", **sent)["productImage"]
    assert (image["name"], image["type"]) == ("a.png", "MORE_PHOTO")
    assert portal.call("catalog.productImage.list", productId=product["id"])["productImages"] == [image]


def test_properties_are_described_changed_and_deleted(portal: Portal) -> None:
    products, _ = portal.iblocks()
    name = portal.property(products, code="BLING_ID")
    number = int(name.removeprefix("property"))
    made = portal.product(**{name: "1"})
    found = portal.call("catalog.productProperty.list", filter={"iblockId": products, "code": "BLING_ID"})
    assert [row["id"] for row in found["productProperties"]] == [number]
    renamed = portal.call("catalog.productProperty.update", id=number, fields={"name": "ID no Bling"})
    assert renamed == portal.call("catalog.productProperty.get", id=number)
    assert renamed["productProperty"]["name"] == "ID no Bling"
    assert portal.call("catalog.productProperty.delete", id=number) is True
    assert name not in portal.call("catalog.product.get", id=made["id"])["product"]
    assert _list(portal, products, **{name: "1"}) == []
    assert portal.refusal("catalog.productProperty.get", id=number)[1] == "0"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x", "propertyType": "S"},
        {"iblockId": 1, "name": "x", "propertyType": "S"},
        {"iblockId": 14, "name": "x", "propertyType": "Q"},
    ],
)
def test_a_wrong_property_is_refused(portal: Portal, fields: dict[str, Any]) -> None:
    assert portal.refusal("catalog.productProperty.add", fields=fields)[:2] == (400, "0")


def test_an_offer_moves_to_another_parent(portal: Portal) -> None:
    products, offers = portal.iblocks()
    first, second = (
        portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": n})["sku"]["id"]
        for n in "ab"
    )
    sent = {"iblockId": offers, "name": "O", "parentId": first}
    offer = portal.call("catalog.product.offer.add", fields=sent)["offer"]["id"]
    moved = portal.call("catalog.product.offer.update", id=offer, fields={"parentId": {"value": second}})
    assert moved["offer"]["parentId"]["value"] == str(second)
    assert {row["id"]: row["type"] for row in _list(portal, products)} == {first: 6, second: 3}
    portal.call("catalog.product.delete", id=second)
    assert portal.refusal("catalog.product.get", id=offer)[2] == "product does not exist."


def test_pictures_show_in_the_element(portal: Portal) -> None:
    product = portal.product(detailPicture={"fileData": ["d.png", "aGk="]})
    assert set(product["detailPicture"]) == {"id", "url", "urlMachine"}
    sent = {
        "fields": {"productId": product["id"], "type": "PREVIEW_PICTURE"},
        "fileContent": ["p.png", "aGk="],
    }
    portal.call("catalog.productImage.add", **sent)
    photo = sent | {"fields": {"productId": product["id"], "type": "MORE_PHOTO"}}
    image = portal.call("catalog.productImage.add", **photo)["productImage"]
    shown = portal.call("catalog.product.get", id=product["id"])["product"]
    assert shown["previewPicture"]["id"] != shown["detailPicture"]["id"]
    photos = [value for name, value in shown.items() if name.startswith("property") and value]
    assert [item["value"] for item in photos[0]] == [str(image["id"])]
    assert portal.refusal("catalog.productImage.add", **(sent | {"fileContent": []}))[1] == 0


SHAPES = Path(__file__).parent / "shapes" / "bitrix24_catalogue.json"


@pytest.mark.parametrize("name", list(json.loads(SHAPES.read_text())))
def test_records_have_the_documented_fields(portal: Portal, name: str) -> None:
    """The field names are those of the vendor's documented answers (`bitrix24/b24restdocs`)."""
    products, offers = portal.iblocks()
    parent = portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": "P"})
    offer = portal.call("catalog.product.offer.add", fields={"iblockId": offers, "name": "O"})
    product = portal.product()
    price = portal.call("catalog.price.add", fields=_price(product["id"]))
    made = {"sku": parent["sku"], "offer": offer["offer"], "product": product, "price": price["price"]}
    made["section"] = portal.call("catalog.section.list", filter={"iblockId": products})["sections"][0]
    made["property"] = portal.call("catalog.productProperty.list")["productProperties"][0]
    shown = {field for field in made[name] if not field.startswith("property")} | {
        field for field in made[name] if field == "propertyType"
    }
    assert shown == set(json.loads(SHAPES.read_text())[name])
