"""What a mapping would do, seen before it is saved: nothing is saved, nothing is written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from connector.account import field_lists, mappings
from connector.account.clock import now
from connector.domain.events import Kind, RecordKey, RecordState
from connector.store import links
from connector.store.links import Link
from connector.sync.preview import Preview, preview
from tests.support.mapped import get, settled
from tests.support.office import Customer, Office
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

WEIGHT = {
    "id": "peso",
    "bling": "pesoBruto",
    "bitrix24": "weight",
    "transform": {"type": "unit", "from": "kg", "to": "g"},
}
PLAIN = {
    "id": "resumo",
    "bling": "descricaoCurta",
    "bitrix24": "previewText",
    "transform": {"type": "identity"},
}


PICTURE = {
    "id": "imagem",
    "bling": "midia.imagens",
    "bitrix24": "detailPicture",
    "transform": {"type": "first_image"},
    "direction": "import",
}
SECTION = {
    "id": "secao",
    "bling": "categoria.id",
    "bitrix24": "iblockSectionId",
    "transform": {"type": "section"},
}


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """Connected on both sides; webhooks of what is made in Bling are lost."""
    sandbox.control("webhooks", {"mode": "off"})
    sandbox.control("limits", {"enforce": False})
    return await settled(office, sandbox)


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def in_bling(sandbox: Sandbox, **fields: Any) -> int:
    """A product in Bling; gives its id."""
    body = {"nome": "Copo", "tipo": "P", "situacao": "A", "formato": "S", "preco": 4.99, **fields}
    token = sandbox.ready["companies"][0]["access_token"]
    headers = {"authorization": f"Bearer {token}", "enable-jwt": "1"}
    url = f"{sandbox.ready['bling']['api_url']}/produtos"
    answer = sandbox.client.post(url, json=body, headers=headers)
    answer.raise_for_status()
    made: int = answer.json()["data"]["id"]
    return made


async def linked(office: Office, tenant: Customer, bling_id: int, bitrix_id: int, **written: str) -> None:
    """A product that was synced."""
    async with office.database.tenant(tenant.tenant_id) as conn:
        account = await conn.fetchval("SELECT id FROM account WHERE tenant_id = $1", tenant.tenant_id)
        link = Link(
            record=RecordKey(Kind.PRODUCT, account, bling_id),
            bitrix_id=bitrix_id,
            shape="simple",
            label="Copo",
            written=msgspec.json.encode(written).decode(),
            mapping_version=1,
            state=RecordState.IN_STEP,
            created_at=now(),
            updated_at=now(),
        )
        await links.save(conn, tenant.tenant_id, [link])


async def seen(office: Office, tenant: Customer, *more: Any, kind: str = "product", **body: Any) -> Any:
    """The preview of the mapping in force and `more` rules."""
    sent = {"rules": [*(await get(office, tenant, kind))["rules"], *more], **body}
    answer = await office.api(tenant, "POST", f"/mappings/{kind}/preview", json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fields_of(record: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Before and after by field."""
    return {one["field"]: (one["before"], one["after"]) for one in record["fields"]}


def calls(sandbox: Sandbox, provider: str) -> list[dict[str, Any]]:
    rows = sandbox.control(f"calls?provider={provider}", method="GET")
    return rows["items"] if isinstance(rows, dict) else rows


