"""Versions of a mapping, a mapping as a file, what changed on either side, and applying it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.account import field_lists
from connector.account.clock import now
from connector.domain.events import Kind, RecordKey, RecordState
from connector.store import links
from connector.store.links import Link
from tests.support.mapped import get, put, rule_in, settled
from tests.support.office import Customer, Office
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

BRAND = {"id": "marca", "bling": "marca", "transform": {"type": "text", "case": "upper"}}


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """Connected on both sides."""
    sandbox.control("limits", {"enforce": False})
    return await settled(office, sandbox)


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


async def call(office: Office, tenant: Customer, method: str, path: str, **more: Any) -> Any:
    """What a call that is taken answers."""
    answer = await office.api(tenant, method, f"/mappings/{path}", **more)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


async def titled(office: Office, tenant: Customer, text: str, **more: Any) -> dict[str, Any]:
    """Save orders' mapping with another title."""
    sent = await get(office, tenant)
    rule_in(sent, "titulo")["transform"]["text"] = text
    return await put(office, tenant, {**sent, **more})


async def branded(office: Office, tenant: Customer, target: str) -> dict[str, Any]:
    """Save products' mapping with the brand in a property."""
    sent = await get(office, tenant, "product")
    return await put(office, tenant, {"rules": [*sent["rules"], {**BRAND, "bitrix24": target}]}, "product")


async def test_versions_are_listed_the_newest_first(office: Office, tenant: Customer) -> None:
    await titled(office, tenant, "A {numero}", note="curto")
    await titled(office, tenant, "B {numero}")
    found = (await call(office, tenant, "GET", "order/versions"))["items"]
    assert [one["version"] for one in found] == [3, 2, 1]
    assert found[1]["note"] == "curto"
    assert found[1]["created_at"] is not None
    assert (found[2]["author"], found[2]["created_at"]) == (None, None)


async def test_versions_come_page_by_page(office: Office, tenant: Customer) -> None:
    for text in ("A", "B", "C"):
        await titled(office, tenant, text)
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        answer = await call(office, tenant, "GET", f"order/versions?limit=2{cursor}")
        seen += [one["version"] for one in answer["items"]]
        cursor = answer["next"] and f"&after={answer['next']}"
    assert seen == [4, 3, 2, 1]


async def test_one_version_is_as_it_was_saved(office: Office, tenant: Customer) -> None:
    await titled(office, tenant, "A {numero}")
    await titled(office, tenant, "B {numero}")
    found = await call(office, tenant, "GET", "order/versions/2")
    assert rule_in(found["mapping"], "titulo")["transform"]["text"] == "A {numero}"
    for number in (0, 9, 2**31):
        answer = await office.api(tenant, "GET", f"/mappings/order/versions/{number}")
        assert answer.status_code == 404


async def test_two_versions_are_compared(office: Office, tenant: Customer) -> None:
    await titled(office, tenant, "A {numero}")
    sent = await get(office, tenant)
    sent["rules"] = [one for one in sent["rules"] if one["id"] != "observacoes"]
    await put(office, tenant, {**sent, "filter": {"loja": [7]}})
    found = await call(office, tenant, "GET", "order/versions/1/changes")
    assert {(one["rule"], one["what"], *one["parts"]) for one in found["rules"]} == {
        ("titulo", "changed", "transform"),
        ("observacoes", "removed"),
    }
    assert found["filter"] == [{"name": "loja", "what": "added", "before": None, "after": [7]}]
    back = await call(office, tenant, "GET", "order/versions/3/changes?to=1")
    assert {one["what"] for one in back["rules"]} == {"changed", "added"}
    same = await call(office, tenant, "GET", "order/versions/2/changes?to=2")
    assert (same["rules"], same["filter"], same["reordered"]) == ([], [], False)


