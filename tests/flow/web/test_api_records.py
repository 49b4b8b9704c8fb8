"""Records and links in the API: lists by key, one record field by field."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import pytest

from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.mapping import KEPT
from connector.store import links
from connector.store.links import Link
from tests.support.office import Customer, Office

WRITTEN = {"name": "Copo", "xmlId": "SKU-1", "price": "4.99", "active": "Y"}


def _link(account_id: UUID, bling_id: int, now: datetime, **more: object) -> Link:
    values = {
        "bitrix_id": 9000 + bling_id,
        "label": f"Copo {bling_id}",
        "sku": f"SKU-{bling_id}",
        "written": json.dumps(WRITTEN),
        "mapping_version": 1,
        "state": RecordState.IN_STEP,
        "synced_at": now,
        **more,
    }
    record = RecordKey(Kind.PRODUCT, account_id, bling_id)
    return Link(record=record, created_at=now, updated_at=now, **values)  # type: ignore[arg-type]


@pytest.fixture
async def linked(office: Office, customer: Customer) -> Customer:
    """Five products in step and one that needs somebody."""
    now = office.parts.clock.now()
    made = [_link(customer.account_id, number, now) for number in range(1, 6)]
    needy = {"state": RecordState.NEEDS_YOU, "reason": Reason.AMBIGUOUS, "bitrix_id": None, "written": None}
    async with office.database.tenant(customer.tenant_id) as conn:
        await links.save(
            conn, customer.tenant_id, [*made, _link(customer.account_id, 6, now, synced_at=None, **needy)]
        )
    return customer


@pytest.mark.parametrize("path", ["/links", "/records", "/links?kind=product", "/records?kind=product"])
async def test_lists_are_paged_without_gap_or_double(office: Office, linked: Customer, path: str) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        query = f"{'&' if '?' in path else '?'}limit=4{after and f'&after={after}'}"
        page = (await office.api(linked, "GET", path + query)).json()
        seen += [row["bling_id"] for row in page["items"]]
        after = page["next"]
    assert seen == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bling_id=3", ["3"]),
        ("bitrix_id=9002", ["2"]),
        ("bling_id=3&bitrix_id=9002", []),
        ("bling_id=3&bitrix_id=9003", ["3"]),
        ("kind=order&bling_id=3", []),
        ("bling_id=77", []),
    ],
)
async def test_links_are_found_by_either_id(
    office: Office, linked: Customer, query: str, found: list[str]
) -> None:
    page = (await office.api(linked, "GET", f"/links?{query}")).json()
    assert [row["bling_id"] for row in page["items"]] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [("state=needs_you", ["6"]), ("q=sku-4", ["4"]), ("q=9005", ["5"]), ("state=waiting", [])],
)
async def test_records_are_found_by_state_sku_and_id(
    office: Office, linked: Customer, query: str, found: list[str]
) -> None:
    page = (await office.api(linked, "GET", f"/records?{query}")).json()
    assert [row["bling_id"] for row in page["items"]] == found


async def test_a_record_that_needs_somebody_says_what_to_do(office: Office, linked: Customer) -> None:
    (row,) = (await office.api(linked, "GET", "/records?state=needs_you")).json()["items"]
    assert (row["reason"], row["remedy"]) == ("ambiguous", "choose_record")


async def test_the_summary_counts_states(office: Office, linked: Customer) -> None:
    summary = (await office.api(linked, "GET", "/records/summary")).json()
    assert (summary["product"]["in_step"], summary["product"]["needs_you"]) == (5, 1)
    assert set(summary["order"].values()) == {0}


async def test_one_record_shows_both_sides_field_by_field(office: Office, linked: Customer) -> None:
    record = (await office.api(linked, "GET", "/records/product/1")).json()
    assert (record["bling_id"], record["bitrix_id"], record["state"]) == ("1", "9001", "in_step")
    fields = {field["bling"]: field for field in record["fields"]}
    assert {name: field["bitrix24_value"] for name, field in fields.items()} == {
        "id": "1",
        "nome": "Copo",
        "codigo": "SKU-1",
        "preco": "4.99",
        "situacao": "Y",
    }
    assert fields["situacao"]["bling_value"] == "A"
    assert all(field["in_step"] and field["version"] == 1 for field in record["fields"])


async def test_an_edit_that_was_kept_is_shown_as_such(office: Office, linked: Customer) -> None:
    sent = (await office.api(linked, "GET", "/mappings/product")).json()
    brand = {"id": "m", "bling": "marca", "bitrix24": "detailText", "transform": {"type": "text"}}
    sent["rules"] += [{**brand, "policy": "keep"}]
    assert (await office.api(linked, "PUT", "/mappings/product", json={"rules": sent["rules"]})).is_success
    async with office.database.tenant(linked.tenant_id) as conn:
        written = json.dumps(WRITTEN | {"detailText": "Acme", "detailText" + KEPT: "À mão"})
        await conn.execute("UPDATE link SET written = $1 WHERE bling_id = 1", written)
    record = (await office.api(linked, "GET", "/records/product/1")).json()
    assert [
        (one["bling_value"], one["bitrix24_value"], one["in_step"]) for one in record["fields"] if one["kept"]
    ] == [("Acme", "À mão", True)]


async def test_another_tenants_record_is_404(office: Office, linked: Customer) -> None:
    other = await office.customer()
    assert (await office.api(other, "GET", "/records/product/1")).status_code == 404
    assert (await office.api(other, "GET", "/links?bling_id=1")).json()["items"] == []
