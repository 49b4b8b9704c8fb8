"""Mappings through the API, on a real portal and a real account of the sandbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connector.account.clock import now
from connector.domain.events import Kind
from connector.domain.mapping import default
from connector.store import connections, mappings, standing
from tests.support.mapped import get, held_order, lists_of, never_read, paths_called, put, rule_in, settled
from tests.support.office import Customer, Office
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

TABLE = {"9": "WON", "12": "LOSE"}


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """Connected on both sides."""
    return await settled(office, sandbox)


@pytest.mark.parametrize("kind", ["product", "order", "sale"])
async def test_what_one_gets_can_be_put_back(office: Office, customer: Customer, kind: str) -> None:
    before = await get(office, customer, kind)
    assert await put(office, customer, before, kind) == before
    assert await office.rows("mapping") == []


@pytest.mark.parametrize("kind", ["contact", "stock"])
async def test_kinds_without_a_mapping_have_none(office: Office, customer: Customer, kind: str) -> None:
    for method, body in (("GET", {}), ("PUT", {"json": {"rules": []}})):
        answer = await office.api(customer, method, f"/mappings/{kind}", **body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_changed_mapping_is_a_new_version(office: Office, customer: Customer) -> None:
    sent = await get(office, customer)
    rule_in(sent, "titulo")["transform"]["text"] = "{numero}"
    sent |= {"filter": {"since": "2026-11-01"}, "note": "curto"}
    answer = await put(office, customer, sent)
    assert (answer["version"], answer["filter"]) == (2, {"since": "2026-11-01"})
    assert rule_in(answer, "titulo")["transform"] == {"type": "template", "text": "{numero}"}
    assert await get(office, customer) == answer
    async with office.database.tenant(customer.tenant_id) as conn:
        assert (await standing.mapping(conn, customer.tenant_id, Kind.SALE)).version == 1
        saved = await mappings.latest(customer.tenant_id, Kind.ORDER)
    assert saved is not None
    assert saved.note == "curto"
    (entry,) = await office.rows("audit", "action = 'mapping.saved'")
    assert entry["actor"].startswith("API ")
    assert msgspec.json.decode(entry["detail"]) == {"kind": "order", "version": 2, "note": "curto"}


async def test_without_a_filter_the_one_in_force_stays(office: Office, customer: Customer) -> None:
    sent = await get(office, customer)
    await put(office, customer, {**sent, "filter": {"loja": [7]}})
    rule_in(sent, "titulo")["transform"]["text"] = "{numero}"
    answer = await put(office, customer, {"rules": sent["rules"]})
    assert (answer["version"], answer["filter"]) == (3, {"loja": [7]})
    assert (await put(office, customer, {**sent, "filter": {}}))["filter"] == {}


async def test_two_who_save_at_once_make_two_versions(office: Office, customer: Customer) -> None:
    sent = [await get(office, customer) for _ in range(4)]
    for number, one in enumerate(sent):
        rule_in(one, "titulo")["transform"]["text"] = f"{number} {{numero}}"
    answers = await asyncio.gather(*(put(office, customer, one) for one in sent))
    assert await get(office, customer) in answers
    versions = [row["version"] for row in await office.rows("mapping")]
    assert sorted(versions) == [2, 3, 4, 5]


async def test_fixed_rules_alone_are_a_mapping(office: Office, customer: Customer) -> None:
    sent = await get(office, customer)
    answer = await put(office, customer, {"rules": [one for one in sent["rules"] if one["locked"]]})
    assert [one["bitrix24"] for one in answer["rules"]] == [
        *("originatorId", "originId", "opportunity", "currencyId")
    ]


async def test_bad_rules_are_all_named_and_change_nothing(office: Office, customer: Customer) -> None:
    sent = await get(office, customer)
    rule_in(sent, "total")["bling"] = "totalProdutos"
    rule_in(sent, "titulo")["transform"] = {"type": "nonsense"}
    sent["filter"] = {"since": "ontem"}
    answer = await office.api(customer, "PUT", "/mappings/order", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    found = {(one.get("index"), one["field"], one["code"]) for one in answer.json()["errors"]}
    assert found == {
        (2, "bling", "locked"),
        (4, "transform.type", "unknown"),
        (None, "filter.since", "value"),
    }
    assert all(one["message"] for one in answer.json()["errors"])
    assert await office.rows("mapping") == []


@pytest.mark.parametrize(
    "content",
    [b"", b"no json", b"[]", b"null", b"\xff", b'{"note": "\xe1"}', b"[" * 20_000, b'{"rules": 1}'],
)
async def test_a_body_that_is_no_mapping_is_422(office: Office, customer: Customer, content: bytes) -> None:
    answer = await office.api(customer, "PUT", "/mappings/order", content=content)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_the_schema_lists_putting_a_mapping(office: Office) -> None:
    schema = (await office.client.get("/schema/openapi.json")).json()
    assert set(schema["paths"]["/api/v1/mappings/{kind}"]) == {"get", "put"}


async def test_the_link_property_is_shown_as_the_portal_calls_it(office: Office, tenant: Customer) -> None:
    async with office.database.tenant(tenant.tenant_id) as conn:
        portal = await connections.portal(conn, tenant.tenant_id)
    assert portal is not None
    shown = await get(office, tenant, "product")
    assert shown["rules"][0]["bitrix24"] == f"property{portal.product_link_property}"
    assert await put(office, tenant, shown, "product") == shown


@pytest.mark.parametrize("crm", [None, '{"pipelines": 1}'])
async def test_a_get_asks_no_vendor(
    office: Office, tenant: Customer, sandbox: Sandbox, crm: str | None
) -> None:
    await never_read(office, crm)
    sandbox.control("calls", method="DELETE")
    shown = await get(office, tenant)
    assert rule_in(shown, "etapa")["transform"] == {"type": "choice", "table": {}}
    assert paths_called(sandbox) == []


async def test_suggestions_in_force_are_shown_and_stay_suggestions(office: Office, tenant: Customer) -> None:
    lists = await lists_of(office, tenant)
    shown = await get(office, tenant)
    table = rule_in(shown, "etapa")["transform"]["table"]
    assert (table["6"], table["9"], table["12"]) == ("NEW", "WON", "LOSE")
    assert set(table) == {str(one.id) for one in lists.situations}
    assert await put(office, tenant, shown) == shown
    rule_in(shown, "titulo")["transform"]["text"] = "{numero}"
    answer = await put(office, tenant, shown)
    assert (answer["version"], rule_in(answer, "etapa")["transform"]["table"]) == (2, table)
    async with office.database.tenant(tenant.tenant_id) as conn:
        saved = await standing.mapping(conn, tenant.tenant_id, Kind.ORDER)
    assert default(Kind.ORDER).rules[6] in saved.rules


async def test_a_saved_table_is_what_is_shown(office: Office, tenant: Customer) -> None:
    sent = await get(office, tenant)
    rule_in(sent, "etapa")["transform"]["table"] = TABLE
    assert rule_in(await put(office, tenant, sent), "etapa")["transform"]["table"] == TABLE
    assert rule_in(await get(office, tenant), "etapa")["transform"]["table"] == TABLE


async def test_a_stage_that_the_portal_does_not_have_is_named(office: Office, tenant: Customer) -> None:
    """The portal's pipelines were never read: saving reads them."""
    await never_read(office)
    sent = await get(office, tenant)
    rule_in(sent, "etapa")["transform"]["table"] = {"9": "WON", "6": "NONSENSE"}
    answer = await office.api(tenant, "PUT", "/mappings/order", json=sent)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["index"], error["field"], error["code"]) == (6, "transform.table.6", "not_there")


