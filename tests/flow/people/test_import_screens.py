"""Importação: beginning, looking, turning, trying again, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from connector.domain.events import Kind, Outcome, Reason
from connector.domain.orders import Filter
from connector.domain.runs import RunState, Task
from connector.store import account_lists, runs
from connector.store.account_lists import ListName, SavedList
from connector.store.ids import new_id
from connector.store.people import Role
from connector.store.runs import Run, Settled
from connector.sync.runs import exporting, importing
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

PAGE = "/importacao"


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await desk.person(customer.email, PASSWORD)


async def _begin(owner: Visitor, action: str = "importar", **fields: str) -> str:
    """Begin one through the form; the path it leads to."""
    answer = await owner.post(PAGE, **{"tipo": "product", "acao": action, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _run(desk: Desk, customer: Customer, path: str) -> Run:
    async with desk.database.tenant(customer.tenant_id) as conn:
        run = await runs.get(conn, customer.tenant_id, UUID(path.rpartition("/")[2]))
    assert run is not None
    return run


async def _fail(desk: Desk, customer: Customer, run: Run, bling_ids: list[int]) -> None:
    """Records of the run that were listed and failed."""
    labels = {one: f"Caneca {one}" for one in bling_ids}
    ended = [
        Settled(run.id, customer.account_id, one, Outcome.FAILED, Reason.REFUSED_BY_BITRIX24, None, uuid4())
        for one in bling_ids
    ]
    async with desk.database.system() as conn:
        await runs.list_items(conn, run, customer.account_id, labels)
        await runs.settled(conn, run.tenant_id, ended, desk.parts.clock.now())


async def test_it_is_in_the_rail_and_says_what_to_do_first(owner: Visitor) -> None:
    assert 'href="/importacao"' in (await owner.get("/")).text
    page = (await owner.get(PAGE)).text
    assert "Nada importado ainda." in page
    assert "Ainda não houve ensaio." in page
    assert "Nada seria gravado" in page
    assert "Conferência" in page


async def test_an_import_is_begun_paused_resumed_and_cancelled(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner, desde="2026-01-31", situacao="A", automacoes="yes")
    page = (await owner.get(path)).text
    assert "Produtos alterados desde 31/01/2026, só ativos" in page
    assert 'hx-trigger="every 2s"' in page
    assert "0 de 0 encontrados até agora" in page
    wish = msgspec.json.decode((await _run(desk, customer, path)).wish)
    assert wish["automations"] is True
    for deed, said in (("pausar", "Em pausa"), ("continuar", "Em andamento"), ("cancelar", "Cancelada")):
        page = (await owner.follow(await owner.post(f"{path}/{deed}"))).text
        assert said in page
    assert 'hx-trigger="every 2s"' not in page
    late = await owner.post(f"{path}/continuar")
    assert late.status_code == 409
    assert "Isto não cabe mais" in late.text
    assert "Cancelada" in (await owner.get(PAGE)).text
    audited = await desk.audited()
    runs_own = [one for one in audited if one.startswith("import.")]
    assert runs_own == ["import.started", "import.paused", "import.resumed", "import.cancelled"]


async def test_a_form_sent_twice_is_one_run_and_the_second_page_names_it(desk: Desk, owner: Visitor) -> None:
    path = await _begin(owner)
    answer = await owner.post(PAGE, tipo="product", acao="importar")
    assert answer.status_code == 409
    assert "Já está em andamento: Todos os produtos" in answer.text
    assert path in answer.text
    assert len(await desk.rows("run")) == 1
    assert await _begin(owner, "ensaiar") != path


async def test_what_failed_is_listed_with_its_reason_and_tried_again(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    await _fail(desk, customer, await _run(desk, customer, path), [7, 8, 9])
    page = (await owner.get(path)).text
    assert "Caneca 7" in page
    assert "O Bitrix24 recusou a gravação." in page
    answer = await owner.follow(await owner.post(f"{path}/de-novo", registro="8"))
    assert "1 registro na fila." in answer.text
    assert [row["bling_id"] for row in await desk.rows("inbox")] == [8]
    await owner.post(f"{path}/de-novo")
    assert sorted(row["bling_id"] for row in await desk.rows("inbox")) == [7, 8, 9]


async def test_many_failures_have_pages(desk: Desk, customer: Customer, owner: Visitor) -> None:
    path = await _begin(owner)
    await _fail(desk, customer, await _run(desk, customer, path), list(range(1, 61)))
    page = (await owner.get(path)).text
    assert "60 registros" in page
    assert "Ver mais" in page
    rest = (await owner.get(f"{path}?depois=50")).text
    assert rest.count('name="registro"') + page.count('name="registro"') >= 60


async def test_a_wait_says_why(desk: Desk, customer: Customer, owner: Visitor) -> None:
    path = await _begin(owner)
    for detail, said in (
        ("needs_reconnect", "A conexão expirou."),
        ("o Bling não respondeu", "Tentando de novo: o Bling não respondeu"),
    ):
        async with desk.database.system() as conn:
            await conn.execute("UPDATE run SET detail = $1", detail)
        assert said in (await owner.get(path)).text


async def test_without_a_licence_the_form_says_so_and_nothing_begins(desk: Desk, owner: Visitor) -> None:
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    page = (await owner.get(PAGE)).text
    assert "A licença não está ativa. Ative-a para importar ou exportar." in page
    for action in ("ensaiar", "importar"):
        answer = await owner.post(PAGE, tipo="product", acao=action)
        assert answer.status_code == 409
        assert "A licença não está ativa" in answer.text
    assert await desk.rows("run") == []


async def test_viewers_see_and_cannot_begin_or_turn(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    colleague = await office.colleague(customer, Role.VIEWER)
    viewer = await desk.person(colleague, PASSWORD)
    for shown in (PAGE, path):
        page = (await viewer.get(shown)).text
        assert "Todos os produtos" in page
        assert "Pausar" not in page
    assert "Só administradores começam" in (await viewer.get(PAGE)).text
    for target in (PAGE, f"{path}/cancelar", f"{path}/de-novo"):
        answer = await viewer.post(target, tipo="product", acao="importar")
        assert answer.status_code == 403
    assert len(await desk.rows("run")) == 1


async def test_anothers_and_wild_addresses_are_not_found(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    stranger = await desk.person((await office.customer()).email, PASSWORD)
    run_id = path.rpartition("/")[2]
    for visitor, name in ((stranger, run_id), (owner, str(uuid4())), (owner, "x"), (owner, "%00")):
        for place in (f"{PAGE}/{name}", f"{PAGE}/ensaios/{name}"):
            assert (await visitor.get(place)).status_code == 404, place
            assert (await visitor.post(f"{place}/cancelar")).status_code == 404, place
    assert (await owner.get(f"{PAGE}/ensaios/{run_id}")).status_code == 404
    assert (await owner.get(f"{path}?depois=x")).status_code == 404
    assert (await owner.post(f"{path}/apagar")).status_code == 404
    assert (await owner.post(f"{path}/de-novo", registro="x")).status_code == 404
    assert (await _run(desk, customer, path)).state == "running"


@pytest.mark.parametrize(
    "query", ["tipo=x&desde=ontem&prever=1", "conta=x&prever=1", "tipo=%00", "desde=9999"]
)
async def test_a_wild_query_still_shows_the_form(owner: Visitor, query: str) -> None:
    page = await owner.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert "Nova importação" in page.text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"desde": "2999-01-01"}, 422, "Escolha um dia que já chegou."),
        ({"desde": "ontem"}, 422, "Escolha um dia que já chegou."),
        ({"conta": "x"}, 422, "Escolha uma das suas empresas."),
        ({"tipo": "sale"}, 404, ""),
        ({"acao": "apagar"}, 404, ""),
    ],
)
async def test_a_bad_form_is_told_and_begins_nothing(
    desk: Desk, owner: Visitor, fields: dict[str, Any], status: int, said: str
) -> None:
    answer = await owner.post(PAGE, **{"tipo": "product", "acao": "importar", **fields})
    assert answer.status_code == status
    assert said in answer.text
    assert await desk.rows("run") == []


async def test_a_rehearsal_has_its_own_page(desk: Desk, customer: Customer, owner: Visitor) -> None:
    path = await _begin(owner, "ensaiar")
    assert path.startswith(f"{PAGE}/ensaios/")
    page = (await owner.get(path)).text
    assert "Ensaio: Todos os produtos" in page
    assert "Nada foi gravado." in page
    assert (await _run(desk, customer, path)).task is Task.REHEARSAL
    assert (await owner.get(f"{PAGE}/{path.rpartition('/')[2]}")).status_code == 404
    run = await _run(desk, customer, path)
    async with desk.database.system() as conn:
        await runs.list_items(conn, run, customer.account_id, {7: "Caneca"})
        await runs.judged(conn, run, customer.account_id, {7: ("new", "CAN-7")})
    page = (await owner.get(PAGE)).text
    assert "Último ensaio" in page
    assert "Ensaio: Todos os produtos" in page


async def test_every_kind_has_its_form(owner: Visitor) -> None:
    for kind in (Kind.PRODUCT, Kind.ORDER, Kind.CONTACT):
        page = (await owner.get(f"{PAGE}?tipo={kind}")).text
        assert f'name="tipo" value="{kind}"' in page
        assert (await owner.post(PAGE, tipo=kind, acao="ensaiar")).status_code == 303


async def _named(desk: Desk, customer: Customer) -> None:
    """Lists of the account, as they were read lately."""
    now = desk.parts.clock.now()
    rows = {
        ListName.CATEGORIES: [{"id": 12, "descricao": "Copos"}, {"id": 13, "descricao": "Pratos"}],
        ListName.CUSTOM_FIELDS: [],
        ListName.SITUATIONS: [{"id": 9, "nome": "Atendido"}],
        ListName.CHANNELS: [{"id": 205, "descricao": "Shopee"}],
        ListName.SELLERS: [{"id": 31, "contato": {"nome": "Rita"}}],
    }
    async with desk.database.tenant(customer.tenant_id):
        saved = [SavedList(customer.account_id, name, some, now) for name, some in rows.items()]
        await account_lists.save(customer.tenant_id, saved)


async def test_orders_are_narrowed_by_what_people_call_things(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    await _named(desk, customer)
    form = (await owner.get(f"{PAGE}?tipo=order&loja=205")).text
    for shown in ("Atendido", "Shopee", "Rita"):
        assert f">{shown}</span>" in form
    assert 'value="205" checked' in form
    answer = await owner.post(
        PAGE, tipo="order", acao="importar", situacao=["9", "12"], loja="205", vendedor="31"
    )
    path = answer.headers["location"]
    wish = msgspec.json.decode((await _run(desk, customer, path)).wish, type=importing.Wish)
    assert wish.asked.orders == Filter(
        situacao=frozenset({9, 12}), loja=frozenset({205}), vendedor=frozenset({31})
    )
    title = "Todos os pedidos, 2 situações, canal Shopee, vendedor Rita"
    assert title in (await owner.get(path)).text
    assert title in (await owner.get(PAGE)).text


async def test_products_are_narrowed_by_category_and_a_forecast_keeps_the_form(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    await _named(desk, customer)
    fields = {"tipo": "product", "categoria": ["12", "13", "x", "-4"], "situacao": "I"}
    asked = await owner.post(PAGE, acao="prever", **fields)
    form = (await owner.follow(asked)).text
    assert form.count('name="categoria"') == form.count('name="categoria" value="1') == 2
    assert 'value="12" checked' in form
    path = (await owner.post(PAGE, acao="ensaiar", **fields)).headers["location"]
    assert "Ensaio: Todos os produtos, só inativos, 2 categorias" in (await owner.get(path)).text


async def test_cancelling_asks_first_and_says_what_happens(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    await _fail(desk, customer, await _run(desk, customer, path), [7])
    assert f'href="{path}/cancelar"' in (await owner.get(path)).text
    async with desk.database.system() as conn:
        await conn.execute("UPDATE run SET listed = 3")
    question = (await owner.get(f"{path}/cancelar")).text
    assert "1 registro já passou." in question
    assert "2 registros que esperam a vez saem da fila" in question
    assert "O que já foi gravado no Bitrix24 fica como está." in question
    assert "Só pausar" in question
    assert (await _run(desk, customer, path)).state is RunState.RUNNING
    assert "Cancelada." in (await owner.follow(await owner.post(f"{path}/cancelar"))).text
    assert (await owner.get(f"{path}/cancelar")).headers["location"] == path
    rehearsal = await _begin(owner, "ensaiar")
    assert "Nada foi gravado de nenhum lado." in (await owner.get(f"{rehearsal}/cancelar")).text


async def _end(desk: Desk, path: str) -> None:
    async with desk.database.system() as conn:
        await conn.execute(
            "UPDATE run SET state = 'done', ended_at = now(), due_at = NULL WHERE id = $1",
            UUID(path.rpartition("/")[2]),
        )


async def test_what_a_program_rehearsed_is_imported_as_it_was_rehearsed(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    wanted = {
        "kind": "order",
        "since": "2026-01-31T10:20:30Z",
        "filter": {"since": "2025-12-01", "loja": [205], "account": [str(customer.account_id)]},
        "automations": True,
        "dry_run": True,
    }
    begun = (await office.api(customer, "POST", "/imports", json=wanted)).json()["id"]
    path = f"{PAGE}/ensaios/{begun}"
    early = await owner.post(f"{path}/importar")
    assert (early.status_code, "Isto não cabe mais" in early.text) == (409, True)
    await _end(desk, path)
    assert f'action="{path}/importar"' in (await owner.get(path)).text
    answer = await owner.post(f"{path}/importar")
    rehearsed, run = await _run(desk, customer, path), await _run(desk, customer, answer.headers["location"])
    assert (run.task, run.kind) == (Task.IMPORT, Kind.ORDER)
    assert msgspec.json.decode(run.wish) == msgspec.json.decode(rehearsed.wish)
    again = await owner.post(f"{path}/importar")
    assert again.status_code == 409
    assert "Já está em andamento: Pedidos alterados desde 31/01/2026" in again.text
    colleague = await office.colleague(customer, Role.VIEWER)
    viewer = await desk.person(colleague, PASSWORD)
    assert "Importar agora" not in (await viewer.get(path)).text
    assert (await viewer.post(f"{path}/importar")).status_code == 403


async def test_a_rehearsal_keeps_the_choice_of_automations(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner, "ensaiar", automacoes="yes")
    await _end(desk, path)
    run = await _run(desk, customer, (await owner.post(f"{path}/importar")).headers["location"])
    assert msgspec.json.decode(run.wish, type=importing.Wish).automations


async def _past(desk: Desk, customer: Customer, count: int) -> None:
    """Imports and exports of some time ago."""
    now = desk.parts.clock.now()
    async with desk.database.system() as conn:
        for number in range(count):
            at = now - timedelta(days=count - number)
            task = Task.EXPORT if number % 5 == 0 else Task.IMPORT
            wish = importing.Wish() if task is Task.IMPORT else exporting.Wish(section=number + 1)
            run = await runs.start(conn, customer.tenant_id, new_id(at), task, Kind.PRODUCT, wish, None, at)
            assert run is not None
            await conn.execute(
                "UPDATE run SET state = 'done', ended_at = started_at, done = $2 WHERE id = $1",
                run.id,
                1000 + number,
            )


async def test_earlier_runs_come_in_pages_and_what_is_paused_stays_on_top(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    paused = await _begin(owner, tipo="contact")
    await owner.post(f"{paused}/pausar")
    async with desk.database.system() as conn:
        await conn.execute("UPDATE run SET id = $1, started_at = $2", *_long_ago(desk))
    await _past(desk, customer, 25)
    first = (await owner.get(PAGE)).text
    assert "Em pausa" in first
    assert _shown(first) == list(range(1024, 1004, -1))
    assert "Exportação: Produtos da seção 21" in first
    assert "Mais recentes" not in first
    older = await owner.get(re.findall(r'href="([^"]+antes=[^"#]+)#', first)[0])
    assert _shown(older.text) == [1004, 1003, 1002, 1001, 1000]
    assert "Mais antigas" not in older.text
    assert "Mais recentes" in older.text
    assert "Em pausa" in older.text
    beyond = (await owner.get(f"{PAGE}?antes={UUID(int=0)}")).text
    assert "Não há mais antigas." in beyond
    assert "Mais recentes" in beyond
    assert _shown((await owner.get(f"{PAGE}?antes=x")).text)[0] == 1024


async def test_only_the_newest_that_have_just_ended_stand_above_the_form(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    await _past(desk, customer, 5)
    assert (await owner.get(PAGE)).text.count('id="run-') == 0
    async with desk.database.system() as conn:
        await conn.execute("UPDATE run SET ended_at = $1", desk.parts.clock.now())
    page = (await owner.get(PAGE)).text
    assert page.count('id="run-') == 2
    assert _shown(page) == list(range(1004, 999, -1))


def _long_ago(desk: Desk) -> tuple[UUID, datetime]:
    at = desk.parts.clock.now() - timedelta(days=90)
    return new_id(at), at


def _shown(page: str) -> list[int]:
    return [int(one.replace(".", "")) for one in re.findall(r'<td class="num">(1\.0\d\d)</td>', page)]
