"""Conferência on the screens: beginning, what differs by sort, the question before a repair, thirty days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from connector.domain.drift import FieldDrift, What, Why
from connector.domain.events import Kind
from connector.domain.runs import RunState, Task
from connector.store import drift, runs
from connector.store.drift import Standing
from connector.store.ids import new_id
from connector.store.people import Role
from connector.store.runs import Finding, Run
from connector.sync.runs.comparison import Wish
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

PATH = "/importacao/conferencias"


def _finding(customer: Customer, n: int, what: What, why: Why, **more: Any) -> Finding:
    return Finding(
        n=n,
        kind=Kind.PRODUCT,
        account_id=customer.account_id,
        bling_id=1000 + n,
        what=what,
        detail=why,
        label=f"Panela {n}",
        **more,
    )


async def _visitor(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await _visitor(desk, customer.email)


async def _run(desk: Desk, customer: Customer, findings: list[Finding], *, over: bool = True) -> Run:
    """A reconciliation of products with these findings."""
    now, tenant_id = desk.parts.clock.now(), customer.tenant_id
    async with desk.parts.database.system() as conn:
        run = await runs.start(
            conn, tenant_id, new_id(now), Task.RECONCILIATION, Kind.PRODUCT, Wish(), None, now
        )
        assert run is not None
        await runs.add_findings(conn, run, findings)
        counts = {"compared": 4812, "excluded": 2, "unread": 0, "differing": len(findings)}
        await conn.execute(
            "UPDATE run SET counts = $3::json, state = $4, ended_at = $5 WHERE tenant_id = $1 AND id = $2",
            *(tenant_id, run.id, msgspec.json.encode(counts).decode()),
            *((RunState.DONE, now) if over else (RunState.RUNNING, None)),
        )
        if over:
            standing = Standing(
                kind=Kind.PRODUCT,
                run_id=run.id,
                compared=4812,
                differing=len(findings),
                began_at=now,
                ended_at=now,
            )
            await drift.keep(conn, tenant_id, standing)
    return run


@pytest.fixture
async def compared(desk: Desk, customer: Customer) -> Run:
    """Three products differ: one by its price, one is missing, one was deleted in Bitrix24."""
    price = FieldDrift(
        field="price", bling="219.00", bitrix24="199.00", why=Why.EDITED_IN_BITRIX24, rule="preco"
    )
    fields = msgspec.Raw(msgspec.json.encode([price]))
    return await _run(
        desk,
        customer,
        [
            _finding(customer, 1, What.DIFFERS, Why.EDITED_IN_BITRIX24, fields=fields, bitrix_id=77),
            _finding(customer, 2, What.MISSING, Why.NEVER_SYNCED),
            _finding(customer, 3, What.DELETED, Why.DELETED_IN_BITRIX24, bitrix_id=79),
        ],
    )


async def _queued(desk: Desk) -> list[int]:
    return sorted(row["bling_id"] for row in await desk.rows("inbox"))


async def test_what_differs_is_told_with_both_values_and_narrowed_by_sort(
    owner: Visitor, compared: Run
) -> None:
    page = (await owner.get(f"{PATH}/{compared.id}")).text
    assert "99,93\xa0%" in page.replace("99,93 %", "99,93\xa0%")
    for word in (
        "Panela 1",
        "Panela 2",
        "Panela 3",
        "Foi editado no Bitrix24.",
        "219",
        "199",
        "Corrigir tudo",
    ):
        assert word in page
    assert 'hx-trigger="every 2s"' not in page
    missing = (await owner.get(f"{PATH}/{compared.id}?diferenca=missing")).text
    assert "Panela 2" in missing
    assert "Panela 1" not in missing
    rest = (await owner.get(f"{PATH}/{compared.id}?depois=2")).text
    assert "Panela 3" in rest
    assert "Panela 2" not in rest


async def test_pages_go_on_by_the_number_of_the_finding(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    found = [_finding(customer, n, What.MISSING, Why.NEVER_SYNCED) for n in range(1, 61)]
    run = await _run(desk, customer, found)
    page = (await owner.get(f"{PATH}/{run.id}")).text
    assert "depois=50" in page
    assert "Panela 51" not in page
    assert "Panela 60" in (await owner.get(f"{PATH}/{run.id}?depois=50")).text


async def test_the_chosen_are_asked_about_and_repaired(desk: Desk, owner: Visitor, compared: Run) -> None:
    asked = (await owner.get(f"{PATH}/{compared.id}/corrigir?registro=1002&registro=5")).text
    assert "Corrigir 1 diferença?" in asked
    assert 'value="1002"' in asked
    assert 'value="5"' not in asked
    assert await _queued(desk) == []
    answer = await owner.post(f"{PATH}/{compared.id}/corrigir", registro="1002")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{PATH}/{compared.id}?corrigindo=1",
    )
    assert await _queued(desk) == [1002]
    page = (await owner.get(answer.headers["location"])).text
    assert "1 registro na fila." in page
    assert "Corrigindo" in page
    assert 'hx-trigger="every 2s"' in page


async def test_all_that_is_left_is_repaired_once(desk: Desk, owner: Visitor, compared: Run) -> None:
    assert "Corrigir 3 diferenças?" in (await owner.get(f"{PATH}/{compared.id}/corrigir?tudo=1")).text
    await owner.post(f"{PATH}/{compared.id}/corrigir", tudo="1")
    again = await owner.post(f"{PATH}/{compared.id}/corrigir", tudo="1")
    assert again.headers["location"].endswith("?corrigindo=0")
    assert await _queued(desk) == [1001, 1002, 1003]
    assert "Corrigir tudo" not in (await owner.get(f"{PATH}/{compared.id}")).text


async def test_while_it_compares_nothing_can_be_repaired(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    run = await _run(desk, customer, [], over=False)
    page = (await owner.get(f"{PATH}/{run.id}")).text
    assert "Comparando" in page
    assert 'hx-trigger="every 2s"' in page
    answer = await owner.post(f"{PATH}/{run.id}/corrigir", tudo="1")
    assert answer.status_code == 409
    assert "ainda está comparando" in answer.text


async def test_a_reconciliation_is_begun_once_and_the_running_one_is_shown(
    desk: Desk, owner: Visitor
) -> None:
    begun = await owner.post(PATH, tipo="product")
    assert begun.status_code == 303
    again = await owner.post(PATH, tipo="product")
    assert again.headers["location"] == f"{begun.headers['location']}?ja=1"
    assert "já estava em andamento" in (await owner.get(again.headers["location"])).text
    assert (await owner.post(PATH, tipo="contact")).status_code == 404
    rows = await desk.rows("run")
    assert [row["kind"] for row in rows] == ["product"]


async def test_who_only_looks_sees_it_and_changes_nothing(
    desk: Desk, office: Office, customer: Customer, compared: Run
) -> None:
    email = await office.colleague(customer, Role.VIEWER)
    looks = await _visitor(desk, email)
    page = (await looks.get(f"{PATH}/{compared.id}")).text
    assert "Panela 1" in page
    assert "Corrigir" not in page.replace("Corrigidos", "")
    assert "Conferir agora" not in page
    assert (await looks.get(f"{PATH}/{compared.id}/corrigir?tudo=1")).status_code == 303
    assert (await looks.post(f"{PATH}/{compared.id}/corrigir", tudo="1")).status_code == 403
    assert (await looks.post(PATH)).status_code == 403
    assert await _queued(desk) == []


async def test_another_companys_is_not_there(desk: Desk, office: Office, compared: Run) -> None:
    other = await office.customer()
    stranger = await _visitor(desk, other.email)
    for name in (compared.id, UUID(int=7), "nada"):
        assert (await stranger.get(f"{PATH}/{name}")).status_code == 404
        assert (await stranger.post(f"{PATH}/{name}/corrigir", tudo="1")).status_code == 404
    assert await _queued(desk) == []


async def test_the_last_thirty_days_are_drawn_and_told_as_a_table(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    assert "Nada nos últimos 30 dias." in (await owner.get("/ultimos-30-dias")).text
    hour = desk.parts.clock.now().replace(minute=0, second=0, microsecond=0)
    rows = [
        (hour - timedelta(days=3), "created", 9, 40),
        (hour - timedelta(days=3), "updated", 10, 1200),
        (hour - timedelta(days=3), "failed", 12, 7),
        (hour - timedelta(days=40), "created", 9, 999_999),
    ]
    async with desk.parts.database.system() as conn:
        await conn.executemany(
            "INSERT INTO event_hour (tenant_id, hour, kind, outcome, latency, n)"
            " VALUES ($1, $2, 'product', $3, $4, $5)",
            [(customer.tenant_id, *row) for row in rows],
        )
    page = (await owner.get("/ultimos-30-dias")).text
    assert "40 criados, 1.200 atualizados, 7 falharam" in page
    assert "999.999" not in page
    assert '<circle class="dot-median"' in page
    assert '<td class="num">1.200</td>' in page
