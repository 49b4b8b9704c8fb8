"""Ajuda and the status page: for everybody; a check of one's own company asks the vendors sparingly."""

from __future__ import annotations

import httpx
import pytest

from connector import pace
from connector.account import connect_bitrix24
from connector.account.people import PONTE
from connector.store.people import Role
from dashboard.help_texts import Topic
from dashboard.pages.status import Looks
from tests.support.consent import connected
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office, message
from tests.support.sandbox import Sandbox

CHECK = "/ajuda/problemas-comuns/verificar"


@pytest.fixture
async def tenant(office: Office, sandbox: Sandbox) -> Customer:
    """Both sides connected, so that both can be asked."""
    await pace.assume_idle(office.parts.redis)
    customer = await office.customer()
    async with office.database.system() as conn:
        await conn.execute("DELETE FROM account WHERE id = $1", customer.account_id)
    await connected(office, sandbox, customer)
    member_id = sandbox.ready["portals"][0]["member_id"]
    form = sandbox.control("grant", {"provider": "bitrix24", "member_id": member_id})
    await connect_bitrix24.connect(office.parts.connecting, customer.tenant_id, form, PONTE)
    return customer


@pytest.fixture
async def owner(desk: Desk, tenant: Customer) -> Visitor:
    """Who reads the help signed in."""
    visitor = desk.visitor()
    await visitor.sign_in(tenant.email, PASSWORD)
    await visitor.get("/ajuda/problemas-comuns")
    return visitor


def _calls(sandbox: Sandbox) -> list[str]:
    """What both vendors were asked to check a connection."""
    rows = sandbox.control("calls", method="GET")
    rows = rows["items"] if isinstance(rows, dict) else rows
    return [row["method"] for row in rows if "app.info" in row["path"] or "basicos" in row["path"]]


@pytest.mark.parametrize("topic", Topic)
async def test_a_stranger_reads_every_page_in_both_languages(desk: Desk, topic: Topic) -> None:
    stranger = desk.visitor()
    portuguese = await stranger.get(f"/ajuda/{topic}")
    stranger.cookies["language"] = "en"
    english = await stranger.get(f"/ajuda/{topic}")
    assert (portuguese.status_code, english.status_code) == (200, 200)
    assert 'lang="pt-BR"' in portuguese.text
    assert 'lang="en"' in english.text
    assert "Verificar agora" not in portuguese.text.replace("“Verificar agora”", "")


async def test_signed_in_the_help_stands_in_the_shell(owner: Visitor) -> None:
    page = (await owner.get("/ajuda")).text
    assert 'class="rail"' in page
    assert page.count('class="pane topic"') == len(Topic)
    assert 'action="/ajuda/testando/verificar"' in (await owner.get("/ajuda/testando")).text


async def test_a_check_without_javascript_answers_the_whole_page(owner: Visitor) -> None:
    page = await owner.post(CHECK)
    assert page.status_code == 200
    assert "<h1>Problemas comuns</h1>" in page.text
    assert "O portal responde." in page.text
    assert "O Bling responde por" in page.text
    assert "Nenhuma opção está ligada, então nada sincroniza." in page.text
    assert 'href="/configuracao/produto"' in page.text


async def test_a_reload_after_it_shows_the_same(owner: Visitor) -> None:
    await owner.post(CHECK)
    assert "O portal responde." in (await owner.get(CHECK)).text


async def test_checks_within_half_a_minute_ask_the_vendors_once(owner: Visitor, sandbox: Sandbox) -> None:
    before = len(_calls(sandbox))
    for topic in (Topic.PROBLEMS, Topic.TESTING, Topic.SECURITY):
        await owner.post(f"/ajuda/{topic}/verificar")
    assert len(_calls(sandbox)) == before + 2


async def test_a_connection_that_died_is_found_told_and_offered_to_be_mended(
    owner: Visitor, sandbox: Sandbox, desk: Desk
) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE account SET refresh_token = NULL, expires_at = now() - interval '1 hour'")
    page = (await owner.post(CHECK)).text
    assert "A conexão com o Bling expirou." in page
    assert "/oauth/bling/start?conta=" in page


async def test_a_vendor_that_is_away_is_told_as_that(owner: Visitor, sandbox: Sandbox) -> None:
    sandbox.control("faults", {"provider": "bitrix24", "method": "app.info", "status": 503, "times": 20})
    page = (await owner.post(CHECK)).text
    assert "O portal não respondeu." in page
    assert "O Bling responde por" in page


async def test_bling_is_heard(owner: Visitor, office: Office, tenant: Customer) -> None:
    await office.api(tenant, "PUT", "/toggles", json={"product.create": True})
    assert "nenhum aviso nos últimos sete dias" in (await owner.post(CHECK)).text
    (account,) = await office.rows("account")
    await office.bling_sends(message(account["company_id"]))
    assert "O último aviso do Bling chegou em" in (await owner.post(CHECK)).text


async def test_who_may_only_read_may_check(desk: Desk, office: Office, tenant: Customer) -> None:
    reader = desk.visitor()
    await reader.sign_in(await office.colleague(tenant, Role.VIEWER), PASSWORD)
    await reader.get("/ajuda/problemas-comuns")
    assert (await reader.post(CHECK)).status_code == 200


async def test_strangers_may_not(desk: Desk) -> None:
    answer = await desk.visitor().post(CHECK)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/entrar"


async def test_a_topic_that_is_not_there_is_said_in_plain_words(desk: Desk, owner: Visitor) -> None:
    for visitor in (desk.visitor(), owner):
        answer = await visitor.get("/ajuda/nada")
        assert answer.status_code == 404
        assert "Esta página não existe" in answer.text


async def test_the_status_page_knows_no_tenant(desk: Desk, tenant: Customer) -> None:
    page = await desk.visitor().get("/status")
    assert page.status_code == 200
    assert "A Ponte está no ar." in page.text
    assert tenant.company_id not in page.text
    assert "Loja" not in page.text


async def test_the_status_page_looks_once_for_many_readers(desk: Desk) -> None:
    looks = Looks()
    first = await looks.known(desk.parts)
    async with desk.database.system() as conn:
        await conn.execute("INSERT INTO message_minute (resource, minute, n) VALUES ('product', now(), 1)")
    assert await looks.known(desk.parts) is first


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/nada", 404, "Esta página não existe"), ("/entrar", 405, "Esta página não existe")],
)
async def test_problems_tell_their_number_and_where_else_to_look(
    desk: Desk, path: str, status: int, said: str
) -> None:
    method = "GET" if status == 404 else "DELETE"
    answer: httpx.Response = await desk.client.request(method, path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert said in answer.text
    assert f"Código {status}" in answer.text
    assert 'href="/status"' in answer.text
