"""Conferências: the curve of the last comparisons, the list of all, and the choice about nights."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from connector.domain.events import Kind
from connector.domain.runs import RunState, Task
from connector.store import runs
from connector.store.ids import new_id
from connector.store.people import Role
from connector.sync.runs.comparison import Counts, Wish
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

PATH = "/importacao/conferencias"
NIGHT = "Ponte, à noite"


async def _visitor(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await _visitor(desk, customer.email)


async def _compared(
    desk: Desk,
    customer: Customer,
    days_ago: int,
    differing: int,
    *,
    kind: Kind = Kind.PRODUCT,
    state: RunState = RunState.DONE,
    by: UUID | None = None,
) -> UUID:
    """A comparison of 2,000 records that ended so."""
    at = desk.parts.clock.now() - timedelta(days=days_ago)
    wish = Wish(night="" if by else "2026-11-23")
    counts = msgspec.json.encode(Counts(compared=2000, differing=differing)).decode()
    async with desk.parts.database.system() as conn:
        run = await runs.start(conn, customer.tenant_id, new_id(at), Task.RECONCILIATION, kind, wish, by, at)
        assert run is not None
        await conn.execute(
            "UPDATE run SET counts = $3::json, state = $4, ended_at = $5 WHERE tenant_id = $1 AND id = $2",
            *(customer.tenant_id, run.id, counts, state, at + timedelta(seconds=40)),
        )
    return run.id


async def test_before_the_first_comparison_there_is_no_curve_and_it_says_so(owner: Visitor) -> None:
    page = (await owner.get(PATH)).text
    assert "Nenhuma conferência concluída ainda." in page
    assert "Nunca conferido." in page
    assert "chart-hit" not in page
    assert "Todas as conferências" not in page
    assert f'href="{PATH}"' in (await owner.get("/importacao")).text


async def test_each_comparison_is_a_point_and_a_row(desk: Desk, customer: Customer, owner: Visitor) -> None:
    await _compared(desk, customer, 2, 0)
    last = await _compared(desk, customer, 1, 20)
    await _compared(desk, customer, 1, 500, kind=Kind.ORDER)
    await _compared(desk, customer, 0, 900, state=RunState.CANCELLED)
    page = (await owner.get(PATH)).text
    assert page.count('class="chart-hit"') == 2
    assert "99,00 % iguais, 20 de 2.000 diferem" in page
    assert f'href="{PATH}/{last}"' in page
    assert "900" not in page
    assert page.count(NIGHT) == 4
    orders = (await owner.get(f"{PATH}?tipo=order")).text
    assert orders.count('class="chart-hit"') == 1
    assert "75,00 % iguais" in orders
    one = (await owner.get(f"{PATH}/{last}")).text
    assert one.count('class="chart-hit"') == 2
    assert one.count("dot-current") == 1


async def test_thirty_are_drawn_and_ninety_when_asked_and_the_list_goes_on(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    made = [await _compared(desk, customer, n, n) for n in range(33)]
    page = (await owner.get(PATH)).text
    assert page.count('class="chart-hit"') == 30
    assert (await owner.get(f"{PATH}?ultimas=90")).text.count('class="chart-hit"') == 33
    assert (await owner.get(f"{PATH}/{made[0]}?ultimas=90")).text.count('class="chart-hit"') == 33
    assert f"antes={made[19]}" in page
    rest = (await owner.get(f"{PATH}?antes={made[19]}")).text
    assert rest.count(NIGHT) == 13
    assert (await owner.get(f"{PATH}?antes=x&ultimas=7&tipo=stock")).status_code == 200


async def test_who_began_one_is_named(desk: Desk, customer: Customer, owner: Visitor) -> None:
    await owner.post(PATH, tipo="product")
    row = (await desk.rows("run"))[0]
    await _compared(desk, customer, 1, 0, kind=Kind.ORDER, by=row["started_by"])
    page = (await owner.get(PATH)).text
    assert NIGHT not in page
    assert "Comparando: Produtos" in page


async def test_the_choice_about_nights_is_saved_noted_once_and_shown(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    run = await _compared(desk, customer, 1, 3)
    assert "só o que mudou no Bling" in (await owner.get(f"{PATH}/{run}")).text
    for _ in range(2):
        answer = await owner.post(f"{PATH}/opcoes", corrigir="yes")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?salvo#noite")
    page = (await owner.get(f"{PATH}?salvo")).text
    assert "Salvo" in page
    assert " checked" in page[page.index('name="corrigir"') :][:200]
    assert "só o que mudou no Bling" not in (await owner.get(f"{PATH}/{run}")).text
    await owner.post(f"{PATH}/opcoes")
    noted = [
        msgspec.json.decode(row["detail"]) for row in await desk.rows("audit") if "prefer" in row["action"]
    ]
    assert noted == [{"drift.mends_all": True}, {"drift.mends_all": False}]


async def test_who_only_looks_sees_the_choice_and_cannot_make_it(
    desk: Desk, office: Office, customer: Customer
) -> None:
    looks = await _visitor(desk, await office.colleague(customer, Role.VIEWER))
    page = (await looks.get(PATH)).text
    assert "Só administradores mudam estas opções." in page
    assert (await looks.post(f"{PATH}/opcoes", corrigir="yes")).status_code == 403
    assert await desk.rows("preference") == []
