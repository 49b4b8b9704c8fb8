"""Equipe: invitations, roles, the last owner, and what each role may do."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

GUEST = "bia@loja.example"
NEW = {"name": "Bia Souza", "password": PASSWORD, "terms": "yes"}


async def _person(desk: Desk, email: str) -> Visitor:
    visitor = desk.visitor()
    assert (await visitor.sign_in(email, PASSWORD)).status_code == 303
    assert (await visitor.get("/equipe")).status_code == 200
    return visitor


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await _person(desk, customer.email)


async def _invite(visitor: Visitor, email: str = GUEST, role: str = "viewer") -> httpx.Response:
    return await visitor.post("/equipe/convites", email=email, role=role)


async def _role(desk: Desk, email: str) -> str | None:
    people = {row["id"]: row["email"] for row in await desk.rows("person")}
    roles = {people[row["person_id"]]: row["role"] for row in await desk.rows("membership")}
    return roles.get(email)


async def _id(desk: Desk, email: str) -> str:
    return str(next(row["id"] for row in await desk.rows("person") if row["email"] == email))


async def test_somebody_new_joins_through_the_link(desk: Desk, owner: Visitor) -> None:
    assert "Convite enviado" in (await owner.follow(await _invite(owner))).text
    (mail,) = await desk.mails(GUEST)
    assert mail["subject"] == "Dona convidou você para Loja na Ponte"
    guest, link = desk.visitor(), await desk.link(GUEST)
    assert "Entre em Loja" in (await guest.get(link)).text
    home = await guest.follow(await guest.post(link, **NEW))
    assert "Visão geral" in home.text
    assert await _role(desk, GUEST) == "viewer"
    assert await desk.audited() == ["invitation.sent", "person.joined"]


async def test_a_known_person_joins_with_their_password(desk: Desk, office: Office, owner: Visitor) -> None:
    known = (await office.customer()).email
    await _invite(owner, known, "admin")
    guest, link = desk.visitor(), await desk.link(known)
    assert 'name="name"' not in (await guest.get(link)).text
    assert (await guest.post(link, password="wrong guess")).status_code == 422
    assert (await guest.post(link, password=PASSWORD)).status_code == 303
    assert len(await desk.rows("membership")) == 3


async def test_a_known_person_who_is_signed_in_needs_a_button_alone(
    desk: Desk, office: Office, owner: Visitor
) -> None:
    known = (await office.customer()).email
    await _invite(owner, known)
    guest = await _person(desk, known)
    link = await desk.link(known)
    assert "password" not in (await guest.get(link)).text
    assert (await guest.post(link)).status_code == 303


async def test_anothers_session_does_not_accept_it(desk: Desk, office: Office, owner: Visitor) -> None:
    known, other = (await office.customer()).email, (await office.customer()).email
    await _invite(owner, known)
    thief, link = await _person(desk, other), await desk.link(known)
    assert 'type="password"' in (await thief.get(link)).text
    assert (await thief.post(link, password="x")).status_code == 422


async def test_guessing_at_an_invitation_is_braked(desk: Desk, office: Office, owner: Visitor) -> None:
    known = (await office.customer()).email
    await _invite(owner, known)
    link, thief = await desk.link(known), desk.visitor()
    answers = [(await thief.post(link, password="wrong guess")).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


async def test_the_second_use_is_a_clear_page(desk: Desk, owner: Visitor) -> None:
    await _invite(owner)
    link = await desk.link(GUEST)
    await desk.visitor().post(link, **NEW)
    for again in (await desk.visitor().get(link), await desk.visitor().post(link, **NEW)):
        assert (again.status_code, "já foi aceito" in again.text) == (410, True)


async def test_an_expired_invitation_is_a_clear_page(desk: Desk, owner: Visitor) -> None:
    await _invite(owner)
    async with desk.database.system() as conn:
        await conn.execute("UPDATE invitation SET expires_at = created_at")
    link = await desk.link(GUEST)
    for answer in (await desk.visitor().get(link), await desk.visitor().post(link, **NEW)):
        assert (answer.status_code, "Este convite expirou" in answer.text) == (410, True)
    assert await _role(desk, GUEST) is None
    assert "expirou em" in (await owner.get("/equipe")).text


async def test_a_cancelled_invitation_is_a_clear_page(desk: Desk, owner: Visitor) -> None:
    await _invite(owner)
    (row,) = await desk.rows("invitation")
    assert (await owner.post(f"/equipe/convites/{row['id']}/cancelar")).status_code == 303
    answer = await desk.visitor().get(await desk.link(GUEST))
    assert (answer.status_code, "foi cancelado" in answer.text) == (410, True)
    assert (await owner.post(f"/equipe/convites/{row['id']}/cancelar")).status_code == 404


async def test_a_link_that_nobody_sent_is_404(desk: Desk) -> None:
    answer = await desk.visitor().get("/convite/made-up")
    assert (answer.status_code, "não existe" in answer.text) == (404, True)


async def test_inviting_again_ends_the_older_link(desk: Desk, owner: Visitor) -> None:
    await _invite(owner)
    older = await desk.link(GUEST)
    await _invite(owner, role="admin")
    assert (await desk.visitor().get(older)).status_code == 410
    await desk.visitor().post(await desk.link(GUEST), **NEW)
    assert await _role(desk, GUEST) == "admin"


@pytest.mark.parametrize("bad", [{"password": "short"}, {"name": " "}, {"terms": ""}, {"name": "a\0b"}])
async def test_bad_input_joins_nobody(desk: Desk, owner: Visitor, bad: dict[str, str]) -> None:
    await _invite(owner)
    answer = await desk.visitor().post(await desk.link(GUEST), **{**NEW, **bad})
    assert answer.status_code == 422
    assert await _role(desk, GUEST) is None


@pytest.mark.parametrize("email", ["", "bia", "bia@loja", "b\0ia@loja.example", "x" * 300 + "@loja.example"])
async def test_no_address_no_invitation(desk: Desk, owner: Visitor, email: str) -> None:
    assert (await _invite(owner, email)).status_code == 422
    assert await desk.rows("mail") == []


async def test_who_belongs_already_is_not_invited(owner: Visitor, customer: Customer) -> None:
    answer = await _invite(owner, customer.email)
    assert (answer.status_code, "já faz parte" in answer.text) == (422, True)


async def test_a_role_that_does_not_exist_is_422(owner: Visitor) -> None:
    assert (await _invite(owner, role="emperor")).status_code == 422


async def test_a_viewer_looks_and_changes_nothing(desk: Desk, office: Office, customer: Customer) -> None:
    viewer = await _person(desk, await office.colleague(customer, Role.VIEWER))
    page = (await viewer.get("/equipe")).text
    assert "Convidar" not in page
    assert "Criar chave" not in page
    for path in ("/equipe/convites", "/equipe/chaves", f"/equipe/pessoas/{uuid4()}/remover"):
        assert (await viewer.post(path)).status_code == 403


async def test_an_admin_does_not_touch_owners(desk: Desk, office: Office, customer: Customer) -> None:
    admin = await _person(desk, await office.colleague(customer, Role.ADMIN))
    dona = await _id(desk, customer.email)
    assert (await admin.post(f"/equipe/pessoas/{dona}/remover")).status_code == 409
    assert (await admin.post(f"/equipe/pessoas/{dona}/papel", role="viewer")).status_code == 409
    assert (await _invite(admin, role="owner")).status_code == 422
    assert await _role(desk, customer.email) == "owner"


async def test_an_admin_makes_no_owner_of_anybody(desk: Desk, office: Office, customer: Customer) -> None:
    email = await office.colleague(customer, Role.ADMIN)
    admin = await _person(desk, email)
    own = f"/equipe/pessoas/{await _id(desk, email)}/papel"
    assert (await admin.post(own, role="owner")).status_code == 409
    assert await _role(desk, email) == "admin"


async def test_an_owner_gives_roles_and_takes_them(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    email = await office.colleague(customer, Role.VIEWER)
    path = f"/equipe/pessoas/{await _id(desk, email)}"
    assert (await owner.post(f"{path}/papel", role="owner")).status_code == 303
    assert await _role(desk, email) == "owner"
    assert (await owner.post(f"{path}/remover")).status_code == 303
    assert await _role(desk, email) is None
    assert await desk.audited() == ["role.changed", "person.removed"]


async def test_who_was_removed_is_out_at_once(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    email = await office.colleague(customer, Role.ADMIN)
    colleague = await _person(desk, email)
    await owner.post(f"/equipe/pessoas/{await _id(desk, email)}/remover")
    assert (await colleague.get("/equipe")).status_code == 303
    answer = await desk.visitor().sign_in(email, PASSWORD)
    assert (answer.status_code, "nenhuma empresa" in answer.text) == (422, True)


async def test_the_last_owner_cannot_go(desk: Desk, customer: Customer, owner: Visitor) -> None:
    own = f"/equipe/pessoas/{await _id(desk, customer.email)}"
    for answer in (
        await owner.post("/equipe/sair"),
        await owner.post(f"{own}/remover"),
        await owner.post(f"{own}/papel", role="admin"),
    ):
        assert (answer.status_code, "precisa de um proprietário" in answer.text) == (409, True)
    assert await _role(desk, customer.email) == "owner"


async def test_others_leave(desk: Desk, office: Office, customer: Customer) -> None:
    viewer = await _person(desk, await office.colleague(customer, Role.VIEWER))
    await viewer.post("/equipe/sair")
    assert (await viewer.get("/")).headers["location"] == "/entrar"
    assert await desk.audited() == ["person.left"]


async def test_another_tenants_people_are_nobody(desk: Desk, office: Office, owner: Visitor) -> None:
    stranger = await _id(desk, (await office.customer()).email)
    assert (await owner.post(f"/equipe/pessoas/{stranger}/remover")).status_code == 404
    assert (await owner.post(f"/equipe/pessoas/{stranger}/papel", role="viewer")).status_code == 404
    assert len(await desk.rows("membership")) == 2


async def test_a_person_with_two_companies_goes_back_and_forth(
    desk: Desk, office: Office, owner: Visitor, customer: Customer
) -> None:
    known = await office.customer()
    await _invite(owner, known.email, "viewer")
    guest = await _person(desk, known.email)
    await guest.post(await desk.link(known.email))
    page = (await guest.get("/empresas")).text
    assert page.count("Loja") >= 2
    assert 'href="/empresas"' in (await guest.get("/")).text
    assert (await guest.post("/equipe/chaves", name="x")).status_code == 403
    assert (await guest.post("/empresas", company=str(known.tenant_id))).status_code == 303
    assert (await guest.post("/equipe/chaves", name="x")).status_code == 201


@pytest.mark.parametrize("company", ["00000000-0000-7000-8000-000000000000", "", "x"])
async def test_nobody_enters_anothers_company(desk: Desk, owner: Visitor, company: str) -> None:
    assert (await owner.post("/empresas", company=company)).status_code in (404, 422)


async def test_a_strangers_company_stays_shut(office: Office, owner: Visitor) -> None:
    other = await office.customer()
    assert (await owner.post("/empresas", company=str(other.tenant_id))).status_code == 404


async def test_a_key_is_shown_once_and_works_until_revoked(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    page = await owner.post("/equipe/chaves", name="Integração", scope="full")
    (key,) = set(re.findall(r"ponte_[\w-]{20,}", page.text))
    assert page.headers["cache-control"] == "no-store"
    assert key not in (await owner.get("/equipe")).text
    headers = {"authorization": f"Bearer {key}"}
    assert (await desk.client.get("/api/v1/status", headers=headers)).status_code == 200
    row = next(row for row in await desk.rows("api_key") if row["name"] == "Integração")
    assert key.encode() not in row["key_hash"]
    assert (await owner.post(f"/equipe/chaves/{row['id']}/revogar")).status_code == 303
    assert (await owner.post(f"/equipe/chaves/{row['id']}/revogar")).status_code == 404
    async with desk.database.system() as conn:
        assert await conn.fetchval("SELECT revoked_at FROM api_key WHERE id = $1", row["id"])
    assert await desk.audited() == ["api_key.created", "api_key.revoked"]


async def test_a_reading_key_changes_nothing(desk: Desk, owner: Visitor) -> None:
    page = await owner.post("/equipe/chaves", name="Painel", scope="read")
    headers = {"authorization": f"Bearer {re.findall(r'ponte_[a-zA-Z0-9_-]{20,}', page.text)[0]}"}
    assert (await desk.client.get("/api/v1/toggles", headers=headers)).status_code == 200
    refused = await desk.client.put("/api/v1/toggles", headers=headers, json={"product.create": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert await desk.rows("toggle") == []


async def test_a_key_needs_a_name(desk: Desk, owner: Visitor) -> None:
    for name in ("", "x" * 121, "a\0b"):
        assert (await owner.post("/equipe/chaves", name=name)).status_code == 422


async def test_sessions_are_listed_and_ended(desk: Desk, customer: Customer, owner: Visitor) -> None:
    other = await _person(desk, customer.email)
    assert (await owner.get("/equipe")).text.count("Firefox, Linux") >= 2
    rows = sorted(await desk.rows("session"), key=lambda row: row["created_at"])
    assert (await owner.post(f"/sessoes/{rows[-1]['id']}/encerrar")).status_code == 303
    assert (await other.get("/")).status_code == 303
    assert (await owner.get("/")).status_code == 200


async def test_all_others_end_at_once(desk: Desk, customer: Customer, owner: Visitor) -> None:
    others = [await _person(desk, customer.email) for _ in range(3)]
    await owner.post("/sessoes/encerrar-outras")
    assert [(await one.get("/")).status_code for one in others] == [303] * 3
    assert (await owner.get("/")).status_code == 200


async def test_nobody_ends_anothers_session(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    viewer = await _person(desk, await office.colleague(customer, Role.VIEWER))
    (row,) = [
        row for row in await desk.rows("session") if str(row["person_id"]) == await _id(desk, customer.email)
    ]
    assert (await viewer.post(f"/sessoes/{row['id']}/encerrar")).status_code == 404
    assert (await owner.get("/")).status_code == 200


async def test_signing_in_again_ends_the_session_before(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    before = dict(owner.cookies)
    await owner.get("/equipe")
    await owner.post("/entrar", email=customer.email, password=PASSWORD)
    assert owner.cookies != before
    assert len(await desk.rows("session")) == 1


async def test_the_history_tells_in_words_and_pages_by_key(desk: Desk, owner: Visitor) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET plan = 'escala'")
    for number in range(22):
        await _invite(owner, f"g{number}@loja.example")
    first = (await owner.get("/equipe")).text
    assert "convidou" in first
    older = re.search(r'href="(/equipe\?depois=[\w-]+)#historico"', first)
    assert older is not None
    assert "g0@loja.example" in (await owner.get(older[1])).text


async def test_a_form_without_its_word_changes_nothing(desk: Desk, owner: Visitor) -> None:
    assert (await owner.post("/equipe/convites", email=GUEST, csrf="x")).status_code == 403
    assert await desk.rows("invitation") == []


async def test_everybody_says_what_they_are_called(desk: Desk, office: Office, customer: Customer) -> None:
    viewer = await _person(desk, await office.colleague(customer, Role.VIEWER))
    assert (await viewer.post("/equipe/nome", name=" Bia Souza ")).status_code == 303
    assert "Bia Souza" in (await viewer.get("/equipe")).text
    assert (await viewer.post("/equipe/nome", name="two\nlines")).status_code == 422
    assert await desk.audited() == ["person.renamed"]