async def test_a_version_is_restored_as_a_new_one(office: Office, tenant: Customer) -> None:
    first = await titled(office, tenant, "A {numero}", filter={"loja": [7]})
    await titled(office, tenant, "B {numero}", filter={})
    answer = await call(office, tenant, "POST", "order/versions/2/restore", json={})
    assert answer == {**first, "version": 4}
    (newest, *_) = (await call(office, tenant, "GET", "order/versions"))["items"]
    assert (newest["version"], newest["note"]) == (4, "restaurada da versão 2")


async def test_a_version_that_fits_no_longer_is_not_restored(
    office: Office, tenant: Customer, portal: Portal
) -> None:
    target = portal.property(portal.iblocks()[0], name="Marca")
    await branded(office, tenant, target)
    fixed = [one for one in (await get(office, tenant, "product"))["rules"] if one["locked"]]
    await put(office, tenant, {"rules": fixed}, "product")
    portal.call("catalog.productProperty.delete", id=int(target.removeprefix("property")))
    await call(office, tenant, "GET", "product/fields?refresh=true")
    answer = await office.api(tenant, "POST", "/mappings/product/versions/2/restore", json={})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("bitrix24", "not_there")]


async def test_a_file_goes_out_and_in_again(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    await titled(office, tenant, "A {numero}", filter={"loja": [7]})
    file = await call(office, tenant, "GET", "order/export")
    await titled(office, tenant, "B", filter={})
    answer = await call(office, tenant, "POST", "order/import", json=file)
    assert (answer["version"], answer["filter"]) == (4, {"loja": [7]})
    assert rule_in(answer, "titulo")["transform"]["text"] == "A {numero}"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"ponte": 2}, "ponte"), ({"kind": "sale"}, "kind"), ({"rules": "x"}, "rules"), ({"cor": 1}, "cor")],
)
async def test_a_bad_file_changes_nothing(
    office: Office, customer: Customer, change: dict[str, Any], field: str
) -> None:
    file = await call(office, customer, "GET", "order/export")
    answer = await office.api(customer, "POST", "/mappings/order/import", json={**file, **change})
    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["errors"]}
    assert await office.rows("mapping") == []


async def test_what_rules_can_name_is_told(office: Office, tenant: Customer, portal: Portal) -> None:
    target = portal.property(portal.iblocks()[0], name="Marca")
    found = await call(office, tenant, "GET", "product/fields")
    there = {one["name"]: one for one in found["bitrix24"]}
    assert (there[target]["title"], there[target]["type"]) == ("Marca", "text")
    bling = {one["title"]: one["name"] for one in found["bling"]}
    assert bling["NCM"] == "tributacao.ncm"
    assert bling["Garantia"].startswith("camposCustomizados.")
    assert found["changes"] == []


async def test_deals_fields_have_the_portals_choices(office: Office, tenant: Customer) -> None:
    found = await call(office, tenant, "GET", "order/fields")
    there = {one["name"]: one for one in found["bitrix24"]}
    assert "WON" in {one["id"] for one in there["stageId"]["options"]}
    bling = {one["name"]: one for one in found["bling"]}
    assert "Atendido" in {one["name"] for one in bling["situacao.id"]["options"]}