async def test_a_fresh_tenant_sees_its_bling_account(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    bling_id = in_bling(sandbox, codigo="C-1", descricaoCurta="de vidro")
    (record,) = (await seen(office, tenant, PLAIN))["records"]
    assert record["record"] == {"bling_id": str(bling_id), "bitrix_id": None, "label": "Copo"}
    found = fields_of(record)
    assert found["name"] == (None, "Copo")
    assert found["price"] == (None, "4.99")
    assert found["previewText"] == (None, "de vidro")


async def test_a_synced_record_shows_what_bitrix24_holds(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    bling_id = in_bling(sandbox, codigo="C-1", pesoBruto=0.35)
    made = portal.product(name="Copo velho", xmlId="C-1", weight=100)
    await linked(office, tenant, bling_id, made["id"], name="Copo velho")
    (record,) = (await seen(office, tenant, WEIGHT))["records"]
    assert record["record"]["bitrix_id"] == str(made["id"])
    found = fields_of(record)
    assert found["name"] == ("Copo velho", "Copo")
    assert found["xmlId"] == ("C-1", "C-1")
    assert found["weight"] == ("100", "350")
    assert [one["rule"] for one in record["fields"] if one["field"] == "weight"] == ["peso"]


async def test_nothing_is_saved_or_written(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    in_bling(sandbox, codigo="C-1")
    sandbox.control("calls", method="DELETE")
    await seen(office, tenant, PLAIN)
    assert await office.rows("mapping") == []
    assert await office.rows("event") + await office.rows("inbox") == []
    commands = [one for call in calls(sandbox, "bitrix24") for one in call.get("commands") or ()]
    assert [one for one in commands if ".add" in one or ".update" in one] == []
    assert portal.call("catalog.product.list", select=["id", "iblockId"], filter={"iblockId": 12}) == {
        "products": []
    }


async def test_the_second_preview_reads_nothing(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    bling_id = in_bling(sandbox, codigo="C-1", pesoBruto=0.35)
    await linked(office, tenant, bling_id, portal.product()["id"], name="Copo")
    first = await seen(office, tenant, WEIGHT)
    sandbox.control("calls", method="DELETE")
    heavier = {**WEIGHT, "transform": {"type": "number", "scale": 2}}
    second = await seen(office, tenant, heavier)
    assert calls(sandbox, "bling") + calls(sandbox, "bitrix24") == []
    assert fields_of(first["records"][0])["weight"][1] == "350"
    assert fields_of(second["records"][0])["weight"][1] == "0.7"


async def test_a_record_that_was_synced_since_is_read_again(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    bling_id = in_bling(sandbox, codigo="C-1", pesoBruto=0.35)
    made = portal.product(weight=1)
    await linked(office, tenant, bling_id, made["id"], weight="1")
    (before,) = (await seen(office, tenant, WEIGHT))["records"]
    assert fields_of(before)["weight"] == ("1", "350")
    portal.call("catalog.product.update", id=made["id"], fields={"weight": 350})
    await linked(office, tenant, bling_id, made["id"], weight="350")
    (after,) = (await seen(office, tenant, WEIGHT))["records"]
    assert fields_of(after)["weight"] == ("350", "350")


async def test_a_mapping_that_lists_cover_reads_a_list(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    for number in range(3):
        bling_id = in_bling(sandbox, codigo=f"C-{number}")
        await linked(office, tenant, bling_id, portal.product()["id"])
    await seen(office, tenant)
    sandbox.control("calls", method="DELETE")
    await office.parts.redis.flushdb()
    assert len((await seen(office, tenant))["records"]) == 3
    assert len(calls(sandbox, "bling")) == 1


async def test_the_newest_records_are_shown_as_many_as_asked_for(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    made = []
    for number in range(3):
        made.append(portal.product()["id"])
        await linked(office, tenant, in_bling(sandbox, codigo=f"C-{number}"), made[-1])
    records = (await seen(office, tenant, limit=2))["records"]
    assert [one["record"]["bitrix_id"] for one in records] == [str(made[2]), str(made[1])]


async def test_an_edit_by_hand_is_shown_as_kept(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    bling_id = in_bling(sandbox, codigo="C-1", descricaoCurta="de fábrica")
    made = portal.product(previewText="à mão")
    await linked(office, tenant, bling_id, made["id"], previewText="de fábrica")
    (record,) = (await seen(office, tenant, {**PLAIN, "policy": "keep"}))["records"]
    (kept,) = [one for one in record["fields"] if one["kept"]]
    assert (kept["field"], kept["before"], kept["after"]) == ("previewText", "à mão", "à mão")


async def test_what_the_filter_leaves_out_says_so(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    in_bling(sandbox, codigo="C-1")
    (record,) = (await seen(office, tenant, filter={"tipo": ["S"]}))["records"]
    assert (record["skipped"], record["fields"]) == ("filtered", [])


async def test_a_value_that_a_rule_cannot_take_is_a_problem(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    in_bling(sandbox, codigo="C-1", gtin="sem código")
    rule = {**WEIGHT, "bling": "gtin", "transform": {"type": "number"}}
    (record,) = (await seen(office, tenant, rule))["records"]
    assert "gtin → weight" in record["problems"][0]
    assert "weight" not in fields_of(record)


async def test_each_rule_tells_its_cost(office: Office, tenant: Customer) -> None:
    costs = (await seen(office, tenant, PLAIN, WEIGHT))["costs"]
    assert costs["nome"] == {"change": "none", "importing": "list", "pictures": False}
    assert costs["resumo"] == {"change": "none", "importing": "list", "pictures": False}
    assert costs["peso"] == costs[""] == {"change": "record", "importing": "record", "pictures": False}


async def test_pictures_tell_their_cost(office: Office, tenant: Customer) -> None:
    costs = (await seen(office, tenant, PICTURE))["costs"]
    assert costs["imagem"] == costs[""] == {"change": "record", "importing": "record", "pictures": True}


async def test_bad_rules_are_named_as_for_a_put(office: Office, tenant: Customer) -> None:
    sent = {"rules": [*(await get(office, tenant, "product"))["rules"], {**WEIGHT, "bling": "cor"}]}
    answer = await office.api(tenant, "POST", "/mappings/product/preview", json=sent)
    assert answer.status_code == 422
    assert [(one["index"], one["field"], one["code"]) for one in answer.json()["errors"]] == [
        (5, "bling", "unknown")
    ]


@pytest.mark.parametrize("limit", [0, 51, "2", True, None])
async def test_a_bad_limit_is_named(office: Office, tenant: Customer, limit: Any) -> None:
    sent = {**await get(office, tenant, "product"), "limit": limit}
    answer = await office.api(tenant, "POST", "/mappings/product/preview", json=sent)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit")


async def test_bling_away_leaves_records_unread(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    await linked(office, tenant, in_bling(sandbox, codigo="C-1"), portal.product()["id"])
    await seen(office, tenant)
    await office.parts.redis.flushdb()
    sandbox.control("faults", {"provider": "bling", "status": 500, "times": 50})
    found = await seen(office, tenant, WEIGHT)
    assert (found["records"], found["unread"]) == ([], 1)


async def test_an_order_shows_its_deal(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    company = sandbox.ready["companies"][0]["company_id"]
    sandbox.control("seed", {"tenant": company, "products": 1, "orders": 1})
    found = await seen(office, tenant, kind="order")
    (record,) = found["records"]
    fields = fields_of(record)
    assert record["skipped"] is None
    assert (fields["title"][1] or "").startswith("Pedido ")
    assert fields["originId"] == (None, f"{company}:{record['record']['bling_id']}")
    assert fields["stageId"][1]
    assert found["costs"][""] == {"change": "none", "importing": "none", "pictures": False}


async def test_kinds_without_a_mapping_have_no_preview(office: Office, tenant: Customer) -> None:
    answer = await office.api(tenant, "POST", "/mappings/contact/preview", json={"rules": []})
    assert answer.status_code == 404


async def test_another_tenants_records_are_not_shown(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    await linked(office, tenant, in_bling(sandbox, codigo="C-1"), portal.product()["id"])
    await seen(office, tenant)
    other = await office.customer(company_id=uuid4().hex)
    found = await seen(office, other)
    assert found["records"] == []


def product_reads(sandbox: Sandbox) -> list[str]:
    """The last parts of the paths of products that were read: `produtos` for a list."""
    paths = [one["path"] for one in calls(sandbox, "bling")]
    return [path.rsplit("/", 1)[-1] for path in paths if "/v3/produtos" in path]


async def glance(office: Office, tenant: Customer, *more: Any, patience: float) -> Preview:
    """What a person sees after so many seconds."""
    sent = {"rules": [*(await get(office, tenant, "product"))["rules"], *more]}
    parts = office.parts
    mapping = await mappings.proposed(parts.connecting, tenant.tenant_id, Kind.PRODUCT, sent, now())
    return await preview(parts.engine, tenant.tenant_id, mapping, 20, patience)


async def test_what_lists_cover_is_shown_while_records_are_being_read(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    for number in range(5):
        bling_id = in_bling(sandbox, codigo=f"C-{number}", pesoBruto=0.35, descricaoCurta="de vidro")
        await linked(office, tenant, bling_id, portal.product()["id"], name="Copo velho")
    sandbox.control("calls", method="DELETE")
    first = await glance(office, tenant, WEIGHT, PLAIN, patience=0)
    assert (first.pending, first.unread, len(first.records)) == (5, 5, 5)
    assert product_reads(sandbox) == ["produtos"]
    record = first.records[0]
    assert record.partial
    after = {one.field: one.after for one in record.fields}
    assert (after["name"], after["previewText"], after.get("weight")) == ("Copo", "de vidro", None)


async def test_asking_again_shows_more_and_reads_nothing_twice(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    for number in range(7):
        bling_id = in_bling(sandbox, codigo=f"C-{number}", pesoBruto=0.35)
        await linked(office, tenant, bling_id, portal.product()["id"])
    sandbox.control("calls", method="DELETE")
    pending = [7]
    while pending[-1] and len(pending) < 20:
        pending.append((await glance(office, tenant, WEIGHT, patience=0.2)).pending)
    assert pending[-1] == 0
    assert pending == sorted(pending, reverse=True)
    read = [one for one in product_reads(sandbox) if one.isdecimal()]
    assert (len(read), len(set(read))) == (7, 7)


async def test_a_record_that_is_gone_is_not_waited_for(
    office: Office, sandbox: Sandbox, tenant: Customer, portal: Portal
) -> None:
    await linked(office, tenant, 404_404, portal.product()["id"])
    seen_first = await glance(office, tenant, WEIGHT, patience=1.0)
    assert (seen_first.pending, seen_first.unread, seen_first.records) == (0, 1, ())


async def test_a_fresh_tenant_sees_its_invoices(office: Office, sandbox: Sandbox, tenant: Customer) -> None:
    number = sale_in_bling(sandbox)
    found = await seen(office, tenant, kind="sale")
    (record,) = found["records"]
    assert record["record"]["bling_id"] == str(number)
    assert (fields_of(record)["title"][1] or "").startswith("Venda ")
    assert fields_of(record)["opportunity"][1]


def sale_in_bling(sandbox: Sandbox) -> int:
    """An authorised invoice of an order; gives its id. Its draft of before is no sale."""
    company = sandbox.ready["companies"][0]
    (order,) = sandbox.control("seed", {"tenant": company["company_id"], "products": 1, "orders": 1})[
        "orders"
    ]
    headers = {"authorization": f"Bearer {company['access_token']}", "enable-jwt": "1"}
    api = sandbox.ready["bling"]["api_url"]
    made = sandbox.client.post(f"{api}/pedidos/vendas/{order}/gerar-nfe", headers=headers).json()
    number: int = made["idNotaFiscal"]
    sandbox.client.post(f"{api}/nfe/{number}/enviar", headers=headers).raise_for_status()
    return number


async def test_a_section_that_would_be_made_is_named(
    office: Office, sandbox: Sandbox, tenant: Customer
) -> None:
    await field_lists.load(office.parts.connecting, tenant.tenant_id, now())
    async with office.database.tenant(tenant.tenant_id) as conn:
        known = await field_lists.kept(conn, tenant.tenant_id)
    category = known.categories[0]
    in_bling(sandbox, codigo="C-1", categoria={"id": int(category.id)})
    (record,) = (await seen(office, tenant, SECTION))["records"]
    after = fields_of(record)["iblockSectionId"][1] or ""
    assert after == f"+{category.name}" or after.isdecimal()
    dump = sandbox.control(
        f"dump?provider=bitrix24&tenant={sandbox.ready['portals'][0]['member_id']}", method="GET"
    )
    assert {row["name"] for row in dump["sections"]} == {"Canecas", "Papelaria"}


async def test_a_section_takes_no_table_and_leads_between_its_two_fields_alone(
    office: Office, tenant: Customer
) -> None:
    rules = (await get(office, tenant, "product"))["rules"]
    table = {**SECTION, "transform": {"type": "section", "table": {"1": "2"}}}
    for rule, field in ((table, "transform.table"), ({**SECTION, "bling": "unidade"}, "transform.type")):
        answer = await office.api(tenant, "PUT", "/mappings/product", json={"rules": [*rules, rule]})
        assert answer.status_code == 422
        assert field in [one["field"] for one in answer.json()["errors"]]