async def test_a_pipeline_made_since_the_portal_was_read_is_found(
    office: Office, tenant: Customer, sandbox: Sandbox
) -> None:
    lists = await lists_of(office, tenant, timedelta(minutes=-2))
    assert lists.places is not None
    gone = msgspec.structs.replace(lists.places, pipelines=lists.places.pipelines[:1])
    await _keep_places(office, tenant, msgspec.json.encode(gone).decode(), timedelta(minutes=-2))
    sent = await get(office, tenant)
    second = lists.places.pipelines[1]
    rule_in(sent, "funil")["transform"]["value"] = str(second.id)
    rule_in(sent, "etapa")["transform"]["table"] = {"6": second.stages[0].id}
    assert (await put(office, tenant, sent))["version"] == 2
    rule_in(sent, "funil")["transform"]["value"] = "999"
    answer = await office.api(tenant, "PUT", "/mappings/order", json=sent)
    assert [one["code"] for one in answer.json()["errors"]] == ["not_there"]


async def _keep_places(office: Office, tenant: Customer, crm: str, ago: timedelta) -> None:
    async with office.database.tenant(tenant.tenant_id) as conn:
        await standing.keep_crm(conn, tenant.tenant_id, crm, now() + ago)


async def test_a_portal_that_is_away_keeps_nobody_from_saving(
    office: Office, tenant: Customer, sandbox: Sandbox
) -> None:
    await never_read(office)
    sandbox.control("faults", {"provider": "bitrix24", "method": "batch", "status": 503, "times": 20})
    sent = await get(office, tenant)
    rule_in(sent, "etapa")["transform"]["table"] = TABLE
    assert (await put(office, tenant, sent))["version"] == 2


