"""CRM commands and what their answers mean."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.bitrix24 import crm
from connector.bitrix24.crm_setup import INVOICE, INVOICE_LINK
from connector.bitrix24.encoding import encoded
from connector.domain.vendor import Transient

#: As the client encodes direct calls.
DIRECT = msgspec.json.Encoder(decimal_format="number")
ROW = {
    "id": 17700,
    "ownerId": 13150,
    "ownerType": "D",
    "productId": 9701,
    "productName": "Copo térmico 450 ml",
    "price": Decimal("29.7"),
    "priceNetto": Decimal("189.897698"),
    "quantity": 5,
    "discountTypeId": 2,
    "discountRate": Decimal("84.36"),
    "discountSum": Decimal("160.197698"),
    "taxRate": None,
    "measureCode": 796,
    "sort": 10,
}
REQUISITE = {
    "ID": "77",
    "ENTITY_TYPE_ID": "3",
    "ENTITY_ID": "4021",
    "PRESET_ID": "6",
    "RQ_CPF": "529.982.247-25",
    "RQ_CNPJ": None,
}
MEASURES = crm.measures_found(
    {
        "measures": [
            {"id": 4, "code": 166, "symbol": "kg", "symbolIntl": "kg", "measureTitle": "Quilograma"},
            {"id": 5, "code": 796, "symbol": "un", "symbolIntl": "pc. 1", "measureTitle": "Unidade"},
            {"id": 9, "code": 778, "symbol": "cx", "symbolIntl": None, "measureTitle": "Caixa"},
        ]
    }
)


def test_a_deal_is_looked_for_by_its_origin() -> None:
    command = crm.find_by_origin(crm.DEAL, ["c:1", "c:2"], ["title", "id"])
    assert command.method == "crm.item.list"
    assert command.params["filter"] == {"=originatorId": "ponte", "@originId": ["c:1", "c:2"]}
    assert command.params["select"] == ["id", "originId", "title"]
    assert encoded("m", command.params) is not None


def test_no_command_asks_for_original_names() -> None:
    """With `useOriginalUfNames` the portal would drop the chosen system fields from a list's rows."""
    commands = [
        crm.add_item(crm.DEAL, {"title": "x"}),
        crm.update_item(crm.DEAL, 1, {"title": "x"}),
        crm.get_item(crm.DEAL, 1),
        crm.find_items_by_ids(crm.CONTACT, [1]),
    ]
    assert not [command for command in commands if "useOriginalUfNames" in command.params]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("UF_CRM_PONTE_NOTA", "ufCrmPonteNota"),
        ("UF_CRM_1721244707107", "ufCrm_1721244707107"),
        ("UF_CRM_10_518", "ufCrm10_518"),
        ("UF_CRM_7_TYPE", "ufCrm7Type"),
        ("UF_CRM_10_DIGIT10", "ufCrm_10_DIGIT10"),
        ("UF_ADDRESS2", "ufADDRESS2"),
    ],
)
def test_custom_fields_are_named_as_the_portal_names_them(field: str, name: str) -> None:
    assert crm.item_name(field) == name


def test_the_portal_accepts_the_names_of_pontes_fields() -> None:
    assert INVOICE.name == "UF_CRM_DEAL_PONTE_NOTA"
    assert crm.item_name(INVOICE_LINK.name) == "ufCrmDealPonteNotaLink"
    assert len(INVOICE_LINK.name) <= 50


@pytest.mark.parametrize("listing", [[{"id": 1}], {"3": {"id": 1}}])
def test_items_are_a_list_even_if_php_counts_otherwise(listing: object) -> None:
    assert crm.items({"items": listing}) == [{"id": 1}]


@pytest.mark.parametrize("listing", [None, True, {"items": None}, {"items": [[]]}, {"rows": []}])
def test_a_strange_list_is_transient(listing: object) -> None:
    with pytest.raises(Transient):
        crm.items(listing)


def test_the_written_item_tells_its_id() -> None:
    assert crm.written_item_id({"item": {"id": "342"}}) == 342
    with pytest.raises(Transient):
        crm.written_item_id([])


def test_a_row_leaves_out_what_it_does_not_know() -> None:
    bare = crm.RowParams(product_name="Frete", price=Decimal("7"), quantity=Decimal(1))
    (sent,) = crm.set_rows(5, [bare]).params["productRows"]
    assert sent == {"productName": "Frete", "price": Decimal(7), "quantity": Decimal(1)}


