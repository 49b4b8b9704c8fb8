"""The control surface and the pages of the sandbox, over real HTTP."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.sandbox import Sandbox


def company(sandbox: Sandbox, number: int = 0) -> str:
    return str(sandbox.ready["companies"][number]["company_id"])


def products(sandbox: Sandbox, tenant: str) -> list[dict[str, Any]]:
    return list(sandbox.control(f"dump?provider=bling&tenant={tenant}", method="GET")["products"])


def test_ready_names_two_pairs_and_a_spare_one(sandbox: Sandbox) -> None:
    ready = sandbox.ready
    assert len(ready["companies"]) >= 3
    assert len(ready["portals"]) >= 3
    assert ready["spare"] == {
        "bling_company_id": company(sandbox, 2),
        "bitrix24_member_id": ready["portals"][2]["member_id"],
    }
    assert ready["stripe"]["api_key"].startswith("sk_test_")
    assert ready["stripe"]["webhook_secret"].startswith("whsec_")


def test_a_reset_keeps_what_ready_told(sandbox: Sandbox) -> None:
    sandbox.control("seed", {"tenant": company(sandbox), "products": 3})
    sandbox.control("clock", {"advance_s": 100})
    sandbox.reset()
    assert sandbox.control("ready", method="GET") == sandbox.ready
    assert products(sandbox, company(sandbox)) == []
    assert sandbox.control("clock", method="GET")["offset_s"] == 0


def test_seeds_take_any_name_of_a_tenant(sandbox: Sandbox) -> None:
    member = sandbox.ready["portals"][0]["member_id"]
    sandbox.control("tenants", {"tenant": "t-1", "company_id": company(sandbox), "member_id": member})
    for name in ("t-1", company(sandbox), member):
        sandbox.control("seed", {"tenant": name, "products": 2})
    assert len(products(sandbox, "t-1")) == 6
    spare = sandbox.ready["spare"]["bitrix24_member_id"]
    sandbox.control("seed", {"tenant": spare, "products": 1})
    assert len(products(sandbox, sandbox.ready["spare"]["bling_company_id"])) == 1


def test_a_dump_has_every_kind_of_record(sandbox: Sandbox) -> None:
    sandbox.control("seed", {"tenant": company(sandbox), "products": 1, "orders": 2, "customers": 1})
    dump = sandbox.control(f"dump?provider=bling&tenant={company(sandbox)}", method="GET")
    assert {kind: len(rows) for kind, rows in dump.items()} == {
        "products": 1, "orders": 2, "contacts": 1, "invoices": 0,
    }  # fmt: skip
    portal = sandbox.ready["portals"][0]["member_id"]
    other = sandbox.control(f"dump?provider=bitrix24&tenant={portal}", method="GET")
    assert set(other) >= {"products", "prices", "deals", "rows", "contacts", "companies"}


@pytest.mark.parametrize(
    ("path", "order", "named"),
    [
        ("faults", {"provider": "bling"}, "times"),
        ("faults", {"provider": "sap", "times": 1}, "provider"),
        ("faults", {"provider": "bling", "times": 1, "colour": "red"}, "colour"),
        ("webhooks", {"mode": "sometimes"}, "mode"),
        ("clock", {"advance_s": -1}, "advance_s"),
        ("seed", {"tenant": "nobody", "products": 1}, "nobody"),
        ("grant", {"provider": "bling", "company_id": "x"}, "'x'"),
        ("tenants", {}, "tenant"),
    ],
)
def test_a_wrong_order_is_refused_by_name(
    sandbox: Sandbox, path: str, order: dict[str, Any], named: str
) -> None:
    answer = sandbox.client.post(f"/control/{path}", json=order)
    assert answer.status_code in (400, 404, 422)
    assert named in answer.text


def test_calls_can_be_forgotten_and_cut_off(sandbox: Sandbox) -> None:
    url, token = sandbox.ready["bling"]["api_url"], sandbox.ready["companies"][0]["access_token"]
    sandbox.client.get(f"{url}/depositos", headers={"authorization": f"Bearer {token}"})
    assert len(sandbox.control("calls", method="GET")) == 1
    assert sandbox.control("calls?since=2100-01-01T00:00:00Z", method="GET") == []
    assert sandbox.client.get("/control/calls?since=soon").status_code == 422
    sandbox.control("calls", method="DELETE")
    assert sandbox.control("calls", method="GET") == []


def test_the_clock_runs_ahead(sandbox: Sandbox) -> None:
    sandbox.control("clock", {"advance_s": 3_600})
    sandbox.control("clock", {"advance_s": 600})
    assert sandbox.control("clock", method="GET")["offset_s"] == 4_200


def test_the_supervisor_tells_the_process_ids(sandbox: Sandbox) -> None:
    sandbox.control("pids", {"server": 12, "worker": 13}, method="PUT")
    assert sandbox.control("pids", method="GET") == {"server": 12, "worker": 13}
    assert sandbox.client.put("/control/pids", json={"server": "x"}).status_code == 400


def test_mail_comes_newest_first(sandbox: Sandbox) -> None:
    for subject in ("Primeira", "Segunda"):
        mail = {"to": "a@example.com", "subject": subject, "text": "Oi", "html": "<p>Oi</p>"}
        assert sandbox.client.post("/mail", json=mail).status_code == 201
    items = sandbox.client.get("/mail").json()["items"]
    assert [item["subject"] for item in items] == ["Segunda", "Primeira"]
    assert set(items[0]) == {"to", "subject", "text", "html", "at"}
    page = sandbox.client.get("/mail", headers={"accept": "text/html"})
    assert "Primeira" in page.text


def test_a_note_can_be_brought_to_any_end(sandbox: Sandbox) -> None:
    tenant = company(sandbox)
    order = sandbox.control("seed", {"tenant": tenant, "orders": 1})["orders"][0]
    sandbox.client.post(f"/pages/bling/{tenant}/orders/{order}/note", data={"kind": "nfce"})
    note = sandbox.control(f"dump?provider=bling&tenant={tenant}", method="GET")["invoices"][0]["id"]
    ends = [
        sandbox.control("notes", {"tenant": tenant, "note": note, "act": act})["situacao"]
        for act in ("reject", "authorise", "print", "cancel")
    ]
    assert ends == [4, 5, 6, 2]
    again = sandbox.client.post("/control/notes", json={"tenant": tenant, "note": note, "act": "cancel"})
    assert again.status_code == 400
    gone = sandbox.client.post("/control/notes", json={"tenant": tenant, "note": 1, "act": "cancel"})
    assert gone.status_code == 404


def test_a_late_body_keeps_the_connection(sandbox: Sandbox) -> None:
    """A body that nobody needs, sent after its headers: the next request uses the same connection."""
    head = b"POST /control/reset HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), timeout=10) as door:
        for _ in range(2):
            door.sendall(head)
            select.select([door], [], [], 0.05)
            door.sendall(b"{}")
            assert door.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_taken_port_is_refused(sandbox: Sandbox) -> None:
    port = str(urlsplit(sandbox.url).port)
    second = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port], capture_output=True, text=True, timeout=30
    )
    assert (second.returncode, second.stderr.strip()) == (1, f"port {port} is taken")


def test_consent_leads_back_to_the_app(sandbox: Sandbox) -> None:
    bling = sandbox.ready["bling"]
    query = {"response_type": "code", "client_id": bling["client_id"], "state": "s" * 32}
    url = str(httpx.URL(bling["authorize_url"], params=query))
    form = {"company": company(sandbox), "state": "s" * 32, "decision": "authorize"}
    answer = sandbox.client.post(url, data=form)
    back = urlsplit(answer.headers["location"])
    assert (answer.status_code, back.path) == (302, "/oauth/bling/callback")
    assert parse_qs(back.query)["state"] == ["s" * 32]
