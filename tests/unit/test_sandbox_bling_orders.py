"""Orders, contacts, notes and stock in the sandbox's Bling."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.bling.errors import BlingError
from sandbox.bling.invoices import Act
from tests.support.bling_world import BlingWorld
from tests.support.waiting import until

DAY = "2026-09-21"


class Events:
    """What the company published, in order."""

    def __init__(self, bling: BlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr(
            bling.world.bling.webhooks, "publish", lambda company, event, data: self._take(event, data)
        )
        bling.world.bling.reset()
        bling.company = next(iter(bling.world.bling.companies.values()))

    def _take(self, event: str, data: dict[str, Any]) -> None:
        self.seen.append((event, data))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.seen]


@pytest.fixture
def bling() -> BlingWorld:
    return BlingWorld()


@pytest.fixture
def events(bling: BlingWorld, monkeypatch: pytest.MonkeyPatch) -> Events:
    return Events(bling, monkeypatch)


async def contact(bling: BlingWorld, **fields: object) -> int:
    sent = {"nome": "Marina", "situacao": "A", "tipo": "F", "numeroDocumento": "529.982.247-25"} | fields
    status, body = await bling.call("POST", "contatos", sent)
    assert status == 201, body
    return int(body["data"]["id"])


async def order(bling: BlingWorld, *, total: float = 34, **fields: Any) -> dict[str, Any]:
    """Items 30, freight 7, ten per cent off the items alone: 34."""
    payment = bling.company.references.payments[0]["id"]
    return {
        "contato": {"id": await contact(bling)},
        "data": DAY,
        "dataSaida": DAY,
        "dataPrevista": DAY,
        "itens": [{"descricao": "Caneca", "quantidade": 3, "valor": 10}],
        "desconto": {"valor": 10, "unidade": "PERCENTUAL"},
        "transporte": {"frete": 7},
        "parcelas": [{"dataVencimento": DAY, "valor": total, "formaPagamento": {"id": payment}}],
    } | fields


async def create(bling: BlingWorld, **fields: Any) -> int:
    status, body = await bling.call("POST", "pedidos/vendas", await order(bling, **fields))
    assert status == 201, body
    assert set(body["data"]) == {"id", "alertas", "rastreamento"}
    return int(body["data"]["id"])


async def shown(bling: BlingWorld, path: str) -> dict[str, Any]:
    status, body = await bling.call("GET", path)
    assert status == 200, body
    return dict(body["data"])


def codes(body: dict[str, Any]) -> list[int]:
    return [entry["code"] for entry in body["error"]["fields"]]


async def test_the_discount_never_touches_the_freight(bling: BlingWorld) -> None:
    made = await shown(bling, f"pedidos/vendas/{await create(bling)}")
    assert (made["totalProdutos"], made["total"]) == (30, 34)
    assert made["situacao"] == {"id": 6, "valor": 0}


async def test_parcels_that_do_not_add_up_are_code_22(bling: BlingWorld) -> None:
    status, body = await bling.call("POST", "pedidos/vendas", await order(bling, total=33.3))
    assert (status, codes(body)) == (400, [22])


async def test_an_items_value_is_already_net(bling: BlingWorld) -> None:
    item = {"descricao": "Copo", "quantidade": 5, "valor": 29.7, "desconto": 84.36}
    made = await create(bling, itens=[item], desconto={}, transporte={}, total=148.5)
    assert (await shown(bling, f"pedidos/vendas/{made}"))["total"] == 148.5


async def test_a_sent_total_is_ignored(bling: BlingWorld) -> None:
    made = await create(bling, **{"totalProdutos": 1})
    assert (await shown(bling, f"pedidos/vendas/{made}"))["totalProdutos"] == 30


async def test_numbers_sent_as_text_come_back_as_numbers(bling: BlingWorld) -> None:
    item = {"descricao": "Copo", "quantidade": "2", "valor": "10.5", "sabor": "não existe"}
    made = await create(
        bling, itens=[item], desconto={"valor": "1", "unidade": "REAL"}, transporte={}, total=20
    )
    body = await shown(bling, f"pedidos/vendas/{made}")
    assert (body["itens"][0]["quantidade"], body["desconto"]["valor"], body["total"]) == (2, 1, 20)
    assert "sabor" not in body["itens"][0]


async def test_orders_are_found_by_what_they_point_to(bling: BlingWorld) -> None:
    channel, seller = bling.company.references.channels[0]["id"], bling.company.references.sellers[0]["id"]
    made = await create(bling, loja={"id": channel}, vendedor={"id": seller})
    other = await create(bling)
    buyer = (await shown(bling, f"pedidos/vendas/{made}"))["contato"]["id"]
    for question in (f"idLoja={channel}", f"idVendedor={seller}", f"idContato={buyer}", f"numero={1001}"):
        assert [row["id"] for row in await bling.rows(f"pedidos/vendas?{question}")] == [made], question
    days = await bling.rows(f"pedidos/vendas?dataInicial={DAY}&dataFinal={DAY}")
    assert [row["id"] for row in days] == [other, made]
    assert await bling.rows("pedidos/vendas?dataInicial=2026-09-22&dataFinal=2026-09-23") == []


async def test_a_changed_order_is_found_by_its_new_number_alone(bling: BlingWorld) -> None:
    sent = await order(bling, numeroLoja="A-1")
    made = (await bling.call("POST", "pedidos/vendas", sent))[1]["data"]["id"]
    await bling.call("PUT", f"pedidos/vendas/{made}", sent | {"numeroLoja": "B-2"})
    assert await bling.rows("pedidos/vendas?numerosLojas[]=A-1") == []
    found = await bling.rows("pedidos/vendas?numerosLojas[]=B-2&numerosLojas[]=A-1")
    assert [row["id"] for row in found] == [made]
    await bling.call("DELETE", f"pedidos/vendas/{made}")
    assert await bling.rows("pedidos/vendas?numerosLojas[]=B-2") == []


async def test_a_foreign_payment_form_is_refused(bling: BlingWorld) -> None:
    parcel = {"dataVencimento": DAY, "valor": 34, "formaPagamento": {"id": 1}}
    status, body = await bling.call("POST", "pedidos/vendas", await order(bling, parcelas=[parcel]))
    (entry,) = body["error"]["fields"]
    assert (status, entry["code"], entry["collection"][0]["code"]) == (400, 49, 12)


async def test_an_unchanged_put_is_code_3(bling: BlingWorld) -> None:
    sent = await order(bling)
    _, body = await bling.call("POST", "pedidos/vendas", sent)
    path = f"pedidos/vendas/{body['data']['id']}"
    status, body = await bling.call("PUT", path, sent)
    assert (status, codes(body)) == (400, [3])
    assert (await bling.call("PUT", path, sent | {"observacoes": "Entregar à tarde"}))[0] == 200


async def test_put_replaces_the_document_but_keeps_number_and_situation(bling: BlingWorld) -> None:
    sent = await order(bling, observacoes="Presente")
    _, body = await bling.call("POST", "pedidos/vendas", sent)
    path = f"pedidos/vendas/{body['data']['id']}"
    before = await shown(bling, path)
    await bling.call("PUT", path, {key: value for key, value in sent.items() if key != "observacoes"})
    after = await shown(bling, path)
    assert (after["observacoes"], after["numero"]) == ("", before["numero"])
    assert after["parcelas"][0]["id"] != before["parcelas"][0]["id"]


async def test_a_stale_parcel_id_is_refused(bling: BlingWorld) -> None:
    sent = await order(bling)
    _, body = await bling.call("POST", "pedidos/vendas", sent)
    stale = [sent["parcelas"][0] | {"id": 123}]
    status, _ = await bling.call("PUT", f"pedidos/vendas/{body['data']['id']}", sent | {"parcelas": stale})
    assert status == 400


async def test_the_same_situation_again_is_code_50(bling: BlingWorld) -> None:
    made = await create(bling)
    assert (await bling.call("PATCH", f"pedidos/vendas/{made}/situacoes/9"))[0] == 204
    status, body = await bling.call("PATCH", f"pedidos/vendas/{made}/situacoes/9")
    assert (status, codes(body)) == (400, [50])


async def test_an_own_situation_means_what_it_inherits(bling: BlingWorld) -> None:
    made = await create(bling)
    listed = await bling.rows("situacoes/modulos/98310")
    own = next(entry for entry in listed if entry["idHerdado"])
    await bling.call("PATCH", f"pedidos/vendas/{made}/situacoes/{own['id']}")
    assert (await shown(bling, f"pedidos/vendas/{made}"))["situacao"] == {"id": own["id"], "valor": 3}


async def test_a_deleted_order_passes_through_cancelled(bling: BlingWorld, events: Events) -> None:
    made = await create(bling)
    await bling.call("DELETE", f"pedidos/vendas/{made}")
    assert events.names == ["order.created", "order.updated", "order.deleted"]
    assert events.seen[1][1]["situacao"] == {"id": 12, "valor": 2}
    assert events.seen[2][1] == {"id": made}


async def test_orders_are_found_by_their_number_in_the_shop(bling: BlingWorld) -> None:
    made = await create(bling, numeroLoja="PONTE-1")
    await create(bling)
    rows = await bling.rows("pedidos/vendas?numerosLojas[]=PONTE-1")
    assert [row["id"] for row in rows] == [made]
    assert await bling.rows("pedidos/vendas?idsSituacoes[]=9") == []


async def test_a_note_is_born_a_draft_and_authorised_when_sent(bling: BlingWorld, events: Events) -> None:
    made = await create(bling, numeroLoja="LOJA-1")
    status, body = await bling.call("POST", f"pedidos/vendas/{made}/gerar-nfe")
    assert (status, set(body)) == (201, {"idNotaFiscal"})
    note = body["idNotaFiscal"]
    draft = await shown(bling, f"nfe/{note}")
    assert (draft["situacao"], draft["valorNota"], draft["numeroPedidoLoja"]) == (1, 34, "LOJA-1")
    assert (await shown(bling, f"pedidos/vendas/{made}"))["notaFiscal"] == {"id": note}
    assert (await bling.call("POST", f"nfe/{note}/enviar"))[0] == 200
    sent = await shown(bling, f"nfe/{note}")
    assert (sent["situacao"], len(sent["chaveAcesso"])) == (5, 44)
    assert events.names == ["order.created", "invoice.created", "invoice.updated"]


async def _draft(bling: BlingWorld) -> tuple[int, int]:
    """An order and the draft of its NF-e."""
    made = await create(bling)
    return made, int((await bling.call("POST", f"pedidos/vendas/{made}/gerar-nfe"))[1]["idNotaFiscal"])


async def test_a_rejected_note_may_be_sent_again(bling: BlingWorld, events: Events) -> None:
    _, note = await _draft(bling)
    bling.company.nfe.act(note, Act.REJECT)
    assert (await bling.call("POST", f"nfe/{note}/enviar"))[0] == 200
    bling.company.nfe.act(note, Act.PRINT)
    told = [data["situacao"] for name, data in events.seen if name == "invoice.updated"]
    assert told == [4, 5, 6]


async def test_a_cancelled_note_stays_cancelled(bling: BlingWorld) -> None:
    _, note = await _draft(bling)
    bling.company.nfe.cancel(note)
    assert (await bling.call("POST", f"nfe/{note}/enviar"))[0] == 400
    with pytest.raises(BlingError):
        bling.company.nfe.cancel(note)


async def test_a_deleted_note_frees_its_order(bling: BlingWorld) -> None:
    made, note = await _draft(bling)
    again = f"pedidos/vendas/{made}/gerar-nfce"
    assert (await bling.call("POST", again))[0] == 400
    await bling.call("DELETE", f"nfe?idsNotas[]={note}")
    assert (await shown(bling, f"pedidos/vendas/{made}"))["notaFiscal"] == {"id": 0}
    assert (await bling.call("POST", again))[0] == 201


async def test_a_notes_event_says_neither_value_nor_order(bling: BlingWorld, events: Events) -> None:
    made, note = await _draft(bling)
    name, data = events.seen[-1]
    order_body = await shown(bling, f"pedidos/vendas/{made}")
    assert name == "invoice.created"
    assert data.keys() == {
        "id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "contato", "naturezaOperacao",
        "loja",
    }  # fmt: skip
    assert (data["id"], data["situacao"], data["contato"]) == (note, 1, {"id": order_body["contato"]["id"]})
    assert data["naturezaOperacao"]["id"] > 0


async def test_a_sent_note_is_worth_its_items_and_what_is_added(bling: BlingWorld) -> None:
    buyer = await contact(bling)
    sent = {
        "tipo": 1,
        "finalidade": 4,
        "contato": {
            "nome": "Marina",
            "tipoPessoa": "F",
            "numeroDocumento": "529.982.247-25",
            "contribuinte": 9,
        },
        "itens": [{"codigo": "X", "descricao": "Devolução", "quantidade": "2", "valor": "10.5"}],
        "transporte": {"frete": 5},
        "despesas": 1.5,
        "desconto": 2.5,
    }
    made = (await bling.call("POST", "nfe", sent))[1]["data"]["id"]
    note = await shown(bling, f"nfe/{made}")
    assert (note["valorNota"], note["valorFrete"], note["finalidade"]) == (25, 5, 4)
    assert (note["contato"]["id"], note["contato"]["numeroDocumento"]) == (buyer, "52998224725")
    assert note["itens"][0]["quantidade"] == 2


async def test_cancelled_notes_are_left_out_unless_asked_for(bling: BlingWorld) -> None:
    made = await create(bling)
    note = (await bling.call("POST", f"pedidos/vendas/{made}/gerar-nfce"))[1]["idNotaFiscal"]
    bling.company.nfce.cancel(note)
    assert await bling.rows("nfce") == []
    assert [row["id"] for row in await bling.rows("nfce?situacao=2")] == [note]


async def test_purchases_are_listed_only_when_asked_for(bling: BlingWorld) -> None:
    item = {"codigo": "X", "descricao": "Insumo", "quantidade": 2, "valor": 10}
    sent = {"tipo": 0, "contato": {"nome": "Fornecedor"}, "itens": [item]}
    status, body = await bling.call("POST", "nfe", sent)
    assert (status, set(body["data"])) == (201, {"id", "numero", "serie", "contato"})
    assert await bling.rows("nfe") == []
    assert len(await bling.rows("nfe?tipo=0")) == 1


async def test_documents_are_bare_in_the_detail_and_masked_in_the_list(bling: BlingWorld) -> None:
    made = await contact(bling, tipo="J", numeroDocumento="12.abc.345/01de-35")
    assert (await shown(bling, f"contatos/{made}"))["numeroDocumento"] == "12ABC34501DE35"
    rows = await bling.rows("contatos?criterio=1&numeroDocumento=12ABC34501DE35")
    assert rows[0]["numeroDocumento"] == "12.ABC.345/01DE-35"


async def test_the_default_criterion_hides_contacts(bling: BlingWorld) -> None:
    for _ in range(4):
        await contact(bling)
    assert len(await bling.rows("contatos")) == 2
    assert len(await bling.rows("contatos?criterio=1")) == 4


async def test_a_contact_without_a_name_is_refused(bling: BlingWorld) -> None:
    status, body = await bling.call("POST", "contatos", {"tipo": "F"})
    assert status == 400
    assert {entry["element"] for entry in body["error"]["fields"]} == {"nome", "situacao"}


async def test_sold_out_products_are_missing_from_the_balances(bling: BlingWorld, events: Events) -> None:
    made = await bling.create()
    deposit = bling.company.references.default_deposit
    path = f"estoques/saldos?idsProdutos[]={made}"
    assert await bling.rows(path) == []
    assert len(await bling.rows(f"{path}&filtroSaldoEstoque=0")) == 1
    movement = {"produto": {"id": made}, "deposito": {"id": deposit}, "operacao": "E", "quantidade": 4}
    assert (await bling.call("POST", "estoques", movement))[0] == 201
    (row,) = await bling.rows(path)
    assert (row["saldoFisicoTotal"], row["saldoVirtualTotal"]) == (4, 4)
    assert events.names == ["product.created", "stock.created"]


async def test_an_open_order_reserves_until_it_is_served(bling: BlingWorld) -> None:
    made = await bling.create()
    item = {"descricao": "Copo", "quantidade": 2, "valor": 10, "produto": {"id": made}}
    sold = await create(bling, itens=[item], desconto={}, transporte={}, total=20)
    assert bling.company.orders.reserved(made) == 2
    await bling.call("PATCH", f"pedidos/vendas/{sold}/situacoes/9")
    assert bling.company.orders.reserved(made) == 0


async def test_reservations_are_told_a_while_after_the_order(
    bling: BlingWorld, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.bling.company.VIRTUAL_STOCK_DELAY_S", 0)
    made = await bling.create()
    item = {"descricao": "Copo", "quantidade": 2, "valor": 10, "produto": {"id": made}}
    await create(bling, itens=[item], desconto={}, transporte={}, total=20)
    assert events.names == ["product.created", "order.created"]
    await until(lambda: len(events.seen) == 3)
    name, data = events.seen[2]
    assert name == "virtual_stock.updated"
    assert (data["produto"], data["saldoFisicoTotal"], data["saldoVirtualTotal"]) == ({"id": made}, 0, -2)


async def test_balances_need_products(bling: BlingWorld) -> None:
    assert (await bling.call("GET", "estoques/saldos"))[0] == 400


async def test_inactive_sellers_and_deposits_must_be_asked_for(bling: BlingWorld) -> None:
    assert len(await bling.rows("vendedores")) < len(await bling.rows("vendedores?situacaoContato=T"))
    assert all(row["situacao"] == 1 for row in await bling.rows("depositos"))


async def test_homologation_kills_the_token_on_its_way(bling: BlingWorld) -> None:
    oauth = bling.world.bling.oauth
    access = oauth.exchange(oauth.grant_code(bling.company.id)).access_token
    first = await bling.answer("GET", "homologacao/produtos", token=access)
    proof = {"x-bling-homologacao": dict(first.headers)["x-bling-homologacao"]}
    product = {"nome": "Copo do Bling", "preco": 32.56, "codigo": "COD-4587"}
    auth = {"authorization": f"Bearer {access}"}
    second = await bling.answer("POST", "homologacao/produtos", product, headers=auth | proof)
    assert second.status == 201
    assert (await bling.call("GET", "produtos", token=access))[0] == 401
    made = bling.world.bling.homologation.product_id
    proof = {"x-bling-homologacao": dict(second.headers)["x-bling-homologacao"]}
    third = await bling.answer(
        "PUT", f"homologacao/produtos/{made}", product | {"nome": "Copo"}, headers=proof
    )
    assert third.status == 204


async def test_homologation_is_a_race(bling: BlingWorld) -> None:
    first = await bling.answer("GET", "homologacao/produtos")
    bling.clock.time += 3
    proof = {"x-bling-homologacao": dict(first.headers)["x-bling-homologacao"]}
    product = {"nome": "Copo do Bling", "preco": 32.56, "codigo": "COD-4587"}
    assert (await bling.answer("POST", "homologacao/produtos", product, headers=proof)).status == 400
