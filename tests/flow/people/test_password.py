"""Another password while signed in; and what coming, going and being refused leave behind."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from connector.account.signin import FREE_TRIES
from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

NEXT = "uma senha nova e longa"


async def _signed_in(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    assert (await visitor.sign_in(email, PASSWORD)).status_code == 303
    await visitor.get("/equipe")
    return visitor


async def _change(visitor: Visitor, present: str = PASSWORD, password: str = NEXT) -> int:
    return (await visitor.post("/equipe/senha", present=present, password=password)).status_code


async def test_the_new_password_counts_and_other_sessions_end(desk: Desk, customer: Customer) -> None:
    here, other = await _signed_in(desk, customer.email), await _signed_in(desk, customer.email)
    answer = await here.post("/equipe/senha", present=PASSWORD, password=NEXT)
    assert "Senha trocada" in (await here.follow(answer)).text
    assert (await other.get("/")).headers["location"].startswith("/entrar")
    assert (await desk.visitor().sign_in(customer.email, PASSWORD)).status_code == 422
    assert (await desk.visitor().sign_in(customer.email, NEXT)).status_code == 303
    assert await desk.audited() == ["password.changed"]


async def test_even_who_may_only_look_changes_their_own(
    desk: Desk, office: Office, customer: Customer
) -> None:
    viewer = await _signed_in(desk, await office.colleague(customer, Role.VIEWER))
    assert await _change(viewer) == 303


@pytest.mark.parametrize(
    ("present", "password"),
    [("errada errada", NEXT), ("", NEXT), (PASSWORD, "curta"), (PASSWORD, "a" * 2000)],
)
async def test_bad_input_changes_nothing(desk: Desk, customer: Customer, present: str, password: str) -> None:
    here, other = await _signed_in(desk, customer.email), await _signed_in(desk, customer.email)
    assert await _change(here, present, password) == 422
    assert (await other.get("/")).status_code == 200
    assert (await desk.visitor().sign_in(customer.email, PASSWORD)).status_code == 303
    assert await desk.audited() == []


async def test_an_open_browser_is_no_place_to_guess(desk: Desk, customer: Customer) -> None:
    here = await _signed_in(desk, customer.email)
    tries = [await _change(here, f"palpite {number}") for number in range(FREE_TRIES + 1)]
    assert tries[0] == 422
    answer = await here.post("/equipe/senha", present=PASSWORD, password=NEXT)
    assert (answer.status_code, int(answer.headers["retry-after"]) <= 60) == (429, True)


async def test_coming_and_going_are_told_in_the_history(desk: Desk, customer: Customer) -> None:
    visitor = await _signed_in(desk, customer.email)
    assert (await visitor.post("/sair")).status_code == 303
    page = (await (await _signed_in(desk, customer.email)).get("/equipe")).text
    actions = [row["action"] for row in sorted(await desk.rows("audit"), key=lambda row: row["id"])]
    assert actions == ["session.opened", "session.closed", "session.opened"]
    assert "</b> saiu" in page
    assert "</b> entrou" in page


async def test_a_session_that_is_over_goes_without_a_line(desk: Desk, customer: Customer) -> None:
    visitor = await _signed_in(desk, customer.email)
    cookies = dict(visitor.cookies)
    await visitor.post("/sair")
    visitor.cookies = cookies
    await visitor.post("/sair")
    actions = [row["action"] for row in await desk.rows("audit")]
    assert actions.count("session.closed") == 1


@pytest.mark.parametrize("password", ["errada errada", "a\0b"])
async def test_who_is_refused_leaves_a_line_in_the_log_and_no_address(
    desk: Desk, customer: Customer, password: str
) -> None:
    with capture_logs() as logs:
        await desk.visitor().sign_in(customer.email, password)
        await desk.visitor().sign_in("ninguem@loja.example", password)
    lines = [line for line in logs if line["event"] == "signin_refused"]
    assert len(lines) == 2
    assert "loja.example" not in str(lines)
    assert await desk.rows("audit") == []
