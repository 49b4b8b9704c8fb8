"""Exportar para o Bling: looking ahead, beginning, who may, what is refused, and how a run looks."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from connector.domain.events import Outcome, Reason
from connector.domain.runs import Task
from connector.store import runs
from connector.store.people import Role
from connector.store.runs import Run, Settled
from connector.sync.runs.exporting import Wish
from tests.support.desk import Desk, Visitor
from tests.support.mapped import settled
from tests.support.office import PASSWORD, Customer, Office
from tests.support.portal import Portal
from tests.support.sandbox import Sandbox

PAGE, RUNS = "/importacao/exportar", "/importacao/exportacoes"


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    return await desk.person(customer.email, PASSWORD)


async def _begin(visitor: Visitor, **fields: str) -> str:
    """Begin one through the form; the path it leads to."""
    answer = await visitor.post(PAGE, acao="exportar", **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _run(desk: Desk, customer: Customer, path: str) -> Run:
    async with desk.database.tenant(customer.tenant_id) as conn:
        run = await runs.get(conn, customer.tenant_id, UUID(path.rpartition("/")[2]))
    assert run is not None
    return run


async def _wish(desk: Desk, customer: Customer, path: str) -> Wish:
    return msgspec.json.decode((await _run(desk, customer, path)).wish, type=Wish)


async def test_the_screen_says_that_it_writes_into_bling(
    office: Office, customer: Customer, owner: Visitor
) -> None:
    assert f'href="{PAGE}"' in (await owner.get("/importacao")).text
    off = (await owner.get(PAGE)).text
    assert "isto não grava nada no Bling ERP" in off
    assert "Nada seria gravado: “Produto criado no Bitrix24 cria produto no Bling ERP”" in off
    on = {"product.export_create": True, "product.export_update": True}
    await office.api(customer, "PUT", "/toggles", json=on)
    page = (await owner.get(PAGE)).text
    assert "Isto grava no seu Bling ERP." in page
    assert "Cria no Bling ERP os produtos simples que ele ainda não tem." in page
    assert "Nada seria gravado" not in page


async def test_an_export_is_begun_paused_resumed_and_cancelled(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner, quais="secao", secao="7", desde="2026-01-31", novos="yes")
    assert path.startswith(f"{RUNS}/")
    wish = await _wish(desk, customer, path)
    assert (wish.section, wish.new_only, str(wish.since)) == (7, True, "2026-01-31 03:00:00+00:00")
    title = "Exportação: Produtos da seção 7, alterados desde 31/01/2026, só os que faltam no Bling"
    page = (await owner.get(path)).text
    assert title in page
    assert "Grava no Bling ERP" in page
    assert "novos no Bling" in page
    assert 'hx-trigger="every 2s"' in page
    assert title in (await owner.get("/importacao")).text
    for deed, said in (("pausar", "Em pausa"), ("continuar", "Em andamento")):
        assert said in (await owner.follow(await owner.post(f"{path}/{deed}"))).text
    question = (await owner.get(f"{path}/cancelar")).text
    assert "O que já foi gravado no Bling ERP fica como está." in question
    ended = (await owner.follow(await owner.post(f"{path}/cancelar"))).text
    assert "Cancelada. O que já foi gravado no Bling ERP fica como está." in ended
    assert title in (await owner.get("/importacao")).text
    done = [one for one in await desk.audited() if one.startswith("export.")]
    assert done == ["export.started", "export.paused", "export.resumed", "export.cancelled"]


async def test_a_form_sent_twice_is_one_run_and_the_second_page_names_it(desk: Desk, owner: Visitor) -> None:
    path = await _begin(owner)
    answer = await owner.post(PAGE, acao="exportar")
    assert answer.status_code == 409
    assert "Já está em andamento: Exportação: Todos os produtos" in answer.text
    assert path in answer.text
    assert len(await desk.rows("run")) == 1


async def test_what_failed_is_listed_by_bitrix24s_id_and_tried_again(
    desk: Desk, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    run = await _run(desk, customer, path)
    ended = [
        Settled(
            run.id, customer.account_id, one, Outcome.FAILED, Reason.REFUSED_BY_BLING, "sem nome", uuid4()
        )
        for one in (-45, 99)
    ]
    async with desk.database.system() as conn:
        await runs.list_items(conn, run, customer.account_id, {-45: "Copo", 99: "Prato"})
        await runs.settled(conn, run.tenant_id, ended, desk.parts.clock.now())
    page = (await owner.get(path)).text
    assert "Bitrix24 45" in page
    assert "Bling 99" in page
    assert "O Bling recusou a gravação. sem nome" in page
    assert "Corrija o produto no Bitrix24 e tente de novo." in page
    answer = await owner.follow(await owner.post(f"{path}/de-novo", registro="-45"))
    assert "1 registro na fila." in answer.text
    assert [(row["bling_id"], row["source"]) for row in await desk.rows("inbox")] == [(-45, "bitrix24")]
    await owner.post(f"{path}/de-novo")
    assert sorted(row["bling_id"] for row in await desk.rows("inbox")) == [-45, 99]


async def test_viewers_see_and_cannot_begin_or_turn(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    viewer = await desk.person(await office.colleague(customer, Role.VIEWER), PASSWORD)
    form = (await viewer.get(PAGE)).text
    assert "Só administradores começam uma exportação." in form
    page = (await viewer.get(path)).text
    assert "Exportação: Todos os produtos" in page
    assert "Pausar" not in page
    assert (await viewer.get(f"{path}/cancelar")).headers["location"] == path
    for target in (PAGE, f"{path}/pausar", f"{path}/cancelar", f"{path}/de-novo"):
        assert (await viewer.post(target, acao="exportar")).status_code == 403
    assert (await _run(desk, customer, path)).state == "running"


async def test_anothers_and_wild_addresses_are_not_found(
    desk: Desk, office: Office, customer: Customer, owner: Visitor
) -> None:
    path = await _begin(owner)
    stranger = await desk.person((await office.customer()).email, PASSWORD)
    run_id = path.rpartition("/")[2]
    for visitor, name in ((stranger, run_id), (owner, str(uuid4())), (owner, "x")):
        place = f"{RUNS}/{name}"
        for shown in (place, f"{place}/cancelar"):
            assert (await visitor.get(shown)).status_code == 404, shown
        for deed in ("pausar", "cancelar", "de-novo"):
            assert (await visitor.post(f"{place}/{deed}")).status_code == 404, deed
    assert (await owner.get(f"/importacao/{run_id}")).status_code == 404
    assert (await owner.post(f"/importacao/ensaios/{run_id}/importar")).status_code == 404
    assert (await owner.post(f"{path}/apagar")).status_code == 404
    assert (await owner.post(f"{path}/de-novo", registro="--4")).status_code == 404
    assert (await _run(desk, customer, path)).state == "running"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"desde": "2999-01-01"}, "Escolha um dia que já chegou."),
        ({"desde": "ontem"}, "Escolha um dia que já chegou."),
        ({"quais": "secao"}, "Escolha uma seção."),
        ({"quais": "secao", "secao": "copos"}, "Escolha uma seção."),
        ({"quais": "escolhidos", "produtos": " , ;\n"}, "Escreva ao menos um produto."),
        ({"quais": "escolhidos", "produtos": "\n".join(map(str, range(1, 1_200)))}, "até 1.000 por vez"),
        ({"quais": "escolhidos", "produtos": "\n".join(f"Copo {n}" for n in range(60))}, "até 50 por vez"),
    ],
)
async def test_a_bad_form_is_told_and_begins_nothing(
    desk: Desk, owner: Visitor, fields: dict[str, Any], said: str
) -> None:
    for action in ("prever", "exportar"):
        answer = await owner.post(PAGE, acao=action, **fields)
        assert answer.status_code == 422
        assert said in answer.text
    assert await desk.rows("run") == []


async def test_without_portal_or_licence_it_says_so(desk: Desk, owner: Visitor) -> None:
    look = await owner.post(PAGE, acao="prever")
    assert (look.status_code, "o Bitrix24 não está conectado" in look.text) == (200, True)
    chosen = await owner.post(PAGE, acao="exportar", quais="escolhidos", produtos="45")
    assert (chosen.status_code, "o Bitrix24 não está conectado" in chosen.text) == (503, True)
    assert ">45</textarea>" in chosen.text
    async with desk.database.system() as conn:
        await conn.execute("UPDATE licence SET state = 'suspended'")
    for answer in (await owner.get(PAGE), await owner.post(PAGE, acao="exportar")):
        assert "A licença não está ativa. Ative-a para importar ou exportar." in answer.text
    assert await desk.rows("run") == []


async def test_a_portals_products_are_named_counted_and_exported(
    desk: Desk, office: Office, sandbox: Sandbox
) -> None:
    tenant = await settled(office, sandbox)
    portal = Portal(sandbox)
    section = int(
        portal.call("catalog.section.add", fields={"iblockId": portal.iblocks()[0], "name": "Cozinha"})[
            "section"
        ]["id"]
    )
    ids = [
        int(portal.product(name=f"Copo {n}", xmlId=f"B24-{n}", iblockSectionId=section)["id"])
        for n in range(3)
    ]
    twins = sorted(int(portal.product(name="Prato raso")["id"]) for _ in range(2))
    await office.api(tenant, "PUT", "/toggles", json={"product.export_create": True})
    owner = await desk.person(tenant.email, PASSWORD)
    assert f'<option value="{section}">Cozinha</option>' in (await owner.get(PAGE)).text
    chosen = {"quais": "escolhidos", "produtos": f"{ids[0]}\nB24-1\nPrato raso"}
    unclear = await owner.post(PAGE, acao="exportar", **chosen)
    assert unclear.status_code == 422
    assert f"Há 2 produtos que são “Prato raso”: escreva o ID de um deles ({twins[0]}, {twins[1]})." in (
        unclear.text
    )
    missing = await owner.post(PAGE, acao="prever", quais="escolhidos", produtos="Nada disso\n999999")
    assert "Não há no Bitrix24: “999999”, “Nada disso”." in missing.text
    look = (await owner.post(PAGE, acao="prever", quais="secao", secao=str(section))).text
    assert "Nada foi gravado." in look
    assert '<p class="k">Seriam criados</p><p class="stat-n">3</p>' in look
    assert await desk.rows("run") == []
    path = await _begin(owner, quais="escolhidos", produtos=f"{ids[0]}\nB24-1\nCopo 2")
    assert (await _wish(desk, tenant, path)).chosen == tuple(ids)
    assert "Exportação: 3 produtos escolhidos" in (await owner.get(path)).text
    await owner.post(f"{path}/cancelar")
    path = await _begin(owner, quais="secao", secao=str(section))
    assert "Exportação: Produtos da seção Cozinha" in (await owner.get(path)).text
    assert (await _run(desk, tenant, path)).task is Task.EXPORT
