"""Orders, contacts, invoices and reference lists, read from the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from connector import pace
from connector.bling.client import PAGE
from connector.domain.vendor import Gone, Rejected, Transient
from tests.support import vendors
from tests.support.sandbox import Sandbox

TODAY = datetime.now(ZoneInfo("America/Sao_Paulo")).date()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        await pace.assume_idle(client)
        yield client


@pytest.fixture
async def side(sandbox: Sandbox, redis: Redis, http: httpx.AsyncClient) -> vendors.BlingSide:
    sandbox.control("limits", {"enforce": False})
    return await vendors.bling(sandbox, redis, http)


def post(sandbox: Sandbox, path: str, body: dict[str, Any]) -> Any:
    """What the company's own people write; the answer's `data`."""
    token = sandbox.ready["companies"][0]["access_token"]
    answer = sandbox.client.post(
        f"/bling/Api/v3/{path}", json=body, headers={"authorization": f"Bearer {token}"}
    ).raise_for_status()
    return answer.json().get("data", answer.json())


def person(sandbox: Sandbox, name: str = "Maria", document: str = "52998224725") -> int:
    """A contact's id."""
    body = {"nome": name, "tipo": "F", "situacao": "A", "numeroDocumento": document}
    return int(post(sandbox, "contatos", body)["id"])


def order(sandbox: Sandbox, contact: int, **fields: Any) -> int:
    """An order's id."""
    company = sandbox.client.get(
        "/bling/Api/v3/formas-pagamentos",
        headers={"authorization": f"Bearer {sandbox.ready['companies'][0]['access_token']}"},
    ).json()["data"]
    body = {
        "contato": {"id": contact},
        "data": TODAY.isoformat(),
        "dataSaida": TODAY.isoformat(),
        "dataPrevista": TODAY.isoformat(),
        "itens": [{"descricao": "Copo", "quantidade": 3, "valor": 19.9, "unidade": "UN"}],
        "parcelas": [
            {
                "dataVencimento": TODAY.isoformat(),
                "valor": 59.7,
                "formaPagamento": {"id": company[0]["id"]},
            }
        ],
        **fields,
    }
    return int(post(sandbox, "pedidos/vendas", body)["id"])