async def test_saving_lets_go_what_waited_for_a_stage(office: Office, tenant: Customer) -> None:
    await held_order(office, tenant, 777, "stage_missing")
    await held_order(office, tenant, 778, "guard_rail")
    await lists_of(office, tenant)
    sent = await get(office, tenant)
    assert await put(office, tenant, sent) == sent
    assert {row["reason"] for row in await office.rows("inbox")} == {"stage_missing", "guard_rail"}
    rule_in(sent, "etapa")["transform"]["table"] = {**TABLE, "777": "NEW"}
    await office.parts.redis.flushdb()
    await put(office, tenant, sent)
    waiting = {row["bling_id"]: row["due_at"] for row in await office.rows("inbox")}
    assert waiting[777] is not None
    assert waiting[778] is None
    assert await office.parts.redis.exists(f"wake:{tenant.tenant_id}")


def _own(bitrix24: str, **more: Any) -> dict[str, Any]:
    """A rule of one's own for a deal's field."""
    rule = {"id": "meu", "bling": "observacoes", "bitrix24": bitrix24, "transform": {"type": "text"}}
    return {**rule, **more}


def _deal_field(sandbox: Sandbox, name: str, kind: str, **more: Any) -> str:
    """A custom field of deals; gives its name in `crm.item.*`."""
    field = {"entityId": "CRM_DEAL", "fieldName": f"UF_CRM_DEAL_{name}", "userTypeId": kind, **more}
    Portal(sandbox).call("userfieldconfig.add", moduleId="crm", field=field)
    return f"ufCrmDeal{name.capitalize()}"


@pytest.mark.parametrize("kind", ["order", "sale"])
async def test_a_deals_own_field_can_be_written(
    office: Office, sandbox: Sandbox, tenant: Customer, kind: str
) -> None:
    name = _deal_field(sandbox, "NOTA", "string")
    sent = await get(office, tenant, kind)
    sent["rules"].append(_own(name, bling="contato.nome"))
    assert (await put(office, tenant, sent, kind))["version"] == 2


@pytest.mark.parametrize(
    ("name", "kind", "more", "field", "code"),
    [
        ("", "", {}, "bitrix24", "not_there"),
        ("PESO", "double", {}, "transform.type", "misfit"),
        ("CORES", "string", {"multiple": "Y"}, "bitrix24", "unsupported"),
    ],
)
async def test_a_deals_field_that_does_not_fit_is_named(
    office: Office,
    sandbox: Sandbox,
    tenant: Customer,
    name: str,
    kind: str,
    more: dict[str, Any],
    field: str,
    code: str,
) -> None:
    there = _deal_field(sandbox, name, kind, **more) if name else "ufCrm_1999"
    sent = await get(office, tenant)
    sent["rules"].append(_own(there))
    answer = await office.api(tenant, "PUT", "/mappings/order", json=sent)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [(one["index"], one["field"], one["code"]) for one in errors] == [
        (len(sent["rules"]) - 1, field, code)
    ]


async def test_a_deals_field_that_was_removed_is_told(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    name = _deal_field(sandbox, "RECADO", "string")
    sent = await get(office, tenant)
    sent["rules"].append(_own(name))
    await put(office, tenant, sent)
    portal = Portal(sandbox)
    rows = portal.call("userfieldconfig.list", moduleId="crm", filter={"entityId": "CRM_DEAL"})["fields"]
    number = next(row["id"] for row in rows if row["fieldName"] == "UF_CRM_DEAL_RECADO")
    portal.call("userfieldconfig.delete", moduleId="crm", id=number)
    answer = await office.api(tenant, "GET", "/mappings/order/fields?refresh=true")
    told = [(one["what"], one["field"], one["rules"]) for one in answer.json()["changes"]]
    assert ("removed", name, ["meu"]) in told
