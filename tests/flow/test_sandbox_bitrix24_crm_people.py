"""The sandbox's CRM: people and firms, their requisites and addresses, and what else hangs on records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

DEAL, CONTACT, COMPANY = 2, 3, 4
FOREIGN = 4
"""Place of the portal without Brazilian presets in the ready line."""


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


def test_a_phone_that_is_sent_again_is_added_again(portal: Portal) -> None:
    phone = {"typeId": "PHONE", "valueType": "WORK", "value": "11 98888-7777"}
    person = _add(portal, CONTACT, name="Ana", fm=[phone])
    (held,) = person["fm"]
    twice = _update(portal, person["id"], CONTACT, fm=[phone])["fm"]
    assert [channel["value"] for channel in twice] == ["11 98888-7777"] * 2
    changed = _update(
        portal, person["id"], CONTACT, fm=[held | {"value": "11 5555"}, twice[1] | {"value": ""}]
    )
    assert [channel["value"] for channel in changed["fm"]] == ["11 5555"]
    assert portal.call("crm.duplicate.findbycomm", type="PHONE", values=["11988887777"]) == []
    assert portal.call("crm.duplicate.findbycomm", type="PHONE", values=["115555"]) == {
        "CONTACT": [person["id"]]
    }


def _requisite(portal: Portal, **fields: Any) -> tuple[int, int]:
    """A contact and its requisite."""
    person = _add(portal, CONTACT, name="Maria")["id"]
    sent = {"ENTITY_TYPE_ID": 3, "ENTITY_ID": person, "PRESET_ID": 6, "NAME": "CPF"} | fields
    return person, portal.call("crm.requisite.add", fields=sent)


def test_a_document_that_nobody_has_finds_nobody(portal: Portal) -> None:
    _requisite(portal, RQ_FIRST_NAME="Maria")
    assert portal.call("crm.requisite.list", filter={"RQ_CPF": "52998224725"}) == []


def test_requisites_change_and_go_with_their_owner(portal: Portal) -> None:
    person, made = _requisite(portal, RQ_CPF="52998224725", RQ_STATE_REG="9" * 30)
    name = "Uma razão social bem mais longa que vinte letras"
    portal.call("crm.requisite.update", id=made, fields={"RQ_CPF": "11144477735", "RQ_COMPANY_NAME": name})
    assert portal.call("crm.requisite.list", filter={"RQ_CPF": "52998224725"}) == []
    (row,) = portal.call("crm.requisite.list", filter={"ENTITY_TYPE_ID": 3, "ENTITY_ID": [person]})
    assert (row["RQ_CPF"], row["RQ_COMPANY_NAME"]) == ("11144477735", name)
    assert row["RQ_STATE_REG"] == "9" * 20
    assert portal.call("crm.requisite.get", id=made) == row
    portal.call("crm.item.delete", entityTypeId=CONTACT, id=person)
    assert portal.refusal("crm.requisite.delete", id=made)[0] == 400


def test_a_requisite_has_one_address_of_each_type(portal: Portal) -> None:
    person, made = _requisite(portal)
    sent = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": made, "CITY": "Bento Gonçalves"}
    assert portal.call("crm.address.add", fields=sent) is True
    assert portal.refusal("crm.address.add", fields=sent)[2] == "TypeAddress exists"
    assert portal.call("crm.address.update", fields=sent | {"CITY": "Garibaldi"}) is True
    (row,) = portal.call("crm.address.list", filter={"ENTITY_TYPE_ID": 8, "ENTITY_ID": made})
    assert (row["CITY"], row["ADDRESS_2"], row["ANCHOR_ID"]) == ("Garibaldi", None, str(person))
    assert "ENTITY_TYPE_ID" in portal.refusal("crm.address.add", fields=sent | {"ENTITY_TYPE_ID": 3})[2]
    assert portal.call("crm.address.delete", fields=sent) is True
    assert portal.call("crm.address.list", filter={"ENTITY_ID": made}) == []


def test_sources_are_listed_beside_the_stages(portal: Portal) -> None:
    rows = portal.call("crm.status.list", filter={"ENTITY_ID": "SOURCE"}, order={"SORT": "ASC"})
    assert [row["STATUS_ID"] for row in rows][:3] == ["CALL", "EMAIL", "WEB"]
    assert {row["SEMANTICS"] for row in rows} == {None}


def test_the_brief_scope_shows_no_mail_addresses(sandbox: Sandbox, portal: Portal) -> None:
    assert portal.call("user.get")[0]["EMAIL"]
    granted = sandbox.control("grant", {"provider": "bitrix24", "member_id": portal.member_id})
    brief = Portal(sandbox, token=granted["AUTH_ID"])
    assert [user["NAME"] for user in brief.call("user.get")] == ["Ana", "Vítor", "Vera"]
    assert "EMAIL" not in brief.call("user.current")


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
    made = portal.call("crm.timeline.comment.add", fields=sent)
    (row,) = portal.call("crm.timeline.comment.list", filter={"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal"})
    assert (row["ID"], row["COMMENT"]) == (str(made), "Cancelado no Bling")
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
