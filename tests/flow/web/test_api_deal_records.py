"""Orders in the API's records: both sides field by field, whatever kind of rule joins them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.domain.events import Kind, RecordKey, RecordState
from connector.store import links
from connector.store.links import Link
from tests.support.office import Customer, Office

WRITTEN = {
    "title": "Pedido 12 – Ana",
    "originatorId": "ponte",
    "originId": "company:501",
    "opportunity": "99.90",
    "currencyId": "BRL",
    "categoryId": "0",
    "stageId": "WON",
    "begindate": "2026-11-20",
    "@situation": "9",
}


async def _fields(office: Office, customer: Customer, written: dict[str, str]) -> dict[str, Any]:
    now = office.parts.clock.now()
    link = Link(
        record=RecordKey(Kind.ORDER, customer.account_id, 501),
        bitrix_id=77,
        label="Pedido 12",
        written=json.dumps(written),
        mapping_version=1,
        state=RecordState.IN_STEP,
        synced_at=now,
        created_at=now,
        updated_at=now,
    )
    async with office.database.tenant(customer.tenant_id) as conn:
        await links.save(conn, customer.tenant_id, [link])
    answer = await office.api(customer, "GET", "/records/order/501")
    assert answer.status_code == 200, answer.text
    return {one["rule"]: one for one in answer.json()["fields"]}


async def _choose_stage(office: Office, customer: Customer, table: dict[str, str]) -> None:
    sent = (await office.api(customer, "GET", "/mappings/order")).json()
    next(one for one in sent["rules"] if one["id"] == "etapa")["transform"]["table"] = table
    assert (await office.api(customer, "PUT", "/mappings/order", json=sent)).status_code == 200


async def test_an_order_is_shown_with_every_rule(office: Office, customer: Customer) -> None:
    await _choose_stage(office, customer, {"9": "WON", "100": "WON"})
    fields = await _fields(office, customer, WRITTEN)
    shown = {rule: (one["bling_value"], one["bitrix24_value"]) for rule, one in fields.items()}
    assert shown["titulo"] == ("Pedido 12 – Ana", "Pedido 12 – Ana")
    assert shown["origem"] == ("ponte", "ponte")
    assert shown["id"] == ("501", "company:501")
    assert shown["total"] == ("99.90", "99.90")
    assert shown["etapa"] == ("9", "WON")
    assert shown["previsao"] == (None, None)
    assert {one["in_step"] for one in fields.values()} == {True}


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [("id", "originId", "company:502"), ("etapa", "stageId", "NEW"), ("moeda", "currencyId", "USD")],
)
async def test_what_differs_is_not_in_step(
    office: Office, customer: Customer, rule: str, field: str, value: str
) -> None:
    await _choose_stage(office, customer, {"9": "WON"})
    fields = await _fields(office, customer, {**WRITTEN, field: value})
    assert fields[rule]["bitrix24_value"] == value
    assert [one for one, pair in fields.items() if not pair["in_step"]] == [rule]
