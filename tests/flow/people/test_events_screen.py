"""Eventos without JavaScript: pages back and forth, filters in the address, a whole filter run again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connector.account import replaying
from connector.store.ids import new_id
from connector.store.people import Role
from dashboard.pages import events as screen
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office, message

FILTER = "/eventos/reprocessar?resultado=failed"


async def _failed(office: Office, customer: Customer, count: int) -> None:
    """Events of so many records that failed."""
    for number in range(1, count + 1):
        await office.bling_sends(message(customer.company_id, data={"id": number}))
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO event (tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, settled_at, attempts, outcome, reason, body)"
            " SELECT tenant_id, id, kind, account_id, bling_id, source, action, provider_event_id,"
            " received_at, now(), 1, 'failed',"
            " 'refused_by_bitrix24', body FROM inbox"
        )
        await conn.execute("DELETE FROM inbox")


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    """Signed in as the owner."""
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    return visitor


def _shown(text: str) -> list[str]:
    return re.findall(r"Produto (\d+)</span>", text)


def _link(text: str, label: str) -> str:
    """Where the link or form that says so leads."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', text, re.DOTALL)
    return next(href.replace("&amp;", "&") for href, inner in found if label in inner)


def _fields(text: str) -> dict[str, str]:
    form = text[text.index('action="/eventos/reprocessar"') :]
    found = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")])
    )
    found.pop("csrf", None)
    return found


async def _waiting(desk: Desk) -> list[Any]:
    return [row for row in await desk.rows("inbox") if row["source"] == "replay"]


async def test_pages_lead_back_and_forth(
    office: Office, customer: Customer, owner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "PAGE", 3)
    await _failed(office, customer, 8)
    first = (await owner.get("/eventos")).text
    second = (await owner.get(_link(first, "Mais antigos"))).text
    third = (await owner.get(_link(second, "Mais antigos"))).text
    assert [_shown(page) for page in (first, second, third)] == [["8", "7", "6"], ["5", "4", "3"], ["2", "1"]]
    assert "Mais antigos" not in third
    assert _shown((await owner.get(_link(third, "Mais novos"))).text) == ["5", "4", "3"]
    assert _shown((await owner.get(_link(second, "Mais novos"))).text) == ["8", "7", "6"]
    assert "Mais novos" not in first


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("motivo=refused_by_bitrix24", ["2", "1"]),
        ("origem=bling&tipo=product", ["2", "1"]),
        ("origem=replay", []),
        ("q=2", ["2"]),
        ("inicio=2020-01-01&fim=2199-12-31", ["2", "1"]),
        ("fim=2020-01-02", []),
        ("inicio=2199-01-01&fim=2020-01-01", ["2", "1"]),
    ],
)
async def test_filters_stand_in_the_address(
    office: Office, customer: Customer, owner: Visitor, query: str, found: list[str]
) -> None:
    await _failed(office, customer, 2)
    text = (await owner.get(f"/eventos?{query}")).text
    assert _shown(text) == found
    assert ("Ver todos os eventos" in text) is (not found)


WILD = [
    *("q=%00%00", "q=" + "a" * 9000, "q=%F0%9F%99%82", "q=%E2%80%AE", "q=%27%3B--", "q=%ED%A0%80"),
    *("depois=%%%", "antes=x", "antes=00000000-0000-0000-0000-000000000000", "ate=" + "f" * 32),
    *("inicio=0001-01-01", "fim=9999-12-31", "inicio=x&fim=x", "feitos=-1", "feitos=" + "9" * 40),
    *("tipo=x&motivo=y&origem=z&resultado=w", "depois=" + "f" * 32 + "&antes=" + "0" * 32, "q=a&q=b"),
]


@pytest.mark.parametrize("path", ["/eventos", "/eventos/novos", "/eventos/reprocessar"])
@pytest.mark.parametrize("query", WILD)
async def test_a_wild_address_is_answered(owner: Visitor, path: str, query: str) -> None:
    assert (await owner.get(f"{path}?{query}")).status_code in (200, 303)


