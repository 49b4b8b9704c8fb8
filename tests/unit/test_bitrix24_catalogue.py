"""Catalogue commands and what their answers mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.bitrix24 import catalogue
from connector.bitrix24.encoding import encoded
from connector.domain.vendor import Transient

ROW = {
    "id": 1243,
    "iblockId": 23,
    "name": "Camiseta",
    "active": "Y",
    "type": 1,
    "xmlId": "SKU-1",
    "property101": {"value": "16842381890", "valueId": "9735"},
    "parentId": None,
}


def test_the_link_is_looked_for_in_the_property() -> None:
    command = catalogue.find_by_link(23, 101, [16842381890, 5])
    assert command.method == "catalog.product.list"
    assert command.params["filter"] == {"iblockId": 23, "property101": ["16842381890", "5"]}
    assert {"id", "iblockId", "property101", "xmlId"} <= set(command.params["select"])
    assert encoded("m", command.params) is not None


def test_records_are_decoded() -> None:
    (found,) = catalogue.found({"products": [ROW]}, 101)
    assert (found.id, found.iblock_id, found.type, found.active) == (1243, 23, 1, True)
    assert (found.link, found.sku, found.parent_id) == ("16842381890", "SKU-1", None)


def test_an_offer_knows_its_parent() -> None:
    (found,) = catalogue.found({"products": [{**ROW, "parentId": {"value": "1275", "valueId": "9"}}]}, 101)
    assert found.parent_id == 1275


def test_the_filled_in_xml_id_is_no_sku() -> None:
    (found,) = catalogue.found({"products": [{**ROW, "xmlId": "1243"}]}, 101)
    assert (found.xml_id, found.sku) == ("1243", "")


@pytest.mark.parametrize("unset", [None, [], {"value": None, "valueId": "1"}])
def test_an_unset_link_is_empty(unset: object) -> None:
    (found,) = catalogue.found({"products": [{**ROW, "property101": unset}]}, 101)
    assert found.link == ""


@pytest.mark.parametrize("name", ["element", "sku", "offer", "price"])
def test_the_id_of_what_was_written(name: str) -> None:
    assert catalogue.written_id({name: {"id": "77"}}) == 77


@pytest.mark.parametrize("strange", [None, [], {}, True, {"element": None}])
def test_an_answer_without_a_record_is_no_success(strange: object) -> None:
    with pytest.raises(Transient):
        catalogue.written_id(strange)


def test_nothing_found_may_come_as_an_empty_list() -> None:
    assert catalogue.found([], 101) == []
    assert catalogue.prices({"prices": []}) == []


def test_prices_are_decimals() -> None:
    row = {"id": 3, "productId": 1, "catalogGroupId": 1, "price": Decimal("100.50"), "currency": "BRL"}
    (price,) = catalogue.prices({"prices": [row]})
    assert (price.id, price.product_id, price.price) == (3, 1, Decimal("100.50"))


def test_prices_are_written_one_by_one() -> None:
    added = catalogue.add_price(7, 1, "10.90")
    assert added.method == "catalog.price.add"
    assert added.params["fields"] == {
        "productId": 7,
        "catalogGroupId": 1,
        "price": "10.90",
        "currency": "BRL",
    }
    assert catalogue.update_price(3, Decimal("10.9")).params["fields"]["price"] == "10.9"
