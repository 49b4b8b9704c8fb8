"""Messages that became no events are looked at, handed over, tried again, thrown away: each once."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from connector.store import directory
from connector.store.directory import Quarantined, Unclaimed
from connector.store.ids import new_id
from tests.support.office import Customer, Office, message
from tests.support.watch import Watch

COMPANY = "c" * 32


async def _unclaimed(office: Office, company: str = COMPANY, n: int = 1, body: bytes = b"") -> list[UUID]:
    now = office.parts.clock.now()
    rows = [
        Unclaimed(
            id=new_id(),
            received_at=now,
            company_id=company,
            event="product.updated",
            provider_event_id=uuid4().hex,
            body=body or message(company),
        )
        for _ in range(n)
    ]
    async with office.database.system() as conn:
        await directory.unclaimed(conn, rows)
    return [row.id for row in rows]


async def _quarantined(office: Office, body: bytes, account_key: str | None = None) -> UUID:
    row = Quarantined(
        id=new_id(),
        received_at=office.parts.clock.now(),
        reason="odd",
        account_key=account_key,
        body=body,
    )
    async with office.database.system() as conn:
        await directory.quarantined(conn, [row])
    return row.id


async def test_what_nobody_claimed_is_handed_to_whoever_has_the_company_now(
    office: Office, operator: Watch
) -> None:
    (one, *_) = await _unclaimed(office, n=3)
    assert (
        "Nenhum cliente tem esta empresa conectada"
        in (await operator.get(f"/quarentena/sem-dono/{one}")).text
    )
    customer = await office.customer(COMPANY)
    page = (await operator.get(f"/quarentena/sem-dono/{one}")).text
    assert "Entregar a Loja" in page
    answer = await operator.post(f"/quarentena/sem-dono/{one}/entregar", tenant=str(customer.tenant_id))
    assert answer.status_code == 303
    assert len(await office.rows("inbox", "tenant_id = $1", customer.tenant_id)) == 1
    assert len(await office.rows("unclaimed")) == 2
    rest = (await office.rows("unclaimed"))[0]["id"]
    await operator.post(f"/quarentena/sem-dono/{rest}/entregar", tenant=str(customer.tenant_id), all="yes")
    assert len(await office.rows("inbox", "tenant_id = $1", customer.tenant_id)) == 3
    assert await office.rows("unclaimed") == []
    assert len(await office.rows("audit", "action = 'messages.claimed'")) == 2


async def test_a_tenant_without_the_company_gets_nothing(
    office: Office, operator: Watch, customer: Customer
) -> None:
    (one,) = await _unclaimed(office)
    answer = await operator.post(f"/quarentena/sem-dono/{one}/entregar", tenant=str(customer.tenant_id))
    assert answer.status_code == 409
    assert "não tem esta empresa do Bling conectada" in answer.text
    assert len(await office.rows("unclaimed")) == 1
    assert await office.rows("inbox") == []


async def test_two_operators_at_once_hand_it_over_once(office: Office, operator: Watch) -> None:
    customer = await office.customer(COMPANY)
    (one,) = await _unclaimed(office)
    path, form = f"/quarentena/sem-dono/{one}/entregar", {"tenant": str(customer.tenant_id)}
    answers = await asyncio.gather(*(operator.post(path, **form) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 404, 404]
    assert len(await office.rows("inbox")) == 1
    assert len(await office.rows("operator_audit", "action = 'messages.claimed'")) == 1


async def test_what_turns_out_strange_goes_into_quarantine_and_not_away(
    office: Office, operator: Watch
) -> None:
    customer = await office.customer(COMPANY)
    (one,) = await _unclaimed(office, body=b"\xff no json")
    await operator.post(f"/quarentena/sem-dono/{one}/entregar", tenant=str(customer.tenant_id))
    assert await office.rows("inbox") == []
    (row,) = await office.rows("quarantined")
    assert bytes(row["body"]) == b"\xff no json"


async def test_discarding_takes_one_or_all_of_a_company(office: Office, operator: Watch) -> None:
    first = await _unclaimed(office, n=3)
    await _unclaimed(office, "d" * 32)
    await operator.post(f"/quarentena/sem-dono/{first[0]}/descartar")
    assert len(await office.rows("unclaimed")) == 3
    await operator.post(f"/quarentena/sem-dono/{first[1]}/descartar", all="yes")
    (left,) = await office.rows("unclaimed")
    assert left["company_id"] == "d" * 32


async def test_a_quarantined_message_is_tried_as_the_door_would_today(
    office: Office, operator: Watch
) -> None:
    customer = await office.customer(COMPANY)
    readable, strange = message(COMPANY), b"{}"
    good, bad = await _quarantined(office, readable), await _quarantined(office, strange)
    assert (await operator.post(f"/quarentena/{good}/repetir")).status_code == 303
    assert len(await office.rows("inbox", "tenant_id = $1", customer.tenant_id)) == 1
    answer = await operator.post(f"/quarentena/{bad}/repetir")
    assert answer.status_code == 409
    assert "ainda não pode ser um evento" in answer.text
    assert [row["id"] for row in await office.rows("quarantined")] == [bad]


async def test_a_message_at_another_companys_door_is_never_let_in(office: Office, operator: Watch) -> None:
    customer = await office.customer(COMPANY)
    other = await office.customer("d" * 32)
    wrong = await _quarantined(office, message(COMPANY), other.account_key)
    assert (await operator.post(f"/quarentena/{wrong}/repetir")).status_code == 409
    right = await _quarantined(office, message(COMPANY), customer.account_key)
    assert (await operator.post(f"/quarentena/{right}/repetir")).status_code == 303
    assert len(await office.rows("inbox")) == 1


async def test_a_readable_message_of_nobodys_waits_among_the_unclaimed(
    office: Office, operator: Watch
) -> None:
    one = await _quarantined(office, message(COMPANY))
    answer = await operator.post(f"/quarentena/{one}/repetir")
    assert answer.headers["location"].startswith("/operator/quarentena/sem-dono")
    assert await office.rows("quarantined") == []
    assert len(await office.rows("unclaimed", "company_id = $1", COMPANY)) == 1


async def test_a_quarantined_message_can_be_discarded(office: Office, operator: Watch) -> None:
    one = await _quarantined(office, b"{}")
    assert (await operator.post(f"/quarentena/{one}/descartar")).status_code == 303
    assert (await operator.post(f"/quarentena/{one}/descartar")).status_code == 404
    assert await office.rows("quarantined") == []


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff\xed\xa0\x80", b"<script>alert(1)</script>", b"[" * 20_000, b'{"a":"\\ud800"}']
)
async def test_any_body_can_be_looked_at_and_none_runs(office: Office, operator: Watch, body: bytes) -> None:
    one = await _quarantined(office, body)
    answer = await operator.get(f"/quarentena/{one}")
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.text


async def test_lists_go_page_by_page_and_by_company(office: Office, operator: Watch) -> None:
    await _unclaimed(office, n=51)
    await _unclaimed(office, "d" * 32)
    first = (await operator.get("/quarentena/sem-dono")).text
    assert first.count('href="/operator/quarentena/sem-dono/') == 50
    assert 'rel="next"' in first
    some = (await operator.get("/quarentena/sem-dono", empresa="d" * 32)).text
    assert some.count('href="/operator/quarentena/sem-dono/') == 1
