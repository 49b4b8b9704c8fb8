"""The sandbox's CRM: deals and their rows, people, requisites, settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DEAL, CONTACT, COMPANY = 2, 3, 4
RIGOROUS, FOREIGN = 3, 4
"""Places of the special portals in the ready line."""


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


def _rows(portal: Portal, deal_id: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    sent = {"ownerType": "D", "ownerId": deal_id, "productRows": list(rows)}
    made: list[dict[str, Any]] = portal.call("crm.item.productrow.set", **sent)["productRows"]
    return made


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
    refusal = portal.refusal("crm.item.update", entityTypeId=DEAL, id=deal["id"], fields={"stageId": "NO"})
    assert refusal[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


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
    assert _add(portal, **{name: "Loja"})[name] == "Loja"
    imported = portal.call(
        "crm.item.batchImport", entityTypeId=DEAL, data=[{"title": "a"}, {"title": "b", name: "Site"}]
    )["items"]
    assert imported[0]["error"] == "CRM_FIELD_ERROR_REQUIRED"
    assert imported[1]["item"]["id"] > 0


def test_custom_fields_can_be_made_and_filled(portal: Portal) -> None:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_NOTA", "userTypeId": "string"}
    made = portal.call("userfieldconfig.add", moduleId="crm", field=field)["field"]
    assert (made["fieldName"], made["mandatory"]) == ("UF_CRM_NOTA", "N")
    assert _add(portal, ufCrmNota="123")["ufCrmNota"] == "123"
    assert portal.refusal("userfieldconfig.add", moduleId="crm", field=field)[1] == ""


def test_people_are_found_by_phone_and_mail(portal: Portal) -> None:
    phone = {"typeId": "PHONE", "valueType": "WORK", "value": "+55 (11) 98888-7777"}
    mail = {"typeId": "EMAIL", "valueType": "WORK", "value": "Ana@Exemplo.example"}
    person = _add(portal, CONTACT, name="Ana", fm=[phone, mail])
    firm = _add(portal, COMPANY, title="Firma", fm={"n0": mail})
    find = "crm.duplicate.findbycomm"
    assert portal.call(find, type="PHONE", values=["5511988887777"]) == {"CONTACT": [person["id"]]}
    both = portal.call(find, type="EMAIL", values=["x@y.example", "ana@exemplo.example"])
    assert both == {"CONTACT": [person["id"]], "COMPANY": [firm["id"]]}
    only = portal.call(find, type="EMAIL", values=["ana@exemplo.example"], entity_type="COMPANY")
    assert only == {"COMPANY": [firm["id"]]}
    assert portal.call(find, type="EMAIL", values=["nobody@y.example"]) == []


def test_requisites_hold_cpf_and_cnpj(portal: Portal) -> None:
    person = _add(portal, CONTACT, name="Maria")
    presets = portal.call("crm.requisite.preset.list", filter={"COUNTRY_ID": "34"}, select=["ID", "XML_ID"])
    assert [row["XML_ID"] for row in presets] == [
        "#CRM_REQUISITE_PRESET_DEF_BR_LEGALENTITY#",
        "#CRM_REQUISITE_PRESET_DEF_BR_PERSON#",
    ]
    fields = {"ENTITY_TYPE_ID": 3, "ENTITY_ID": person["id"], "PRESET_ID": presets[1]["ID"], "NAME": "CPF"}
    made = portal.call("crm.requisite.add", fields=fields | {"RQ_CPF": "529.982.247-25"})
    found = portal.call(
        "crm.requisite.list",
        filter={"RQ_CPF": ["52998224725", "529.982.247-25"]},
        select=["ID", "ENTITY_ID", "RQ_CPF"],
    )
    assert found == [{"ID": str(made), "ENTITY_ID": str(person["id"]), "RQ_CPF": "529.982.247-25"}]
    assert portal.refusal("crm.requisite.add", fields={"ENTITY_TYPE_ID": 9})[1] == ""


def test_a_foreign_portal_lacks_the_brazilian_presets(sandbox: Sandbox) -> None:
    assert Portal(sandbox, FOREIGN).call("crm.requisite.preset.list", filter={"COUNTRY_ID": "34"}) == []


def test_comments_and_notices(portal: Portal) -> None:
    deal = _add(portal)
    sent = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "Cancelado no Bling"}
    assert portal.call("crm.timeline.comment.add", fields=sent) > 0
    assert portal.refusal("crm.timeline.comment.add", fields=sent | {"ENTITY_ID": 999})[1] == "NOT_FOUND"
    assert portal.call("im.notify.system.add", USER_ID=1, MESSAGE="Reconecte", TAG="a") > 0
    assert portal.refusal("im.notify.system.add", MESSAGE="x")[1] == "USER_ID_EMPTY"


def test_the_older_methods_write_the_same_records(portal: Portal) -> None:
    contact = portal.call("crm.contact.add", FIELDS={"NAME": "Rui", "PHONE": [{"VALUE": "11 5555"}]})
    assert _get(portal, contact, CONTACT)["hasPhone"] == "Y"
    deal = portal.call("crm.deal.add", fields={"TITLE": "Antigo", "CONTACT_ID": contact, "STAGE_ID": "LOSE"})
    assert (_get(portal, deal)["contactIds"], _get(portal, deal)["closed"]) == ([contact], "Y")
    rows = [{"PRODUCT_NAME": "a", "PRICE": 10, "QUANTITY": 2}]
    assert portal.call("crm.deal.productrows.set", id=deal, rows=rows) is True
    assert portal.call("crm.deal.get", id=deal)["OPPORTUNITY"] == "20"
    assert portal.refusal("crm.deal.add")[2] == "Parameter 'fields' must be array."


SHAPES = json.loads((Path(__file__).parent / "shapes" / "bitrix24_crm.json").read_text())


def test_records_have_the_documented_fields(portal: Portal) -> None:
    """The field names are those of the vendor's documented answers (`bitrix24/b24restdocs`)."""
    deal = _add(portal)
    (row,) = _rows(portal, deal["id"], {"productName": "a", "price": 1, "quantity": 1})
    stage = portal.call("crm.status.list")[0]
    assert sorted(deal) == SHAPES["deal"]
    assert sorted(row) == SHAPES["row"]
    assert sorted(stage) == SHAPES["stage"]
