"""The sandbox's Bling over real HTTP, as Ponte meets it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.support.bling_world import SIMPLE
from tests.support.sandbox import Sandbox
from tests.support.sink import Sink, listening


class Bling:
    """A company's API with the outsider's token; limits are off."""

    def __init__(self, sandbox: Sandbox) -> None:
        sandbox.control("limits", {"enforce": False})
        self.sandbox = sandbox
        self.company = sandbox.ready["companies"][0]
        self.client = httpx.Client(
            base_url=sandbox.ready["bling"]["api_url"],
            headers={"authorization": f"Bearer {self.company['access_token']}"},
            trust_env=False,
        )

    def create(self, **fields: object) -> int:
        answer = self.client.post("/produtos", json=SIMPLE | fields)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["data"]["id"])

    def connect(self) -> dict[str, Any]:
        """Let the app in, as a person and Ponte would."""
        bling = self.sandbox.ready["bling"]
        order = {"provider": "bling", "company_id": self.company["company_id"]}
        code = self.sandbox.control("grant", order)["code"]
        answer = self.client.post(
            bling["token_url"],
            data={"grant_type": "authorization_code", "code": code},
            auth=(bling["client_id"], bling["client_secret"]),
        )
        return dict(answer.raise_for_status().json())

    def calls(self) -> list[dict[str, Any]]:
        return list(self.sandbox.control("calls?provider=bling", method="GET"))


@pytest.fixture
def bling(sandbox: Sandbox) -> Iterator[Bling]:
    bling = Bling(sandbox)
    with bling.client:
        yield bling


@pytest.fixture
async def sink(sandbox: Sandbox, app_port: int) -> AsyncIterator[Sink]:
    """Stands where Ponte would."""
    async with listening(app_port) as sink:
        yield sink


def test_who_am_i_is_the_webhooks_company(bling: Bling) -> None:
    data = bling.client.get("/empresas/me/dados-basicos").json()["data"]
    assert data["id"] == bling.company["company_id"]
    assert len(data["id"]) == 32


def test_no_answer_tells_how_much_is_left(bling: Bling) -> None:
    bling.sandbox.control("limits", {"enforce": True})
    answers = [bling.client.get("/depositos") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    names = {name.lower() for answer in answers for name in answer.headers}
    assert "x-amzn-requestid" in names
    assert not [name for name in names if "limit" in name or name == "retry-after"]


def test_a_bad_token_is_401(bling: Bling) -> None:
    answer = bling.client.get("/produtos", headers={"authorization": "Bearer not-a-token"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_token")


def test_tenants_products_do_not_mix(bling: Bling) -> None:
    bling.create()
    other = bling.sandbox.ready["companies"][1]["access_token"]
    answer = bling.client.get("/produtos?criterio=5", headers={"authorization": f"Bearer {other}"})
    assert answer.json() == {"data": []}


async def test_each_write_sends_its_webhook_at_once(bling: Bling, sink: Sink) -> None:
    bling.connect()
    made = bling.create(nome="Copo", codigo="C-1", preco=4.99)
    (post,) = await sink.arrived(1)
    assert post.json["companyId"] == bling.company["company_id"]
    assert post.json["data"] == {
        "id": made, "nome": "Copo", "codigo": "C-1", "tipo": "P", "situacao": "A", "preco": 4.99,
        "unidade": "", "formato": "S", "idProdutoPai": 0, "categoria": {"id": 0}, "descricaoCurta": "",
        "descricaoComplementar": "",
    }  # fmt: skip
    bling.client.patch(f"/produtos/{made}/situacoes", json={"situacao": "E"})
    bling.client.delete(f"/produtos/{made}")
    events = {post.json["event"]: post.json["data"] for post in await sink.arrived(3)}
    assert events["product.updated"]["situacao"] == "E"
    assert events["product.deleted"] == {"id": made}


async def test_nothing_is_sent_before_the_app_is_let_in(bling: Bling, sink: Sink) -> None:
    bling.create()
    bling.connect()
    made = bling.create()
    (post,) = await sink.arrived(1)
    assert post.json["data"]["id"] == made


async def test_webhooks_that_were_off_never_come(bling: Bling, sink: Sink) -> None:
    bling.connect()
    bling.sandbox.control("webhooks", {"mode": "off"})
    bling.create()
    bling.sandbox.control("webhooks", method="DELETE")
    made = bling.create()
    assert [post.json["data"]["id"] for post in await sink.arrived(1)] == [made]


async def test_a_second_address_gets_signed_copies(bling: Bling, sink: Sink) -> None:
    bling.connect()
    async with listening() as second:
        bling.sandbox.control("webhooks", {"mode": "duplicate", "also": second.url + "/copy"})
        bling.create()
        copies, posts = await second.arrived(2), await sink.arrived(2)
    assert {copy.body for copy in copies} == {post.body for post in posts}
    signatures = {post.headers["x-bling-signature-256"] for post in [*copies, *posts]}
    assert len(signatures) == 1


async def test_seeding_sends_a_webhook_for_each_record(bling: Bling, sink: Sink) -> None:
    bling.connect()
    seeded = bling.sandbox.control(
        "seed", {"tenant": bling.company["company_id"], "products": 300, "orders": 5}
    )
    posts = await sink.arrived(305)
    created = [post.json["data"]["id"] for post in posts if post.json["event"] == "product.created"]
    assert sorted(created) == sorted(seeded["products"])
    assert len(seeded["orders"]) == 5


def test_a_dropped_answer_was_carried_out(bling: Bling) -> None:
    bling.sandbox.control("faults", {"provider": "bling", "method": "produtos", "drop": True, "times": 1})
    with pytest.raises(httpx.TransportError):
        bling.client.post("/produtos", json=SIMPLE)
    assert len(bling.client.get("/produtos?criterio=5").json()["data"]) == 1


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, "day", "TOO_MANY_REQUESTS"),
        (429, "TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS"),
        (500, None, "SERVER_ERROR"),
        (401, "UNAUTHORIZED_ERROR", "UNAUTHORIZED_ERROR"),
    ],
)
def test_an_ordered_error_has_the_vendors_own_body(
    bling: Bling, status: int, error: str | None, kind: str
) -> None:
    fault = {"provider": "bling", "method": "produtos", "status": status, "error": error, "times": 1}
    bling.sandbox.control("faults", fault)
    answer = bling.client.post("/produtos", json=SIMPLE)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert bling.client.get("/produtos?criterio=5").json() == {"data": []}


def test_an_error_may_be_a_proxys_page(bling: Bling) -> None:
    bling.sandbox.control("faults", {"provider": "bling", "status": 502, "error": "html", "times": 1})
    answer = bling.client.get("/produtos")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")


def test_a_fault_of_one_tenant_leaves_the_other_alone(bling: Bling) -> None:
    company = bling.company["company_id"]
    bling.sandbox.control("tenants", {"tenant": "tenant-1", "company_id": company})
    fault = {"provider": "bling", "tenant": "tenant-1", "status": 500, "times": 1}
    bling.sandbox.control("faults", fault)
    other = {"authorization": f"Bearer {bling.sandbox.ready['companies'][1]['access_token']}"}
    assert bling.client.get("/depositos", headers=other).status_code == 200
    assert bling.client.get("/depositos").status_code == 500


def test_faults_of_the_token_endpoint_are_called_oauth(bling: Bling) -> None:
    fault = {"provider": "bling", "method": "oauth", "status": 400, "error": "invalid_grant", "times": 1}
    bling.sandbox.control("faults", fault)
    with pytest.raises(httpx.HTTPStatusError):
        bling.connect()
    assert bling.connect()["token_type"] == "bearer"


def test_calls_tell_the_outsiders_from_pontes(bling: Bling) -> None:
    company = bling.company["company_id"]
    bling.sandbox.control("tenants", {"tenant": "tenant-1", "company_id": company})
    access = bling.connect()["access_token"]
    bling.client.get("/produtos?criterio=5", headers={"authorization": f"Bearer {access}"})
    bling.create()
    rows = [(row["method"], row["http_method"], row["outsider"], row["tenant"]) for row in bling.calls()]
    assert rows == [
        ("oauth", "POST", False, "tenant-1"),
        ("produtos", "GET", False, "tenant-1"),
        ("produtos", "POST", True, "tenant-1"),
    ]
    assert bling.calls()[1]["path"] == "/bling/Api/v3/produtos"


def test_images_are_served_until_their_link_dies(bling: Bling) -> None:
    made = bling.create(midia={"imagens": {"imagensURL": [{"link": "https://fotos.example/1.jpg"}]}})
    shown = bling.client.get(f"/produtos/{made}").json()["data"]
    picture = bling.client.get(shown["imagemURL"])
    assert picture.content.startswith(b"\x89PNG")
    bling.sandbox.control("clock", {"advance_s": 8 * 86_400})
    assert bling.client.get(shown["imagemURL"]).status_code == 403
