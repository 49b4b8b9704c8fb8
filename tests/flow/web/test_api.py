"""The JSON API: keys, limits, bad input, other tenants, and what each call answers."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from connector.store.ids import new_id
from server.api.access import PER_SECOND
from server.bodies import LARGEST_BODY
from tests.support.office import Customer, Office, message

TOGGLES = [
    *("product.create", "product.update", "product.delete", "product.export_create"),
    *("product.export_update", "order.create", "order.update", "sale.create", "deal.won"),
    "stock.update",
]
LISTS = ["/events", "/links", "/records"]
PATHS = [
    *("/status", "/toggles", "/settings/order", "/mappings/{kind}", "/events", "/events/{event_id}"),
    *(
        "/events/{event_id}/replay",
        "/events/replay",
        "/links",
        "/records",
        "/records/summary",
        "/records/{kind}/{bling_id}",
    ),
    "/licence",
]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic eA==", "Bearer é"])
async def test_without_a_good_key_it_is_401_with_a_problem(office: Office, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.encode()}
    answer = await office.client.get("/api/v1/status", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_key_opens_nothing(office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute("UPDATE api_key SET revoked_at = now()")
    assert (await office.api(customer, "GET", "/status")).status_code == 401


async def test_status_tells_connections_licence_and_inbox(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id))
    answer = (await office.api(customer, "GET", "/status")).json()
    (bling,) = answer["connections"]["bling"]
    assert (bling["company_id"], bling["state"], bling["held"]) == (customer.company_id, "connected", 0)
    assert bling["account_key"] == customer.account_key
    assert answer["connections"]["bitrix24"]["state"] == "none"
    assert (answer["licence"]["state"], answer["licence"]["plan"]) == ("trial", "profissional")
    assert (answer["inbox"]["depth"], answer["last_sync_at"]) == (1, None)
    assert 0 <= answer["inbox"]["oldest_age_s"] < 60


async def test_what_waits_for_a_broken_account_is_told_with_it(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id))
    async with office.database.system() as conn:
        await conn.execute("UPDATE inbox SET due_at = NULL, outcome = 'held', reason = 'needs_reconnect'")
        await conn.execute("UPDATE account SET state = 'needs_reconnect'")
    answer = (await office.api(customer, "GET", "/status")).json()
    assert answer["connections"]["bling"][0]["held"] == 1
    assert answer["inbox"] == {"depth": 0, "oldest_age_s": None}


async def test_the_licence_tells_use_and_limits(office: Office, customer: Customer) -> None:
    answer = (await office.api(customer, "GET", "/licence")).json()
    assert (answer["usage"], answer["limits"]["accounts"]) == (0, 3)
    assert answer["ends_at"].endswith("Z")
    assert len(answer["ends_at"]) == len("2026-11-23T12:00:00.000Z")


async def test_toggles_are_off_until_ticked(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "GET", "/toggles")).json() == dict.fromkeys(TOGGLES, False)


async def test_a_subset_of_toggles_is_changed(office: Office, customer: Customer) -> None:
    answer = await office.api(customer, "PUT", "/toggles", json={"product.create": True})
    assert answer.json() == {**dict.fromkeys(TOGGLES, False), "product.create": True}
    assert (await office.api(customer, "GET", "/toggles")).json() == answer.json()
    assert [row["action"] for row in await office.rows("audit")] == ["toggle.changed"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"product.create": True, "nonsense": True}, ["nonsense"]),
        ({"product.create": "yes"}, ["product.create"]),
        ({"product.create": 1, "order.create": None, "x": 1}, ["order.create", "product.create", "x"]),
    ],
)
async def test_bad_toggles_are_all_named_and_change_nothing(
    office: Office, customer: Customer, body: dict[str, object], fields: list[str]
) -> None:
    answer = await office.api(customer, "PUT", "/toggles", json=body)
    assert answer.status_code == 422
    assert sorted(error["field"] for error in answer.json()["errors"]) == fields
    assert not any((await office.api(customer, "GET", "/toggles")).json().values())


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"null", b"\xff", b"[" * 20_000])
@pytest.mark.parametrize("path", ["/toggles", "/settings/order"])
async def test_a_body_that_is_no_object_is_422(
    office: Office, customer: Customer, path: str, content: bytes
) -> None:
    answer = await office.api(customer, "PUT", path, content=content)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_the_choice_for_deleted_orders_is_kept(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "GET", "/settings/order")).json() == {"on_deleted": "nothing"}
    answer = await office.api(customer, "PUT", "/settings/order", json={"on_deleted": "lost"})
    assert answer.json() == {"on_deleted": "lost"}
    assert (await office.api(customer, "GET", "/settings/order")).json() == {"on_deleted": "lost"}


@pytest.mark.parametrize("body", [{}, {"on_deleted": "x"}, {"on_deleted": 1}, {"on_deleted": "lost", "x": 1}])
async def test_another_choice_is_422(office: Office, customer: Customer, body: dict[str, object]) -> None:
    assert (await office.api(customer, "PUT", "/settings/order", json=body)).status_code == 422


async def test_the_product_mapping_begins_with_the_fixed_rules(office: Office, customer: Customer) -> None:
    answer = (await office.api(customer, "GET", "/mappings/product")).json()
    assert answer["version"] == 1
    assert [rule["bling"] for rule in answer["rules"]] == ["id", "nome", "codigo", "preco", "situacao"]
    assert {rule["locked"] for rule in answer["rules"]} == {True}


@pytest.mark.parametrize("path", ["/mappings/nonsense", "/records/nonsense/1", "/nonsense", "/events/x"])
async def test_what_is_no_name_is_404_or_422(office: Office, customer: Customer, path: str) -> None:
    answer = await office.api(customer, "GET", path)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] in ("not_found", "invalid")


async def test_an_event_is_listed_as_soon_as_it_is_stored(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id, eventId="e-1"))
    page = (await office.api(customer, "GET", "/events")).json()
    (event,) = page["items"]
    assert page["next"] is None
    assert (event["source"], event["kind"], event["action"]) == ("bling", "product", "updated")
    assert event["record"] == {"bling_id": "1001", "bitrix_id": None, "label": event["record"]["label"]}
    assert (event["provider_event_id"], event["outcome"], event["settled_at"]) == ("e-1", None, None)


async def test_an_event_tells_the_message_as_received(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id, eventId="e-1"))
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    detail = (await office.api(customer, "GET", f"/events/{event['id']}")).json()
    assert detail["payload"]["eventId"] == "e-1"
    assert (detail["changes"], detail["calls"], detail["plan"]) == ([], [], None)


async def test_events_are_paged_newest_first_without_gap_or_double(
    office: Office, customer: Customer
) -> None:
    for number in range(1, 8):
        await office.bling_sends(message(customer.company_id, data={"id": number}))
    seen, after = [], ""
    while after is not None:
        page = (await office.api(customer, "GET", f"/events?limit=3{after and f'&after={after}'}")).json()
        seen += [event["record"]["bling_id"] for event in page["items"]]
        after = page["next"]
    assert seen == ["7", "6", "5", "4", "3", "2", "1"]


async def test_events_are_filtered(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id, data={"id": 1}))
    await office.bling_sends(message(customer.company_id, event="order.updated", data={"id": 2}))
    for query, expected in (("kind=order", ["2"]), ("record=1", ["1"]), ("outcome=held", [])):
        page = (await office.api(customer, "GET", f"/events?{query}")).json()
        assert [event["record"]["bling_id"] for event in page["items"]] == expected


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=x", "limit=", "limit=1.5", "limit=-1", "after=x", "after=%00"),
        *("nonsense=1", "limit=1&limit=2", "kind=x", "kind=", "after=" + "A" * 500),
    ],
)
async def test_bad_parameters_are_422(office: Office, customer: Customer, path: str, query: str) -> None:
    answer = await office.api(customer, "GET", f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "path",
    [
        *("/events?record=x", "/events?record=-1", "/events?record=9223372036854775808", "/events?outcome=x"),
        *(
            "/links?bling_id=x",
            "/links?bitrix_id=%00",
            "/records?state=x",
            "/status?x=1",
            "/records/product/x",
        ),
        "/records/product/-1",
    ],
)
async def test_bad_values_are_422(office: Office, customer: Customer, path: str) -> None:
    assert (await office.api(customer, "GET", path)).status_code == 422


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "'", "%25", "a" * 200])
async def test_any_search_text_is_answered(office: Office, customer: Customer, q: str) -> None:
    answer = await office.api(customer, "GET", f"/records?q={q}")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_records_and_links_of_a_fresh_tenant_are_empty(office: Office, customer: Customer) -> None:
    assert (await office.api(customer, "GET", "/links?bling_id=1")).json()["items"] == []
    assert (await office.api(customer, "GET", "/records/product/1")).status_code == 404
    summary = (await office.api(customer, "GET", "/records/summary")).json()
    assert set(summary["product"].values()) == {0}


@pytest.mark.parametrize("path", ["", "/replay"])
async def test_another_tenants_event_is_404(office: Office, customer: Customer, path: str) -> None:
    other = await office.customer()
    await office.bling_sends(message(other.company_id))
    (event,) = (await office.api(other, "GET", "/events")).json()["items"]
    method = "POST" if path else "GET"
    body = {"json": {"dry_run": True}} if path else {}
    answer = await office.api(customer, method, f"/events/{event['id']}{path}", **body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await office.api(customer, "GET", "/events")).json()["items"] == []


async def test_a_replay_is_a_new_event(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id))
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    answer = await office.api(customer, "POST", f"/events/{event['id']}/replay", json={"dry_run": False})
    assert answer.status_code == 202
    new = (await office.api(customer, "GET", f"/events/{answer.json()['event_id']}")).json()
    assert (new["source"], new["record"]["bling_id"]) == ("replay", "1001")


async def test_without_a_licence_a_replay_is_409(office: Office, customer: Customer) -> None:
    await office.bling_sends(message(customer.company_id))
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    async with office.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    answer = await office.api(customer, "POST", f"/events/{event['id']}/replay", json={"dry_run": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "licence")


@pytest.mark.parametrize("body", [{"dry_run": "x"}, {"dry_run": None}, {"x": 1}])
async def test_a_bad_replay_is_422(office: Office, customer: Customer, body: dict[str, object]) -> None:
    answer = await office.api(customer, "POST", f"/events/{new_id()}/replay", json=body)
    assert answer.status_code == 422


async def test_an_event_that_never_was_is_404(office: Office, customer: Customer) -> None:
    for event_id in (new_id(), uuid4()):
        assert (await office.api(customer, "GET", f"/events/{event_id}")).status_code == 404


async def test_twenty_requests_a_second_are_fine_and_many_more_429(
    office: Office, customer: Customer
) -> None:
    answers = [(await office.api(customer, "GET", "/toggles")).status_code for _ in range(20)]
    assert set(answers) == {200}
    flood = await asyncio.gather(
        *(office.api(customer, "GET", "/toggles") for _ in range(2 * PER_SECOND + 20))
    )
    refused = [answer for answer in flood if answer.status_code == 429]
    assert refused
    assert (refused[0].headers["retry-after"], refused[0].json()["code"]) == ("1", "too_many_requests")


async def test_the_schema_needs_no_key_and_lists_every_path(office: Office) -> None:
    schema = (await office.client.get("/schema/openapi.json")).json()
    assert {f"/api/v1{path}" for path in PATHS} <= schema["paths"].keys()
    listed = schema["paths"]["/api/v1/events"]["get"]["parameters"]
    filters = {"kind", "record", "outcome", "reason", "source", "since", "until", "q"}
    assert {parameter["name"] for parameter in listed} == filters | {"after", "limit"}
    records = schema["paths"]["/api/v1/records"]["get"]["parameters"]
    assert {parameter["name"] for parameter in records} == {"kind", "state", "reason", "q", "after", "limit"}


async def test_the_schema_tells_errors_as_they_are(office: Office) -> None:
    schema = (await office.client.get("/schema/openapi.json")).json()
    replay = schema["paths"]["/api/v1/events/{event_id}/replay"]["post"]["responses"]
    assert set(replay) == {"200", "202", "401", "403", "404", "409", "413", "422", "429", "503"}
    assert replay["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/PlanShown")
    (media,) = replay["422"]["content"].items()
    assert media == ("application/problem+json", {"schema": {"$ref": "#/components/schemas/ProblemBody"}})
    errors = schema["components"]["schemas"]["ProblemBody"]["properties"]["errors"]
    assert errors["items"]["$ref"].rpartition("/")[2] in schema["components"]["schemas"]
    answers = [part["responses"] for item in schema["paths"].values() for part in item.values()]
    assert not [answer for answer in answers if "400" in answer or "422" not in answer]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=1e2", "limit=1.0", "limit=%2B5", "limit=5%20", "limit=", "record=1.0", "record=1e2"),
        *("kind=null", "outcome=NULL", "record=null"),
    ],
)
async def test_a_parameter_is_taken_as_it_is_written_or_not_at_all(
    office: Office, customer: Customer, query: str
) -> None:
    answer = await office.api(customer, "GET", f"/events?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_beyond_the_calendar_is_a_bad_since(
    office: Office, customer: Customer, since: str
) -> None:
    answer = await office.api(customer, "POST", "/imports", json={"kind": "product", "since": since})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "since")


async def test_a_body_that_was_not_read_to_its_end_closes_the_connection(
    office: Office, customer: Customer
) -> None:
    sent = b'{"a": "' + b"x" * LARGEST_BODY + b'"}'
    answer = await office.api(customer, "PUT", "/toggles", content=sent)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


async def test_a_refused_stranger_is_told_the_requests_name(office: Office) -> None:
    answer = await office.client.get("/api/v1/status")
    assert answer.status_code == 401
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_request_has_a_name_and_secure_headers(office: Office, customer: Customer) -> None:
    answer = await office.api(customer, "GET", "/status")
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_mistake_of_ours_tells_nothing(
    office: Office, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("server.api.status.status_of", broken)
    answer = await office.api(customer, "GET", "/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["code"] == "internal"
