"""The plan's limit on people: asked when inviting, when joining, and when a portal's people come in."""

from __future__ import annotations

import asyncio

import pytest

from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.frame import Frame
from tests.support.office import PASSWORD, Customer, Office
from tests.support.sandbox import Sandbox

NEW = {"name": "Bia Souza", "password": PASSWORD, "terms": "yes"}


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    """Of a tenant whose plan includes three people."""
    await _plan(desk, "essencial")
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


async def _plan(desk: Desk, name: str) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET plan = $1", name)


async def _invite(owner: Visitor, email: str) -> tuple[int, bool]:
    answer = await owner.post("/equipe/convites", email=email, role="viewer")
    return answer.status_code, "não inclui mais pessoas" in answer.text


async def test_open_invitations_take_up_room(desk: Desk, owner: Visitor) -> None:
    assert await _invite(owner, "a@loja.example") == (303, False)
    assert await _invite(owner, "b@loja.example") == (303, False)
    assert await _invite(owner, "c@loja.example") == (422, True)
    assert len(await desk.rows("invitation")) == 2
    assert await desk.mails("c@loja.example") == []


async def test_who_was_invited_may_be_invited_again(owner: Visitor) -> None:
    for email in ("a@loja.example", "b@loja.example", "b@loja.example"):
        assert (await _invite(owner, email))[0] == 303


async def test_a_withdrawn_invitation_makes_room(desk: Desk, owner: Visitor) -> None:
    for email in ("a@loja.example", "b@loja.example"):
        await _invite(owner, email)
    (first, _) = sorted(await desk.rows("invitation"), key=lambda row: row["id"])
    await owner.post(f"/equipe/convites/{first['id']}/cancelar")
    assert (await _invite(owner, "c@loja.example"))[0] == 303


async def test_a_plan_without_a_limit_has_none(desk: Desk, owner: Visitor) -> None:
    await _plan(desk, "escala")
    assert [(await _invite(owner, f"{n}@loja.example"))[0] for n in range(12)] == [303] * 12


async def test_a_full_company_keeps_its_door_shut_and_the_link_good(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _invite(owner, "a@loja.example")
    link = await desk.link("a@loja.example")
    for _ in range(2):
        await office.colleague(customer, Role.VIEWER)
    guest = desk.visitor()
    for answer in (await guest.get(link), await guest.post(link, **NEW)):
        assert (answer.status_code, "está cheio" in answer.text) == (409, True)
    assert [row["accepted_at"] for row in await desk.rows("invitation")] == [None]
    assert "a@loja.example" not in {row["email"] for row in await desk.rows("person")}
    await _plan(desk, "profissional")
    assert (await guest.post(link, **NEW)).status_code == 303


async def test_two_that_come_at_once_do_not_share_the_last_place(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    await _plan(desk, "escala")
    links = []
    for name in ("a", "b", "c"):
        await _invite(owner, f"{name}@loja.example")
        links.append(await desk.link(f"{name}@loja.example"))
    await _plan(desk, "essencial")
    guests = [desk.visitor() for _ in links]
    answers = await asyncio.gather(
        *(guest.post(link, **NEW) for guest, link in zip(guests, links, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 303, 409]
    assert len(await desk.rows("membership")) == 3


async def test_a_portals_people_take_up_room_too(desk: Desk, office: Office, sandbox: Sandbox) -> None:
    frame = Frame(desk.client, sandbox)
    await frame.submit(await frame.open(), "/bitrix24/continuar")
    await _plan(desk, "essencial")
    (tenant,) = await desk.rows("tenant")
    (owner,) = await desk.rows("membership")
    async with desk.database.system() as conn:
        for number in range(2):
            person = await conn.fetchval(
                "INSERT INTO person (id, email, name, created_at)"
                " VALUES (gen_random_uuid(), $1, 'x', now()) RETURNING id",
                f"{number}@loja.example",
            )
            await conn.execute(
                "INSERT INTO membership VALUES ($1, $2, 'viewer', now())", tenant["tenant_id"], person
            )
    answer = await Frame(desk.client, sandbox).open(form=frame.form(user_id=5))
    assert (answer.status_code, "está cheio" in answer.text) == (403, True)
    assert (await frame.open()).status_code == 303
    assert len(await desk.rows("membership")) == 3
    assert owner["role"] == "owner"