def test_a_full_discount_says_both_its_rate_and_its_sum() -> None:
    row = crm.RowParams(
        product_id=9,
        price=Decimal(0),
        quantity=Decimal(1),
        discount_type_id=2,
        discount_rate=Decimal(100),
        discount_sum=Decimal("12.5"),
    )
    (sent,) = crm.set_rows(5, [row]).params["productRows"]
    assert (sent["discountTypeId"], sent["discountRate"], sent["discountSum"]) == (2, 100, Decimal("12.5"))


def test_rows_are_exact() -> None:
    (row,) = crm.rows({"productRows": [ROW]})
    assert (row.price, row.quantity) == (Decimal("29.7"), Decimal(5))
    assert (row.discount_rate, row.discount_sum) == (Decimal("84.36"), Decimal("160.197698"))
    assert (row.product_id, row.product_name, row.measure_code) == (9701, "Copo térmico 450 ml", 796)


def test_a_row_without_discount_and_product() -> None:
    (row,) = crm.rows({"productRows": [{"id": 1, "price": 3, "quantity": 1, "discountRate": None}]})
    assert (row.product_id, row.product_name, row.discount_rate) == (0, "", Decimal(0))


def _many(count: int) -> list[crm.RowParams]:
    return [
        crm.RowParams(product_id=n, price=Decimal("0.00000001"), quantity=Decimal("1.2345"), sort=n * 10)
        for n in range(1, count + 1)
    ]


def test_many_rows_go_as_a_direct_call() -> None:
    assert encoded("m", crm.set_rows(1, _many(100)).params) is not None
    assert encoded("m", crm.set_rows(1, _many(500)).params) is None


@given(
    st.decimals(min_value=0, max_value=10**9, places=8, allow_nan=False),
    st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False),
)
def test_decimals_reach_the_portal_exactly_either_way(price: Decimal, quantity: Decimal) -> None:
    params = crm.set_rows(1, [crm.RowParams(product_id=1, price=price, quantity=quantity)]).params
    direct = DIRECT.encode(params)
    (row,) = msgspec.json.Decoder(float_hook=Decimal).decode(direct)["productRows"]
    assert (Decimal(row["price"]), Decimal(row["quantity"])) == (price, quantity)
    text = unquote(encoded("m", params) or "")
    assert f"[price]={price:f}&" in text
    assert text.endswith(f"[quantity]={quantity:f}")


def test_requisites_are_looked_for_in_both_spellings() -> None:
    command = crm.find_requisites("RQ_CPF", ["52998224725", "529.982.247-25"])
    assert command.params["filter"] == {"@RQ_CPF": ["52998224725", "529.982.247-25"]}
    assert encoded("m", command.params) is not None


def test_requisites_are_decoded() -> None:
    (found,) = crm.requisites([REQUISITE])
    assert (found.entity, found.entity_id, found.preset_id) == (crm.CONTACT, 4021, 6)
    assert (found.cpf, found.cnpj, found.name) == ("529.982.247-25", "", "")


def test_an_address_hangs_on_requisites() -> None:
    fields = crm.add_address(77, {"CITY": "Porto Alegre"}).params["fields"]
    assert fields == {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 77, "CITY": "Porto Alegre"}


@pytest.mark.parametrize(
    ("result", "ids"),
    [
        ([], []),
        ({}, []),
        ({"CONTACT": [2297, "275"], "COMPANY": [4]}, [275, 2297]),
        ({"CONTACT": {"0": 275, "2": 9}}, [9, 275]),
        ({"COMPANY": [4]}, []),
    ],
)
def test_people_found_by_phone(result: object, ids: list[int]) -> None:
    assert crm.found_by_comm(result, crm.CONTACT) == ids


def test_phones_never_change_those_that_are_there() -> None:
    """A numeric key would be taken for the id of a phone that the record has already."""
    sent = crm.multifields(phones=["+5551999998888"], emails=["ana@loja.example", "b@loja.example"])
    assert list(sent) == ["n0", "n1", "n2"]
    assert sent["n1"] == {"typeId": "EMAIL", "valueType": "WORK", "value": "ana@loja.example"}
    assert crm.multifields() == {}


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("UN", 796),
        ("un.", 796),
        ("PÇ", 796),
        ("Kg", 166),
        ("cx", 778),
        ("Caixa", 778),
        ("L", 0),
        ("", 0),
        ("PAR", 0),
    ],
)
def test_units_are_those_that_the_portal_has(unit: str, code: int) -> None:
    assert crm.measure_code(MEASURES, unit) == code
