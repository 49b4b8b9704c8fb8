"""Operators find tenants, see what stops them, and mend what can be mended."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from connector.account.signup import create_tenant
from connector.domain.events import Outcome, Reason
from connector.domain.vendor import ConnectionState
from connector.store import connections, inbox, licences, tenants
from dashboard.operator.pages import tenants as tenants_page
from tests.support.office import Customer, Office
from tests.support.rows import arrival
from tests.support.watch import Watch

SCREENS = (
    ("", "Clientes"),
    ("/filas", "Filas e limites"),
    ("/quarentena", "Quarentena"),
    ("/quarentena/sem-dono", "Quarentena"),
    ("/parados", "Eventos parados"),
    ("/pulso", "Pulso do Bling"),
    ("/receita", "Receita"),
    ("/auditoria", "Auditoria"),
)


async def _held(office: Office, customer: Customer, reason: Reason, records: int = 3) -> None:
    async with office.database.system() as conn:
        for number in range(records):
            one = arrival(customer.tenant_id, number + 1)
            await inbox.insert(conn, [one])
        await conn.execute(
            "UPDATE inbox SET due_at = NULL, outcome = $2, reason = $3 WHERE tenant_id = $1",
            *(customer.tenant_id, Outcome.HELD, reason),
        )


async def _named(office: Office, *names: str) -> list[UUID]:
    now = office.parts.clock.now()
    return [await create_tenant(office.database, name, now, now) for name in names]


@pytest.mark.parametrize(("path", "title"), SCREENS)
async def test_every_screen_opens(
    office: Office, operator: Watch, customer: Customer, path: str, title: str
) -> None:
    answer = await operator.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert f"<h1>{title}</h1>" in answer.text


async def test_a_tenant_is_found_by_name_address_company_portal_and_id(
    office: Office, operator: Watch, customer: Customer
) -> None:
    (aurora,) = await _named(office, "Empório AURORA Ltda")
    for search, found in (
        ("aurora", aurora),
        (customer.email.partition("@")[0].upper() + "@", customer.tenant_id),
        (customer.company_id, customer.tenant_id),
        (str(customer.tenant_id), customer.tenant_id),
    ):
        text = (await operator.get("", q=search)).text
        others = {aurora, customer.tenant_id} - {found}
        assert f"/operator/clientes/{found}" in text, search
        assert not any(f"/operator/clientes/{other}" in text for other in others), search


async def test_a_search_for_nothing_says_so(office: Office, operator: Watch, customer: Customer) -> None:
    for search in ("nobody", "nobody@nowhere.example", str(uuid4()), "%", "' OR 1=1"):
        assert "Nenhum cliente assim." in (await operator.get("", q=search)).text


async def test_pages_go_by_name_and_lose_nobody(office: Office, operator: Watch) -> None:
    known = set(await _named(office, *(f"Loja {number:03d}" for number in range(60)), *("Loja 007",) * 5))
    seen: list[str] = []
    path = ""
    while True:
        text = (await office.client.get(f"/operator{path}", headers=operator.headers)).text
        seen += [part[:36] for part in text.split('href="/operator/clientes/')[1:]]
        if 'rel="next"' not in text:
            break
        path = text.split('rel="next"')[0].rsplit('href="/operator', 1)[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == 65
    assert set(map(UUID, seen)) == known


@pytest.mark.parametrize("trouble", ["late", "held", "broken", "unlicensed", "paused"])
async def test_a_filter_names_those_in_trouble_and_nobody_else(
    office: Office, operator: Watch, customer: Customer, trouble: str
) -> None:
    other = await office.customer()
    now = office.parts.clock.now()
    if trouble == "held":
        await _held(office, customer, Reason.LICENCE)
    async with office.database.system() as conn:
        if trouble == "late":
            await inbox.insert(conn, [arrival(customer.tenant_id, at=now - timedelta(minutes=20))])
        if trouble == "broken":
            values = (customer.tenant_id, customer.account_id, ConnectionState.NEEDS_RECONNECT)
            await connections.set_account_state(conn, *values, None, now)
        if trouble == "unlicensed":
            await conn.execute(
                "UPDATE licence SET ends_at = $2 WHERE tenant_id = $1", customer.tenant_id, now
            )
        if trouble == "paused":
            await tenants.pause(customer.tenant_id, now)
    text = (await operator.get("", estado=trouble)).text
    assert f"/operator/clientes/{customer.tenant_id}" in text
    assert f"/operator/clientes/{other.tenant_id}" not in text


async def _settled(office: Office, customer: Customer, hours_ago: int, n: int, outcome: Outcome) -> None:
    hour = office.parts.clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago)
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO event_hour (tenant_id, hour, kind, outcome, latency, n)"
            " VALUES ($1, $2, 'product', $3, 8, $4)",
            *(customer.tenant_id, hour, outcome, n),
        )


async def test_a_line_draws_the_tenants_own_24_hours(
    office: Office, operator: Watch, customer: Customer
) -> None:
    await office.customer()
    await _settled(office, customer, 0, 1_990, Outcome.UPDATED)
    await _settled(office, customer, 23, 10, Outcome.FAILED)
    await _settled(office, customer, 24, 500, Outcome.UPDATED)
    text = (await operator.get("")).text
    assert 'aria-label="2.000 eventos em 24 horas, 10 falharam"' in text
    assert '<rect class="bar-done" x="92" y="0" width="3" height="20"/>' in text
    assert '<rect class="bar-failed" x="0" y="18" width="3" height="2"/>' in text
    assert text.count('<rect class="bar-') == 2
    assert text.count('aria-label="Nada nas últimas 24 horas"') == 1


async def _sheet(operator: Watch, language: str = "pt", **query: str) -> list[list[str]]:
    async with operator.office.database.system() as conn:
        await conn.execute("UPDATE operator SET language = $1", language)
    answer = await operator.get("/clientes.csv", **query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="clientes-')
    text = answer.content.decode("utf-8-sig")
    assert text != answer.text
    return list(csv.reader(io.StringIO(text), delimiter="," if language == "en" else ";"))


async def test_the_list_leaves_whole_as_it_is_filtered(
    office: Office, operator: Watch, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenants_page, "SHEET_PAGE", 7)
    await _named(office, *(f"Empório {number:02d}" for number in range(21)))
    await _settled(office, customer, 1, 3, Outcome.DEAD)
    head, *rows = await _sheet(operator)
    assert (head[:2], len(rows), len({row[0] for row in rows})) == (["ID", "Cliente"], 22, 22)
    mine = dict(zip(head, next(row for row in rows if row[0] == str(customer.tenant_id)), strict=True))
    assert (mine["Cliente"], mine["Eventos 24 h"], mine["Falhas 24 h"]) == ("Loja", "3", "3")
    assert (mine["Licença"], mine["Plano"], mine["Contas do Bling"]) == ("Teste", "Profissional", "connected")
    assert len(await _sheet(operator, q="empório")) == 22
    await _held(office, customer, Reason.LICENCE)
    _, only = await _sheet(operator, estado="held")
    assert only[0] == str(customer.tenant_id)


async def test_a_spreadsheet_finds_text_where_a_name_looks_like_a_formula(
    office: Office, operator: Watch
) -> None:
    names = ('=HYPERLINK("http://x")', "+1", "-1", "@a", "\t=1", 'A;B"C\nD', "A,B")
    await _named(office, *names)
    for language in ("pt", "en"):
        _, *rows = await _sheet(operator, language)
        assert {row[1] for row in rows} == {*(f"'{name}" for name in names[:5]), *names[5:]}
        assert {len(row) for row in rows} == {16}
    assert (await _sheet(operator, "en"))[0][1] == "Customer"


async def test_an_export_stands_in_the_audit_log(office: Office, operator: Watch) -> None:
    await _sheet(operator, q="aurora", estado="late")
    text = (await operator.get("/auditoria")).text
    assert "exportou a lista de clientes" in text
    assert "aurora · Atrasados" in text


async def test_nobody_else_takes_the_list(office: Office, operator: Watch) -> None:
    answer = await office.client.get("/operator/clientes.csv", headers={"accept": "text/html"})
    assert answer.headers["location"].startswith("/operator/entrar")


async def test_a_tenants_page_says_why_it_stopped(
    office: Office, operator: Watch, customer: Customer
) -> None:
    async with office.database.system() as conn:
        await conn.execute(
            "UPDATE licence SET state = 'suspended', ends_at = now() WHERE tenant_id = $1", customer.tenant_id
        )
    await _held(office, customer, Reason.LICENCE)
    text = (await operator.get(f"/clientes/{customer.tenant_id}")).text
    assert "A licença não está ativa: Suspensa." in text
    assert "3 eventos estão guardados e passam assim que puderem." in text
    assert "O Bitrix24 não está conectado." in text


async def test_nobodys_id_is_no_page(office: Office, operator: Watch) -> None:
    assert (await operator.get(f"/clientes/{uuid4()}")).status_code == 404
    assert (await operator.post(f"/clientes/{uuid4()}/visita", reason="Chamado 4711")).status_code == 404
    answer = await operator.post(f"/clientes/{uuid4()}/licenca", plan="escala", note="x")
    assert answer.status_code == 404


async def test_a_licence_is_given_and_what_waited_for_it_is_due(
    office: Office, operator: Watch, customer: Customer
) -> None:
    async with office.database.system() as conn:
        await conn.execute(
            "UPDATE licence SET state = 'suspended', trial_ends_at = now(), ends_at = now()"
            " WHERE tenant_id = $1",
            customer.tenant_id,
        )
    await _held(office, customer, Reason.LICENCE)
    answer = await operator.post(
        f"/clientes/{customer.tenant_id}/licenca", plan="escala", until="2099-12-31", note="Combinado com Ana"
    )
    assert answer.status_code == 303
    async with office.database.tenant(customer.tenant_id) as conn:
        licence = await licences.load(customer.tenant_id)
        assert await inbox.held(conn, customer.tenant_id) == {}
    assert licence is not None
    assert (licence.state, licence.plan) == ("granted", "escala")
    assert licence.ends_at is not None
    assert licence.ends_at.isoformat() == "2100-01-01T02:59:59+00:00"
    assert await office.rows("audit", "tenant_id = $1 AND action = 'licence.granted'", customer.tenant_id)
    (deed,) = await office.rows("operator_audit", "action = 'licence.granted'")
    assert deed["about"] == customer.tenant_id


async def test_a_given_licence_can_be_taken_back(office: Office, operator: Watch, customer: Customer) -> None:
    at = f"/clientes/{customer.tenant_id}/licenca"
    await operator.post(at, plan="essencial", until="", note="teste")
    assert (await operator.post(f"{at}/encerrar", reason="short")).status_code == 422
    assert (await operator.post(f"{at}/encerrar", reason="Engano: outra empresa")).status_code == 303
    async with office.database.tenant(customer.tenant_id):
        licence = await licences.load(customer.tenant_id)
    assert licence is not None
    assert licence.state == "suspended"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"plan": "gold", "note": "x"}, "Escolha um plano."),
        ({"plan": "escala", "until": "2020-01-01", "note": "x"}, "A data já passou."),
        ({"plan": "escala", "until": "31/12/2099", "note": "x"}, "Esta data não existe."),
        ({"plan": "escala", "until": "", "note": "  "}, "Escreva uma nota"),
        ({"plan": "escala", "until": "", "note": "a\0b"}, "Escreva uma nota"),
    ],
)
async def test_a_bad_grant_changes_nothing_and_says_why(
    office: Office, operator: Watch, customer: Customer, form: dict[str, str], said: str
) -> None:
    before = await office.rows("licence")
    answer = await operator.post(f"/clientes/{customer.tenant_id}/licenca", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert await office.rows("licence") == before


async def test_a_paused_tenant_keeps_what_comes_and_goes_on_when_resumed(
    office: Office, operator: Watch, customer: Customer
) -> None:
    at = f"/clientes/{customer.tenant_id}"
    assert (await operator.post(f"{at}/pausar", reason="short")).status_code == 422
    assert (await operator.post(f"{at}/pausar", reason="Erro em massa no mapeamento")).status_code == 303
    (row,) = await office.rows("tenant")
    assert row["paused_at"] is not None
    await _held(office, customer, Reason.PAUSED)
    assert "Um operador pausou este cliente" in (await operator.get(at)).text
    assert (await operator.post(f"{at}/retomar")).status_code == 303
    (row,) = await office.rows("tenant")
    assert row["paused_at"] is None
    assert len(await office.rows("inbox", "due_at IS NOT NULL AND reason IS NULL")) == 3
    done = [row["action"] for row in await office.rows("audit", "actor LIKE '%(Ponte)'")]
    assert sorted(done) == ["tenant.paused", "tenant.resumed"]


async def test_who_is_leaving_is_not_brought_back(
    office: Office, operator: Watch, customer: Customer
) -> None:
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO erasure (tenant_id, why, asked_at, due_at, paused, counts)"
            " VALUES ($1, 'left', now(), now(), true, '{}')",
            customer.tenant_id,
        )
        await tenants.pause(customer.tenant_id, office.parts.clock.now())
    assert (await operator.post(f"/clientes/{customer.tenant_id}/retomar")).status_code == 409
    (row,) = await office.rows("tenant")
    assert row["paused_at"] is not None


async def test_revenue_counts_who_pays(office: Office, operator: Watch) -> None:
    ids = await _named(office, "A", "B", "C")
    async with office.database.system() as conn:
        await conn.execute(
            "UPDATE licence SET state = 'active', plan = 'profissional', source = 'stripe'"
            " WHERE tenant_id = ANY($1)",
            ids[:2],
        )
    text = (await operator.get("/receita")).text
    assert "R$ 298,00" in text
    assert f"/operator/clientes/{ids[2]}" in text  # the trial ends in fourteen days