async def test_fields_are_read_once_in_ten_minutes(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    connecting, tenant_id = office.parts.connecting, tenant.tenant_id
    await field_lists.load(connecting, tenant_id, now())
    sandbox.control("calls", method="DELETE")
    await field_lists.load(connecting, tenant_id, now() + timedelta(minutes=9))
    rows = sandbox.control("calls", method="GET")
    assert (rows["items"] if isinstance(rows, dict) else rows) == []
    later = now() + timedelta(minutes=11)
    assert (await field_lists.load(connecting, tenant_id, later)).portal_at == later


async def test_vendors_away_leave_what_was_known(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    known = await field_lists.load(office.parts.connecting, tenant.tenant_id, now())
    for provider in ("bling", "bitrix24"):
        sandbox.control("faults", {"provider": provider, "status": 500, "times": 50})
    found = await field_lists.load(office.parts.connecting, tenant.tenant_id, now(), anew=True)
    assert (found.trouble, found.bling_trouble) == ("away", "away")
    assert found.portal == known.portal
    assert found.custom == known.custom


async def test_what_changed_since_the_mapping_was_saved_is_told(
    office: Office, tenant: Customer, portal: Portal
) -> None:
    iblock = portal.iblocks()[0]
    brand = portal.property(iblock, name="Marca")
    other = portal.property(iblock, name="Material")
    await branded(office, tenant, brand)
    new = portal.property(iblock, name="Cor")
    number = int(other.removeprefix("property"))
    portal.call("catalog.productProperty.update", id=number, fields={"name": "Matéria-prima"})
    portal.call("catalog.productProperty.delete", id=int(brand.removeprefix("property")))
    found = await call(office, tenant, "GET", "product/fields?refresh=true")
    assert {(one["what"], one["field"], one["before"], *one["rules"]) for one in found["changes"]} == {
        ("removed", brand, "", "marca"),
        ("renamed", other, "Material"),
        ("appeared", new, ""),
    }


async def test_products_own_rules_are_saved_and_shown(
    office: Office, tenant: Customer, portal: Portal
) -> None:
    target = portal.property(portal.iblocks()[0], name="Marca")
    answer = await branded(office, tenant, target)
    assert answer["version"] == 2
    assert rule_in(await get(office, tenant, "product"), "marca")["bitrix24"] == target


async def test_a_field_that_was_just_made_can_be_named(
    office: Office, tenant: Customer, portal: Portal
) -> None:
    """However lately the portal was read."""
    await call(office, tenant, "GET", "product/fields", params={"refresh": "true"})
    target = portal.property(portal.iblocks()[0], name="Marca")
    assert (await branded(office, tenant, target))["version"] == 2


async def test_the_way_back_is_told_rule_by_rule(office: Office, customer: Customer) -> None:
    found = await call(office, customer, "GET", "order/inverse")
    assert {"id", "total", "data"} <= {one["id"] for one in found["rules"]}
    assert {one["rule"] for one in found["one_way"]} >= {"titulo", "moeda"}
    assert all(one["why"] for one in found["one_way"])


async def synced(office: Office, tenant: Customer, bling_id: int, version: int) -> None:
    """A product that a version wrote."""
    async with office.database.tenant(tenant.tenant_id) as conn:
        account = await conn.fetchval("SELECT id FROM account WHERE tenant_id = $1", tenant.tenant_id)
        link = Link(
            record=RecordKey(Kind.PRODUCT, account, bling_id),
            bitrix_id=bling_id,
            shape="simple",
            mapping_version=version,
            state=RecordState.IN_STEP,
            created_at=now(),
            updated_at=now(),
        )
        await links.save(conn, tenant.tenant_id, [link])


async def test_a_version_is_applied_to_what_another_wrote(office: Office, customer: Customer) -> None:
    for bling_id, version in ((1, 0), (2, 1), (3, 0)):
        await synced(office, customer, bling_id, version)
    dry = await call(office, customer, "POST", "product/apply", json={"dry_run": True})
    assert dry == {"version": 1, "records": 2, "queued": 0, "more": False}
    assert await office.rows("inbox") == []
    assert (await call(office, customer, "POST", "product/apply", json={}))["queued"] == 2
    rows = await office.rows("inbox")
    assert {(row["bling_id"], row["source"]) for row in rows} == {(1, "replay"), (3, "replay")}


async def test_applying_twice_queues_once(office: Office, customer: Customer) -> None:
    await synced(office, customer, 1, 0)
    await call(office, customer, "POST", "product/apply", json={})
    again = await call(office, customer, "POST", "product/apply", json={})
    assert (again["records"], again["queued"]) == (1, 0)


async def test_nothing_is_applied_without_a_licence(office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended' WHERE tenant_id = $1", customer.tenant_id)
    answer = await office.api(customer, "POST", "/mappings/product/apply", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "licence")
