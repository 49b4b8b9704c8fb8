"""Records and remedies on the screens: lists by reason, the question before many run, choosing a pair."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain.events import Kind, Reason, RecordKey
from connector.domain.remedies import REMEDIES
from connector.store import links
from connector.store.links import Link
from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office


def _link(customer: Customer, bling_id: int, now: Any, reason: Reason, kind: Kind = Kind.PRODUCT) -> Link:
    return Link(
        record=RecordKey(kind, customer.account_id, bling_id),
        label=f"Caneca {bling_id}",
        sku=f"SKU-{bling_id}",
        state=REMEDIES[reason].state,
        reason=reason,
        created_at=now,
        updated_at=now,
    )


@pytest.fixture
async def troubled(desk: Desk, customer: Customer) -> Customer:
    """Three products left out, one ambiguous, one refused."""
    now = desk.parts.clock.now()
    rows = [_link(customer, number, now, Reason.CREATE_OFF) for number in (1, 2, 3)]
    rows += [
        _link(customer, 4, now, Reason.AMBIGUOUS),
        _link(customer, 5, now, Reason.REFUSED_BY_BITRIX24),
    ]
    async with desk.database.tenant(customer.tenant_id) as conn:
        await links.save(conn, customer.tenant_id, rows)
    return customer


async def _visitor(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


@pytest.fixture
async def owner(desk: Desk, troubled: Customer) -> Visitor:
    return await _visitor(desk, troubled.email)


async def _queued(desk: Desk) -> list[int]:
    return sorted(row["bling_id"] for row in await desk.rows("inbox"))


async def test_the_overview_counts_states_and_causes_and_leads_to_their_lists(owner: Visitor) -> None:
    page = (await owner.get("/")).text
    assert "/registros?tipo=product&amp;estado=needs_you" in page
    assert "O Bitrix24 recusou a gravação." in page
    assert "/remedios?motivo=refused_by_bitrix24&amp;tipo=product" in page
    assert "/registros?tipo=product&amp;motivo=ambiguous" in page


async def test_a_list_is_narrowed_by_state_reason_and_search(owner: Visitor) -> None:
    page = (await owner.get("/registros?estado=needs_you")).text
    assert "Caneca 4" in page
    assert "Caneca 1" not in page
    assert "Mais de um candidato" in page
    page = (await owner.get("/registros?motivo=create_off&q=caneca")).text
    assert all(f"Caneca {number}" in page for number in (1, 2, 3))
    assert "Caneca 5" not in page
    assert "Trazer os 3 que ficaram de fora" in page
    assert "Nenhum registro combina." in (await owner.get("/registros?q=prato")).text


@pytest.mark.parametrize(
    "query", ["motivo=bad", "estado=bad&tipo=x", "depois=..", "q=%00", "fila=x", "q=" + "a" * 5000]
)
async def test_a_wild_address_still_shows_a_list(owner: Visitor, query: str) -> None:
    assert (await owner.get(f"/registros?{query}")).status_code == 200


async def test_many_run_again_after_a_question(desk: Desk, owner: Visitor) -> None:
    page = (await owner.get("/remedios?motivo=create_off&tipo=product")).text
    assert "Trazer os 3 que ficaram de fora?" in page
    answer = await owner.post("/remedios", reason="create_off", kind="product")
    assert "3 mudanças na fila." in (await owner.follow(answer)).text
    assert "remedy.run" in await desk.audited()
    assert await _queued(desk) == [1, 2, 3]


async def test_a_form_sent_twice_runs_once(desk: Desk, owner: Visitor) -> None:
    for _ in range(2):
        await owner.post("/remedios", reason="create_off", kind="product")
    assert await _queued(desk) == [1, 2, 3]


@pytest.mark.parametrize("query", ["", "motivo=bad&tipo=product", "motivo=create_off&tipo=car"])
async def test_a_question_about_nothing_is_not_found(owner: Visitor, query: str) -> None:
    assert (await owner.get(f"/remedios?{query}")).status_code == 404


async def test_one_record_runs_again_and_its_event_is_shown(desk: Desk, owner: Visitor) -> None:
    page = (await owner.get("/registros/product/5")).text
    assert "/registros/product/5/de-novo" in page
    event = await owner.follow(await owner.post("/registros/product/5/de-novo"))
    assert "Caneca 5" in event.text
    assert await _queued(desk) == [5]


async def test_an_ambiguous_record_asks_for_its_pair(owner: Visitor) -> None:
    page = (await owner.get("/registros/product/4")).text
    assert "Qual produto do Bitrix24 é este?" in page
    assert 'hx-get="/registros/product/4/candidatos"' in page
    assert "Criar um novo" in (await owner.get("/registros/product/4?candidatos")).text
    assert "Qual produto" not in (await owner.get("/registros/product/5")).text


@pytest.mark.parametrize(("sent", "choice"), [("77", ("adopt", 77)), ("novo", ("new", None))])
async def test_a_choice_is_kept_and_carried_out(
    desk: Desk, owner: Visitor, sent: str, choice: tuple[str, int | None]
) -> None:
    answer = await owner.post("/registros/product/4/par", bitrix_id=sent)
    assert answer.headers["location"].startswith("/eventos/")
    (row,) = [row for row in await desk.rows("link") if row["bling_id"] == 4]
    assert (row["choice"], row["choice_id"]) == choice
    assert await _queued(desk) == [4]
    assert "record.chosen" in await desk.audited()


async def test_a_choice_that_came_too_late_says_so(owner: Visitor) -> None:
    answer = await owner.post("/registros/product/5/par", bitrix_id="77")
    assert answer.status_code == 409
    assert "não espera mais uma escolha" in answer.text


@pytest.mark.parametrize("sent", ["", "x", "0", "-1", "9" * 30])
async def test_a_choice_of_nothing_is_not_found(desk: Desk, owner: Visitor, sent: str) -> None:
    assert (await owner.post("/registros/product/4/par", bitrix_id=sent)).status_code == 404
    assert await _queued(desk) == []


async def test_without_a_licence_nothing_runs(desk: Desk, owner: Visitor) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    assert (await owner.post("/remedios", reason="create_off", kind="product")).status_code == 409
    assert (await owner.post("/registros/product/5/de-novo")).status_code == 409
    assert await _queued(desk) == []


async def test_who_only_looks_runs_nothing(desk: Desk, office: Office, troubled: Customer) -> None:
    looker = await _visitor(desk, await office.colleague(troubled, Role.VIEWER))
    page = (await looker.get("/registros?estado=needs_you")).text
    assert "Tentar de novo" not in page
    assert "de-novo" not in (await looker.get("/registros/product/5")).text
    assert (await looker.post("/remedios", reason="create_off", kind="product")).status_code == 403
    assert await _queued(desk) == []


async def test_anothers_record_is_not_found(desk: Desk, office: Office, troubled: Customer) -> None:
    stranger = await _visitor(desk, (await office.customer()).email)
    for path in ("/registros/product/4", "/registros/product/4/candidatos"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post("/registros/product/4/par", bitrix_id="77")).status_code == 404


async def test_ticking_an_option_offers_what_was_left_out(desk: Desk, owner: Visitor) -> None:
    answer = await owner.post("/configuracao/produto", on="product.create")
    assert "Trazer os 3 que ficaram de fora" in (await owner.follow(answer)).text
    assert "Trazer os 3 que ficaram de fora" in (await owner.get("/")).text
    assert await _queued(desk) == []
