"""The sandbox's CRM: deals and their rows, people, requisites, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DEAL = 2
RIGOROUS = 3
"""Place of the portal with a required field in the ready line."""


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def _add(portal: Portal, entity: int = DEAL, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = portal.call("crm.item.add", entityTypeId=entity, fields={"title": "x"} | fields)[
        "item"
    ]
    return item


def _get(portal: Portal, item_id: int, entity: int = DEAL) -> dict[str, Any]:
    item: dict[str, Any] = portal.call("crm.item.get", entityTypeId=entity, id=item_id)["item"]
    return item


def _update(portal: Portal, item_id: int, entity: int = DEAL, **fields: Any) -> dict[str, Any]:
    sent = {"entityTypeId": entity, "id": item_id, "fields": fields}
    item: dict[str, Any] = portal.call("crm.item.update", **sent)["item"]
    return item


def _rows(portal: Portal, deal_id: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    sent = {"ownerType": "D", "ownerId": deal_id, "productRows": list(rows)}
    made: list[dict[str, Any]] = portal.call("crm.item.productrow.set", **sent)["productRows"]
    return made


def _ids(portal: Portal, entity: int, wanted: dict[str, Any]) -> list[int]:
    found = portal.call("crm.item.list", entityTypeId=entity, filter=wanted, select=["id"])["items"]
    return [item["id"] for item in found]


def _second_pipeline(portal: Portal) -> int:
    rows = portal.call("crm.category.list", entityTypeId=DEAL)["categories"]
    return int(next(row["id"] for row in rows if row["isDefault"] == "N"))


def test_a_new_deal_stands_in_the_first_stage(portal: Portal) -> None:
    deal = _add(portal, opportunity="99.999", originatorId="ponte", originId="c:1")
    assert (deal["stageId"], deal["stageSemanticId"], deal["closed"]) == ("NEW", "P", "N")
    assert (deal["opportunity"], deal["currencyId"], deal["isManualOpportunity"]) == (100, "BRL", "N")
    found = portal.call(
        "crm.item.list",
        entityTypeId=DEAL,
        select=["id", "title"],
        filter={"originatorId": "ponte", "originId": ["c:1", "c:2"]},
    )["items"]
    assert found == [{"id": deal["id"], "title": "x"}]


def test_moving_to_a_won_stage_closes_a_deal(portal: Portal) -> None:
    deal = _add(portal)
    moved = portal.call("crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"stageId": "WON"})[
        "item"
    ]
    assert (moved["stageSemanticId"], moved["closed"]) == ("S", "Y")
    assert moved["closedate"][:10] == moved["updatedTime"][:10]


def test_a_stage_that_does_not_exist_is_passed_over_in_silence(portal: Portal) -> None:
    deal = _add(portal, stageId="PREPARATION")
    assert _update(portal, deal["id"], stageId="NO") == deal
    assert _add(portal, stageId="NO")["stageId"] == "NEW"


def test_a_moved_deal_keeps_the_meaning_of_its_stage(portal: Portal) -> None:
    other = _add(portal, categoryId=_second_pipeline(portal), stageId="WON")
    assert (other["stageSemanticId"], other["stageId"][-4:]) == ("S", ":WON")
    moved = _update(portal, other["id"], categoryId=0)
    assert (moved["stageId"], moved["closed"]) == ("WON", "Y")
    refusal = portal.refusal("crm.item.update", entityTypeId=DEAL, id=other["id"], fields={"categoryId": 999})
    assert refusal[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_a_deal_that_is_born_won_closes_today(portal: Portal) -> None:
    deal = _add(portal, stageId="WON", closedate="2020-01-01")
    assert deal["closedate"][:10] == deal["createdTime"][:10]


def test_pipelines_have_stages_of_their_own(portal: Portal) -> None:
    categories = portal.call("crm.category.list", entityTypeId=DEAL)["categories"]
    default = next(row for row in categories if row["isDefault"] == "Y")
    other = next(row for row in categories if row["isDefault"] == "N")
    assert default["id"] == 0
    stages = portal.call("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE"})
    assert [(row["STATUS_ID"], row["SEMANTICS"]) for row in stages] == [
        ("NEW", None),
        ("PREPARATION", None),
        ("WON", "S"),
        ("LOSE", "F"),
    ]
    second = portal.call("crm.status.list", filter={"ENTITY_ID": f"DEAL_STAGE_{other['id']}"})
    assert second[0]["STATUS_ID"] == f"C{other['id']}:NEW"
    assert _add(portal, categoryId=other["id"])["stageId"] == second[0]["STATUS_ID"]


def test_rows_keep_eight_decimals_and_total_to_the_cent(portal: Portal) -> None:
    deal = _add(portal)
    made = _rows(
        portal,
        deal["id"],
        {"productName": "a", "price": "3.333333339", "quantity": 3},
        {"productName": "b", "price": -5, "quantity": 1},
        {"productName": "c", "price": 29.7, "quantity": "5.00004"},
    )
    assert [row["price"] for row in made] == [3.33333334, -5, 29.7]
    assert made[2]["quantity"] == 5
    assert _get(portal, deal["id"])["opportunity"] == 158.5
    listed = portal.call("crm.item.productrow.list", filter={"=ownerType": "D", "=ownerId": deal["id"]})
    assert listed["productRows"] == made


def test_a_manual_amount_is_left_alone(portal: Portal) -> None:
    deal = _add(portal, opportunity=7, isManualOpportunity="Y")
    _rows(portal, deal["id"], {"productName": "a", "price": 10, "quantity": 1})
    assert _get(portal, deal["id"])["opportunity"] == 7
    changed = portal.call(
        "crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"isManualOpportunity": "N"}
    )["item"]
    assert changed["opportunity"] == 10


def test_an_amount_without_rows_stays_as_it_was_sent(portal: Portal) -> None:
    deal = _add(portal, opportunity=7)
    assert _rows(portal, deal["id"]) == []
    assert _get(portal, deal["id"]) == deal
    _rows(portal, deal["id"], {"productName": "a", "price": 10, "quantity": 1})
    _rows(portal, deal["id"])
    assert _get(portal, deal["id"])["opportunity"] == 0
    assert _update(portal, deal["id"], opportunity=3)["opportunity"] == 3


def test_rows_are_replaced_and_those_named_keep_their_id(portal: Portal) -> None:
    deal = _add(portal)
    first, second = _rows(
        portal,
        deal["id"],
        {"productName": "a", "price": 1, "quantity": 1},
        {"productName": "b", "price": 2, "quantity": 1},
    )
    (only,) = _rows(portal, deal["id"], second | {"price": 5})
    assert (only["id"], only["price"]) == (second["id"], 5)
    (fresh,) = _rows(portal, deal["id"], {"productName": "c", "price": 1, "quantity": 1})
    assert fresh["id"] not in (first["id"], second["id"])


def test_a_percentage_discount_leads_back_to_the_full_price(portal: Portal) -> None:
    deal = _add(portal)
    row = {"productName": "a", "price": 29.7, "quantity": 5, "discountTypeId": 2, "discountRate": 84.36}
    (made,) = _rows(portal, deal["id"], row)
    assert (made["priceNetto"], made["discountSum"]) == (189.897698, 160.197698)
    free = row | {"price": 0, "discountRate": 100}
    refusal = portal.refusal("crm.item.productrow.set", ownerType="D", ownerId=deal["id"], productRows=[free])
    assert refusal[1] == "ERROR_CORE"
    assert "is 100%" in refusal[2]


def test_rows_take_no_parents_and_need_their_owner(portal: Portal) -> None:
    products, _ = portal.iblocks()
    parent = portal.call("catalog.product.sku.add", fields={"iblockId": products, "name": "P"})["sku"]
    deal = _add(portal)
    rows = [{"productId": parent["id"], "price": 1, "quantity": 1}]
    refusal = portal.refusal("crm.item.productrow.set", ownerType="D", ownerId=deal["id"], productRows=rows)
    assert refusal[1] == "ERROR_CORE"
    gone = portal.refusal("crm.item.productrow.set", ownerType="D", ownerId=999, productRows=[])
    assert gone[1] == "OWNER_NOT_FOUND"


def test_an_update_without_change_is_not_saved(portal: Portal) -> None:
    deal = _add(portal, title="a", opportunity=5)
    same = portal.call("crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"opportunity": "5.00"})[
        "item"
    ]
    assert same == _get(portal, deal["id"]) == deal


def test_filters_on_unknown_fields_are_refused(portal: Portal) -> None:
    refusal = portal.refusal("crm.item.list", entityTypeId=DEAL, filter={"FIELD": 1})
    assert refusal == (400, "INVALID_ARG_VALUE", "Invalid filter: field 'FIELD' is not allowed in filter")
    assert portal.refusal("crm.item.list", entityTypeId=99)[1] == "NOT_FOUND"


def test_a_required_field_is_demanded(sandbox: Sandbox) -> None:
    portal = Portal(sandbox, RIGOROUS)
    refusal = portal.refusal("crm.item.add", entityTypeId=DEAL, fields={"title": "x"})
    assert refusal == (400, "CRM_FIELD_ERROR_REQUIRED", 'O campo "Origem da venda" é obrigatório')
    (field,) = portal.call("userfieldconfig.list", moduleId="crm")["fields"]
    name = field["fieldName"].replace("UF_CRM_", "ufCrm_")
    assert _add(portal, DEAL, **{name: "Loja"})[name] == "Loja"
    imported = portal.call(
        "crm.item.batchImport", entityTypeId=DEAL, data=[{"title": "a"}, {"title": "b", name: "Site"}]
    )["items"]
    assert imported[0]["error"] == "CRM_FIELD_ERROR_REQUIRED"
    assert imported[1]["item"]["id"] > 0


def test_the_fields_of_a_deal_tell_what_must_be_filled_in(sandbox: Sandbox) -> None:
    fields = Portal(sandbox, RIGOROUS).call("crm.item.fields", entityTypeId=DEAL)["fields"]
    assert (fields["stageId"]["type"], fields["stageId"]["isDynamic"]) == ("crm_status", False)
    assert (fields["createdTime"]["isReadOnly"], fields["createdTime"]["upperName"]) == (True, "DATE_CREATE")
    own = fields["ufCrm_1767225600001"]
    assert (own["title"], own["isRequired"], own["isDynamic"]) == ("Origem da venda", True, True)


def test_custom_fields_can_be_made_and_filled(portal: Portal) -> None:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_NOTA", "userTypeId": "string"}
    made = portal.call("userfieldconfig.add", moduleId="crm", field=field)["field"]
    assert (made["fieldName"], made["mandatory"]) == ("UF_CRM_DEAL_NOTA", "N")
    deal = _add(portal, ufCrmDealNota=123)
    assert deal["ufCrmDealNota"] == "123"
    assert _ids(portal, DEAL, {"=ufCrmDealNota": ["9", "123"]}) == [deal["id"]]
    assert portal.refusal("userfieldconfig.add", moduleId="crm", field=field)[1] == ""
    foreign = field | {"fieldName": "UF_CRM_NOTA"}
    assert "cannot create" in portal.refusal("userfieldconfig.add", moduleId="crm", field=foreign)[2]


def test_labels_of_custom_fields_come_in_the_language_asked_for(portal: Portal) -> None:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_NOTA", "userTypeId": "string"}
    portal.call("userfieldconfig.add", moduleId="crm", field=field | {"editFormLabel": {"br": "Nota"}})
    (plain,) = portal.call("userfieldconfig.list", moduleId="crm")["fields"]
    assert "editFormLabel" not in plain
    wanted = {"0": "*", "language": "br"}
    (labelled,) = portal.call("userfieldconfig.list", moduleId="crm", select=wanted)["fields"]
    assert (labelled["editFormLabel"], labelled["helpMessage"]) == ({"br": "Nota"}, None)


def test_records_are_found_by_their_origin(portal: Portal) -> None:
    one = _add(portal, originatorId="ponte", originId="c:1")["id"]
    two = _add(portal, originatorId="ponte", originId="c:2")["id"]
    _add(portal, originatorId="other", originId="c:1")
    ours = {"=originatorId": "ponte"}
    assert _ids(portal, DEAL, ours | {"@originId": ["c:2", "c:1", "c:3"]}) == [one, two]
    assert _ids(portal, DEAL, ours | {"!originId": "c:1"}) == [two]
    assert _ids(portal, DEAL, {"@id": [two, 999]}) == [two]
    _update(portal, two, originId="c:9")
    assert _ids(portal, DEAL, ours | {"originId": "c:2"}) == []
    portal.call("crm.item.delete", entityTypeId=DEAL, id=one)
    assert _ids(portal, DEAL, {"originId": "c:1", "originatorId": "ponte"}) == []


SHAPES = json.loads((Path(__file__).parent / "shapes" / "bitrix24_crm.json").read_text())


def test_records_have_the_documented_fields(portal: Portal) -> None:
    """The field names are those of the vendor's documented answers (`bitrix24/b24restdocs`)."""
    deal = _add(portal)
    (row,) = _rows(portal, deal["id"], {"productName": "a", "price": 1, "quantity": 1})
    stage = portal.call("crm.status.list")[0]
    assert sorted(deal) == SHAPES["deal"]
    assert sorted(row) == SHAPES["row"]
    assert sorted(stage) == SHAPES["stage"]