async def test_an_order_is_read_with_exact_money(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    order_id = order(sandbox, person(sandbox))
    found = await side.client.order(order_id)
    assert (found["id"], found["total"]) == (order_id, Decimal("59.7"))
    assert found["itens"][0]["valor"] == Decimal("19.9")
    assert isinstance(found["itens"][0]["valor"], Decimal)
    assert side.calls[0].method == "GET /pedidos/vendas/{id}"


async def test_orders_are_found_by_contact_number_and_situation(
    sandbox: Sandbox, side: vendors.BlingSide
) -> None:
    maria, ana = person(sandbox), person(sandbox, "Ana", "39053344705")
    first = order(sandbox, maria, numeroLoja="ML-1")
    second = order(sandbox, ana, numeroLoja="ML-2")
    client = side.client
    assert [row["id"] for row in await client.orders(contact=ana)] == [second]
    assert [row["id"] for row in await client.orders(store_numbers=["ML-1", "ML-9"])] == [first]
    assert {row["id"] for row in await client.orders(since=TODAY.isoformat())} == {first, second}
    assert {row["id"] for row in await client.orders(situations=[6])} == {first, second}
    assert await client.orders(situations=[12]) == []
    assert await client.orders(store=999) == []
    assert await client.orders(seller=999) == []
    assert await client.orders(since=(TODAY + timedelta(days=1)).isoformat()) == []
    assert await client.orders(page=2) == []


async def test_changed_orders_are_found_by_the_second(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    order_id = order(sandbox, person(sandbox))
    assert [row["id"] for row in await side.client.orders(changed_since=f"{TODAY} 00:00:00")] == [order_id]
    assert await side.client.orders(changed_since=f"{TODAY + timedelta(days=1)} 00:00:00") == []


async def test_over_a_year_is_refused(side: vendors.BlingSide) -> None:
    with pytest.raises(Rejected):
        await side.client.orders(since=(TODAY - timedelta(days=800)).isoformat())


async def test_contacts_are_found_by_id_and_document(sandbox: Sandbox, side: vendors.BlingSide) -> None:
    """By default Bling would show half of them, the last added."""
    ids = [person(sandbox, f"P{n}", "") for n in range(3)] + [person(sandbox)]
    rows = await side.client.contacts(ids=ids)
    assert {row["id"] for row in rows} == set(ids)
    (row,) = await side.client.contacts(document="52998224725")
    assert (row["id"], row["numeroDocumento"]) == (ids[-1], "529.982.247-25")
    assert (await side.client.contact(ids[-1]))["numeroDocumento"] == "52998224725"
    assert await side.client.contacts(ids=ids, page=2) == []


@pytest.mark.parametrize(("kind", "consumer"), [("nfe", False), ("nfce", True)])
async def test_an_invoice_is_read_where_it_is(
    sandbox: Sandbox, side: vendors.BlingSide, kind: str, consumer: bool
) -> None:
    order_id = order(sandbox, person(sandbox))
    note = post(sandbox, f"pedidos/vendas/{order_id}/gerar-{kind}", {})["idNotaFiscal"]
    found = await side.client.invoice(note, consumer=consumer)
    assert (found["id"], found["finalidade"], found["valorNota"]) == (note, 1, Decimal("59.7"))
    assert side.calls[-1].method == f"GET /{kind}/{{id}}"
    with pytest.raises(Gone):
        await side.client.invoice(note, consumer=not consumer)


async def test_what_does_not_exist_is_gone(side: vendors.BlingSide) -> None:
    with pytest.raises(Gone):
        await side.client.order(16842389999)
    with pytest.raises(Gone):
        await side.client.contact(16842389999)


async def test_situations_are_those_of_sales(side: vendors.BlingSide) -> None:
    names = {row["id"]: row["nome"] for row in await side.client.situations()}
    assert (names[6], names[9], names[12]) == ("Em aberto", "Atendido", "Cancelado")
    assert len(side.calls) == 2


async def test_sellers_and_channels_are_all_told(side: vendors.BlingSide) -> None:
    sellers = await side.client.sellers()
    assert all(seller["contato"]["nome"] for seller in sellers)
    assert "situacaoContato=T" in side.calls[-1].request
    assert {"Mercado Livre"} <= {row["descricao"] for row in await side.client.channels()}


class Canned(httpx.AsyncBaseTransport):
    """Answers calls with the given pages, one after another."""

    def __init__(self, *pages: object) -> None:
        self.pages = list(pages)
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The next page."""
        self.asked.append(request.url.params["pagina"])
        body = msgspec.json.encode({"data": self.pages.pop(0)})
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})


async def read(side: vendors.BlingSide, *pages: object) -> tuple[list[Any], list[str]]:
    """What `sellers` makes of such answers, and the pages that it asked for."""
    canned = Canned(*pages)
    async with httpx.AsyncClient(transport=canned) as http:
        side.client._http = http
        return await side.client.sellers(), canned.asked


async def test_a_full_page_has_a_follower(side: vendors.BlingSide) -> None:
    full = [{"id": n} for n in range(PAGE)]
    found, asked = await read(side, full, full, [{"id": 1}])
    assert (len(found), asked) == (2 * PAGE + 1, ["1", "2", "3"])


async def test_one_seller_may_come_without_a_list(side: vendors.BlingSide) -> None:
    """Bling's own document says so."""
    assert await read(side, {"id": 7}) == ([{"id": 7}], ["1"])


async def test_a_strange_list_is_transient(side: vendors.BlingSide) -> None:
    with pytest.raises(Transient):
        await read(side, "sellers")
