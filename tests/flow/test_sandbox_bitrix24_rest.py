"""The portal's REST door: how it is called, who may, limits, faults, and the log of calls."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

TIME = {
    "start",
    "finish",
    "duration",
    "processing",
    "date_start",
    "date_finish",
    "operating_reset_at",
    "operating",
}


@pytest.fixture
def portal(sandbox: Sandbox) -> Portal:
    return Portal(sandbox)


def test_the_envelope(portal: Portal) -> None:
    body = portal.post("catalog.measure.list").json()
    assert set(body) == {"result", "total", "time"}
    assert set(body["time"]) == TIME
    assert datetime.fromisoformat(body["time"]["date_start"]).tzinfo is not None


@pytest.mark.parametrize("name", ["profile", "PROFILE.json", "Profile", "profile/"])
def test_names_in_any_case_with_or_without_json(portal: Portal, name: str) -> None:
    assert portal.call(name)["ADMIN"] is True


def test_a_portal_says_what_it_can(portal: Portal) -> None:
    assert "catalog.product.add" in portal.call("methods")
    assert portal.call("method.get", name="Catalog.Price.Modify") == {"isExisting": True, "isAvailable": True}
    assert portal.call("method.get", name="none") == {"isExisting": False, "isAvailable": False}
    assert [user["ID"] for user in portal.call("user.get")] == ["1", "5", "6"]
    assert datetime.fromisoformat(portal.call("server.time")).utcoffset() is not None


def test_parameters_come_as_json_form_or_query(portal: Portal) -> None:
    products, _ = portal.iblocks()
    query = f"auth={portal.token}&fields[iblockId]={products}&fields[name]=Caf%C3%A9+%26+Cia"
    form = {"content-type": "application/x-www-form-urlencoded"}
    url = f"{portal.rest_url}catalog.product.add"
    answers = [
        portal.client.get(f"{url}.json?{query}"),
        portal.client.post(f"{url}?{query}"),
        portal.client.post(url, content=query, headers=form),
        portal.client.post(
            f"{url}?auth={portal.token}", json={"fields": {"iblockId": products, "name": "Café & Cia"}}
        ),
    ]
    assert [answer.json()["result"]["element"]["name"] for answer in answers] == ["Café & Cia"] * 4


def test_a_bearer_header_is_taken_too(portal: Portal) -> None:
    headers = {"authorization": f"Bearer {portal.token}"}
    assert portal.client.get(f"{portal.rest_url}profile", headers=headers).status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"[" * 20_000, b"\xff\x00"])
def test_a_body_that_says_nothing_is_no_authorisation(portal: Portal, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = portal.client.post(f"{portal.rest_url}profile", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "NO_AUTH_FOUND")


def test_unknown_methods_and_tokens_of_other_portals(sandbox: Sandbox, portal: Portal) -> None:
    assert portal.refusal("no.such.method")[:2] == (404, "ERROR_METHOD_NOT_FOUND")
    other = Portal(sandbox, 1)
    assert Portal(sandbox, 0, other.token).refusal("profile")[:2] == (401, "NO_AUTH_FOUND")


def test_batches_in_json_are_decoded_once_and_in_forms_twice(portal: Portal) -> None:
    products, _ = portal.iblocks()
    command = f"catalog.product.add?fields%5BiblockId%5D={products}&fields%5Bname%5D=50%25+%26+mais%2B"
    by_json = portal.call("batch", cmd={"a": command})
    form = httpx.QueryParams({"auth": portal.token, "cmd[a]": command})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    by_form = portal.client.post(f"{portal.rest_url}batch", content=str(form), headers=headers).json()[
        "result"
    ]
    for result in (by_json, by_form):
        assert result["result"]["a"]["element"]["name"] == "50% & mais+"


def test_a_batch_answers_key_by_key(portal: Portal) -> None:
    products, _ = portal.iblocks()
    cmd = {
        "a": f"catalog.product.add?fields[iblockId]={products}&fields[name]=Copo&fields[xmlId]=S",
        "b": f"catalog.product.add?fields[iblockId]={products}",
        "c": "catalog.price.list?filter[productId]=$result[b][element][id]",
        "d": "catalog.product.get?id=$result[a][element][id]",
        "e": "nothing.here",
    }
    answer = portal.post("batch", halt=0, cmd=cmd)
    result = answer.json()["result"]
    assert answer.status_code == 200
    assert result["result"]["d"]["product"]["xmlId"] == "S"
    assert result["result"]["c"] == {"prices": []}
    assert result["result_error"]["b"] == {"error": "0", "error_description": "Required fields: name"}
    assert result["result_error"]["e"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert result["result_total"] == {"c": 0}
    assert result["result_next"] == []
    assert set(result["result_time"]) == {"a", "c", "d"}
    assert set(result["result_time"]["a"]) == TIME


def test_fifty_creates_in_a_batch_are_quick(portal: Portal) -> None:
    products, _ = portal.iblocks()
    cmd = {f"c{n}": f"catalog.product.add?fields[iblockId]={products}&fields[name]=n{n}" for n in range(50)}
    assert len(portal.call("batch", cmd=cmd)["result"]) == 50


def test_the_bucket_lets_fifty_through_and_counts_a_batch_once(portal: Portal) -> None:
    statuses = [portal.post("batch", cmd={"a": "profile", "b": "profile"}).status_code for _ in range(51)]
    began = statuses.index(503) if 503 in statuses else len(statuses)
    assert began >= 50
    while (answer := portal.post("profile")).status_code == 200:
        pass
    assert (answer.status_code, answer.json()["error"]) == (503, "QUERY_LIMIT_EXCEEDED")


def test_a_full_bucket_drains_two_a_second(portal: Portal) -> None:
    started = time.monotonic()
    passed = 0
    while portal.post("profile").status_code == 200:
        passed += 1
    assert passed <= 50 + 2 * (time.monotonic() - started) + 1
    time.sleep(0.55)
    assert portal.post("profile").status_code == 200


def test_another_portal_and_a_self_hosted_one_are_not_hurt(sandbox: Sandbox, portal: Portal) -> None:
    while portal.post("profile").status_code == 200:
        pass
    assert Portal(sandbox, 1).post("profile").status_code == 200
    assert all(Portal(sandbox, 5).post("profile").status_code == 200 for _ in range(60))
    enterprise = Portal(sandbox, 4)
    assert all(enterprise.post("profile").status_code == 200 for _ in range(60))


def test_without_enforcement_nothing_is_refused(sandbox: Sandbox, portal: Portal) -> None:
    while portal.post("profile").status_code == 200:
        pass
    sandbox.control("limits", {"enforce": False})
    assert all(portal.post("profile").status_code == 200 for _ in range(60))
    sandbox.control("limits", {"enforce": True})
    assert portal.post("profile").status_code == 200


def test_operating_time_blocks_the_method_alone(sandbox: Sandbox, portal: Portal) -> None:
    sandbox.control("limits", {"operating_cost_s": 200})
    figures = [portal.post("server.time").json()["time"]["operating"] for _ in range(3)]
    assert figures == [200, 400, 600]
    assert portal.refusal("server.time")[:2] == (429, "OPERATION_TIME_LIMIT")
    sandbox.control("limits", {"operating_cost_s": 0.05})
    result = portal.call("batch", cmd={"a": "server.time", "b": "profile"})
    assert result["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert result["result_time"]["b"]["operating"] == 0.05
    reset_at = result["result_time"]["b"]["operating_reset_at"]
    assert 540 <= reset_at - time.time() <= 600


def test_commands_of_a_batch_count_each(portal: Portal) -> None:
    result = portal.call("batch", cmd={f"c{n}": "server.time" for n in range(4)})
    assert [result["result_time"][f"c{n}"]["operating"] for n in range(4)] == [0.05, 0.1, 0.15, 0.2]


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"status": 503, "error": "QUERY_LIMIT_EXCEEDED"}, 503, "QUERY_LIMIT_EXCEEDED"),
        ({"status": 500}, 500, "INTERNAL_SERVER_ERROR"),
        ({"status": 401}, 401, "expired_token"),
        ({"status": 500, "error": "PORTAL_DELETED"}, 500, "PORTAL_DELETED"),
        ({"error": "OVERLOAD_LIMIT"}, 503, "OVERLOAD_LIMIT"),
    ],
)
def test_faults_answer_the_vendors_errors(
    sandbox: Sandbox, portal: Portal, fault: dict[str, Any], status: int, error: str
) -> None:
    sandbox.control("faults", {"provider": "bitrix24", "tenant": portal.member_id, "times": 1} | fault)
    assert portal.refusal("profile")[:2] == (status, error)
    assert portal.post("profile").status_code == 200


def test_a_fault_may_be_a_proxys_page(sandbox: Sandbox, portal: Portal) -> None:
    sandbox.control(
        "faults", {"provider": "bitrix24", "method": "batch", "status": 502, "error": "html", "times": 1}
    )
    assert portal.post("profile").status_code == 200
    answer = portal.post("batch", cmd={})
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert "502 Bad Gateway" in answer.text


def test_a_dropped_answer_was_carried_out(sandbox: Sandbox, portal: Portal) -> None:
    products, _ = portal.iblocks()
    sandbox.control(
        "faults", {"provider": "bitrix24", "method": "catalog.product.add", "drop": True, "times": 1}
    )
    with pytest.raises(httpx.TransportError):
        portal.post("catalog.product.add", fields={"iblockId": products, "name": "Perdido"})
    dump = sandbox.control(f"dump?provider=bitrix24&tenant={portal.member_id}", method="GET")
    assert [product["name"] for product in dump["products"]] == ["Perdido"]
    assert set(dump) >= {"products", "prices", "deals", "rows", "contacts", "companies"}


def test_a_late_answer_is_a_normal_one(sandbox: Sandbox, portal: Portal) -> None:
    sandbox.control("faults", {"provider": "bitrix24", "delay_ms": 150, "times": 1})
    started = time.monotonic()
    assert portal.post("profile").status_code == 200
    assert time.monotonic() - started >= 0.15


def test_each_request_is_a_row_of_the_log(sandbox: Sandbox, portal: Portal) -> None:
    sandbox.control("tenants", {"tenant": "t-1", "company_id": None, "member_id": portal.member_id})
    portal.post("batch", cmd={"a": "profile", "b": "server.time?x=%5B"})
    portal.post("no.such")
    rows = sandbox.control("calls?provider=bitrix24", method="GET")
    assert [(row["method"], row["status"], row["outsider"], row["tenant"]) for row in rows] == [
        ("batch", 200, True, "t-1"),
        ("no.such", 404, True, "t-1"),
    ]
    assert rows[0]["commands"] == ["profile", "server.time?x=%5B"]
    assert portal.token not in json.dumps(rows)


def test_a_closed_self_hosted_portal_says_deleted(sandbox: Sandbox) -> None:
    portal = Portal(sandbox, 5)
    acts = f"/bitrix24/{portal.member_id}/acts/"
    sandbox.client.post(acts + "close")
    assert portal.refusal("profile")[:2] == (500, "PORTAL_DELETED")
    sandbox.client.post(acts + "open")
    assert portal.post("profile").status_code == 200