async def test_a_piece_that_is_opened_as_a_page_stands_in_no_frame(owner: Visitor) -> None:
    answer = await owner.get("/eventos/novos")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_filter_is_run_again_after_asking_once_more(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _failed(office, customer, 3)
    listed = (await owner.get("/eventos?resultado=failed")).text
    assert "Reprocessar os 3 eventos deste filtro" in listed
    asked = (await owner.get(_link(listed, "deste filtro"))).text
    assert "são de 3 registros" in asked
    assert await _waiting(desk) == []
    answer = await owner.post("/eventos/reprocessar", **_fields(asked))
    after = await owner.follow(answer)
    assert "3 registros entraram na fila" in after.text
    assert sorted(row["bling_id"] for row in await _waiting(desk)) == [1, 2, 3]
    assert "events.replayed" in await desk.audited()


async def test_a_form_sent_twice_runs_once(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _failed(office, customer, 2)
    fields = _fields((await owner.get(FILTER)).text)
    await owner.post("/eventos/reprocessar", **fields)
    again = await owner.follow(await owner.post("/eventos/reprocessar", **fields))
    assert "todos já estão na fila" in again.text
    assert len(await _waiting(desk)) == 2
    assert (await desk.audited()).count("events.replayed") == 1


@pytest.mark.parametrize("request_id", ["", "x", "0" * 32, "f" * 32])
async def test_a_form_that_nobody_offered_is_asked_once_more(
    desk: Desk, office: Office, customer: Customer, owner: Visitor, request_id: str
) -> None:
    await _failed(office, customer, 1)
    await owner.get(FILTER)
    answer = await owner.post("/eventos/reprocessar", resultado="failed", pedido=request_id)
    assert answer.status_code == 200
    assert "Confira e confirme de novo" in answer.text
    assert await _waiting(desk) == []


async def test_a_page_left_open_for_long_is_asked_once_more(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _failed(office, customer, 1)
    await owner.get(FILTER)
    old = new_id(desk.parts.clock.now() - 2 * replaying.GOOD_FOR)
    answer = await owner.post("/eventos/reprocessar", resultado="failed", pedido=str(old))
    assert "Confira e confirme de novo" in answer.text


@pytest.mark.parametrize("query", ["", "resultado=held"])
async def test_without_a_filter_or_for_what_is_held_nothing_is_offered(owner: Visitor, query: str) -> None:
    answer = await owner.get(f"/eventos/reprocessar?{query}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/eventos")


async def test_without_a_licence_it_is_409(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _failed(office, customer, 1)
    fields = _fields((await owner.get(FILTER)).text)
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    assert (await owner.post("/eventos/reprocessar", **fields)).status_code == 409
    assert await _waiting(desk) == []


async def test_who_may_only_read_is_offered_nothing_and_may_nothing(
    desk: Desk, office: Office, customer: Customer
) -> None:
    await _failed(office, customer, 1)
    reader = desk.visitor()
    await reader.sign_in(await office.colleague(customer, Role.VIEWER), PASSWORD)
    assert "deste filtro" not in (await reader.get("/eventos?resultado=failed")).text
    answer = await reader.post("/eventos/reprocessar", resultado="failed", pedido=str(new_id()))
    assert answer.status_code == 403
    assert await _waiting(desk) == []


async def test_another_tenants_events_are_neither_seen_nor_run(
    desk: Desk, office: Office, customer: Customer
) -> None:
    await _failed(office, customer, 1)
    other = await office.customer()
    stranger = desk.visitor()
    await stranger.sign_in(other.email, PASSWORD)
    assert "Nenhum evento concluído" in (await stranger.get(FILTER)).text
    await stranger.post("/eventos/reprocessar", resultado="failed", pedido=str(new_id()))
    assert await _waiting(desk) == []
