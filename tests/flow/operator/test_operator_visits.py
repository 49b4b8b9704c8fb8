"""A visit shows a tenant's own screens: with a reason, for a while, reading only, and never unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.account import operator_visits, toggles
from connector.account.operator_visits import viewer_of_visit
from connector.account.signin import open_session
from connector.account.toggles import Toggle
from server.operators import visit_cookie_name
from server.sessions import cookie_name, csrf_token
from tests.support.office import Customer, Office
from tests.support.watch import Watch

#: What no visitor may do, whatever the tenant allows.
THEIR_OWN = (
    "/equipe/convites",
    "/equipe/pessoas/0c3d8617-6f19-4b65-ac54-37c82d34ea54/papel",
    "/equipe/chaves",
    "/equipe/nome",
    "/equipe/senha",
    "/equipe/exportar",
    "/equipe/encerrar",
    "/equipe/suporte",
    "/empresas",
    "/sessoes/encerrar-outras",
)


async def _allow(office: Office, customer: Customer, value: str = "true") -> None:
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO preference (tenant_id, name, value) VALUES ($1, $2, $3)",
            *(customer.tenant_id, operator_visits.PERMISSION, value),
        )


async def test_the_tenants_screens_open_with_a_banner_on_each(
    office: Office, operator: Watch, customer: Customer
) -> None:
    answer = await operator.begin_visit(customer.tenant_id)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    for path in ("/", "/eventos", "/configuracao/conexoes", "/configuracao/produto", "/equipe"):
        page = await operator.visiting("GET", path)
        assert page.status_code == 200, path
        assert "Você está visitando Loja." in page.text, path
        assert "Encerrar a visita" in page.text, path


@pytest.mark.parametrize("reason", ["", "short", "  tiny  ", "x" * 301, "line\nline line"])
async def test_without_a_reason_nobody_gets_in(
    office: Office, operator: Watch, customer: Customer, reason: str
) -> None:
    answer = await operator.begin_visit(customer.tenant_id, reason)
    assert answer.status_code == 422
    assert operator.visit_token == ""
    assert await office.rows("visit") == []


async def test_a_visitor_reads_only(office: Office, operator: Watch, customer: Customer) -> None:
    await operator.begin_visit(customer.tenant_id)
    answer = await operator.visiting("POST", "/configuracao/produto", on="product.create")
    assert answer.status_code == 403
    async with office.database.tenant(customer.tenant_id):
        assert not any((await toggles.load(customer.tenant_id)).values())


async def test_a_tenant_may_let_visitors_change_options(
    office: Office, operator: Watch, customer: Customer
) -> None:
    await _allow(office, customer)
    await operator.begin_visit(customer.tenant_id)
    answer = await operator.visiting("POST", "/configuracao/produto", on="product.create")
    assert answer.status_code in (200, 303)
    async with office.database.tenant(customer.tenant_id):
        assert (await toggles.load(customer.tenant_id))[Toggle.PRODUCT_CREATE]
    (row,) = await office.rows("audit", "action = 'toggle.changed'")
    assert (row["actor"], row["person_id"]) == ("Diego Farias (Ponte)", None)


@pytest.mark.parametrize("path", THEIR_OWN)
async def test_what_is_their_own_stays_shut_even_then(
    office: Office, operator: Watch, customer: Customer, path: str
) -> None:
    await _allow(office, customer)
    await operator.begin_visit(customer.tenant_id)
    assert (await operator.visiting("POST", path)).status_code == 403


async def test_a_visitor_begins_no_consent(office: Office, operator: Watch, customer: Customer) -> None:
    await _allow(office, customer)
    await operator.begin_visit(customer.tenant_id)
    assert (await operator.visiting("GET", "/oauth/bling/start")).status_code == 403


async def test_the_tenant_sees_who_came_and_why(office: Office, operator: Watch, customer: Customer) -> None:
    await operator.begin_visit(customer.tenant_id, "Chamado 4711: nada chega")
    await operator.visiting("POST", "/visita/encerrar")
    rows = await office.rows("audit", "tenant_id = $1 AND action LIKE 'support.%'", customer.tenant_id)
    assert {row["action"] for row in rows} == {"support.entered", "support.left"}
    assert {row["actor"] for row in rows} == {"Diego Farias (Ponte)"}
    headers = await _owner(office, customer)
    page = (await office.client.get("/equipe", headers=headers)).text
    assert "entrou para dar suporte" in page
    assert "Chamado 4711: nada chega" in page


async def test_a_visit_ends_by_the_button_by_time_and_with_the_session(
    office: Office, operator: Watch, customer: Customer
) -> None:
    await operator.begin_visit(customer.tenant_id)
    now = office.parts.clock.now()
    assert await viewer_of_visit(office.database, operator.visit_token, now) is not None
    late = now + operator_visits.LENGTH + timedelta(seconds=1)
    assert await viewer_of_visit(office.database, operator.visit_token, late) is None
    answer = await operator.visiting("POST", "/visita/encerrar")
    assert answer.headers["location"] == f"/operator/clientes/{customer.tenant_id}"
    assert (await operator.visiting("GET", "/eventos")).headers["location"].startswith("/entrar")
    await operator.begin_visit(customer.tenant_id)
    await operator.post("/sair")
    assert await viewer_of_visit(office.database, operator.visit_token, now) is None


async def test_a_permission_that_is_taken_back_counts_at_once(
    office: Office, operator: Watch, customer: Customer
) -> None:
    await _allow(office, customer)
    await operator.begin_visit(customer.tenant_id)
    headers = await _owner(office, customer)
    assert (await office.client.post("/equipe/suporte", headers=headers, data={})).status_code == 303
    assert (await operator.visiting("POST", "/configuracao/produto", on="product.create")).status_code == 403
    assert [row["action"] for row in await office.rows("audit", "action LIKE 'support.f%'")] == [
        "support.forbidden"
    ]


async def test_an_owner_allows_changes_and_a_reader_cannot(
    office: Office, operator: Watch, customer: Customer
) -> None:
    headers = await _owner(office, customer)
    answer = await office.client.post("/equipe/suporte", headers=headers, data={"allow": "yes"})
    assert answer.status_code == 303
    (row,) = await office.rows("preference", "name = $1", operator_visits.PERMISSION)
    assert row["value"] == "true"
    assert "permite que operadores mudem" in (await operator.get(f"/clientes/{customer.tenant_id}")).text


async def test_visitors_are_nobody_on_public_pages_and_in_the_frame(
    office: Office, operator: Watch, customer: Customer
) -> None:
    await operator.begin_visit(customer.tenant_id)
    assert "Diego" not in (await operator.visiting("GET", "/entrar")).text
    name = visit_cookie_name(office.parts.settings)
    framed = {"cookie": f"{name}={operator.visit_token}", "sec-fetch-dest": "iframe", "accept": "text/html"}
    assert (await office.client.get("/eventos", headers=framed)).headers["location"].startswith("/entrar")


async def _owner(office: Office, customer: Customer) -> dict[str, str]:
    async with office.database.system() as conn:
        person_id = await conn.fetchval("SELECT id FROM person WHERE email = $1", customer.email)
        token = await open_session(conn, person_id, office.parts.clock.now())
    cookie = f"{cookie_name(office.parts.settings)}={token}"
    return {"cookie": cookie, "x-csrf-token": csrf_token(token), "accept": "text/html"}
