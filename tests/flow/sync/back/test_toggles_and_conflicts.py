"""What the tenant has not ticked is not written; when both sides changed a field, its rule says who wins."""

from __future__ import annotations

import json

from connector.domain.events import Kind
from connector.domain.mapping import Rule
from connector.domain.transforms import Choice, Date, Number, Text
from connector.store import portal_intake
from tests.support.returns import Returns


async def test_nothing_is_asked_of_a_portal_while_nothing_is_ticked(deaf: Returns) -> None:
    async with deaf.house.database.system() as conn:
        assert await portal_intake.due(conn, deaf.house.engine.clock(), 10) == []
    await deaf.house.tick("product.export_update")
    async with deaf.house.database.system() as conn:
        assert await portal_intake.due(conn, deaf.house.engine.clock(), 10) == [deaf.house.tenant_id]


async def test_a_create_that_is_not_ticked_is_skipped(deaf: Returns) -> None:
    await deaf.house.tick("product.export_update")
    await deaf.look()
    deaf.add(name="Copo", xmlId="B-1")
    await deaf.rest()
    assert deaf.bling_products() == []
    assert await _last(deaf) == ("skipped", "create_off")


async def test_an_update_that_is_not_ticked_is_skipped(deaf: Returns) -> None:
    await deaf.house.tick("product.create", "product.update", "product.export_create")
    await deaf.look()
    bling_id, product_id = await deaf.pair()
    deaf.edit(product_id, name="Caneca")
    await deaf.rest()
    assert deaf.bling_product(bling_id)["nome"] == "Copo"
    assert await _last(deaf) == ("skipped", "toggle_off")


async def test_when_the_last_toggle_goes_the_portal_is_left_alone(returns: Returns) -> None:
    await returns.house.tick("product.export_create", "product.export_update", enabled=False)
    await returns.look()
    bound = {row["event"] for row in returns.portal.call("event.get")}
    assert not any(event.startswith("CATALOG.") for event in bound)
    assert await returns.house.row("SELECT 1 FROM portal_intake WHERE tenant_id = $1") is None


async def test_bling_wins_a_conflict_by_default(returns: Returns) -> None:
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca", xmlId="NOVO")
    returns.edit_bling(bling_id, nome="Xícara")
    await returns.look()
    await returns.house.drain()
    await returns.rest()
    product = returns.bling_product(bling_id)
    assert (product["nome"], product["codigo"]) == ("Xícara", "NOVO")
    assert returns.b24_product(product_id)["name"] == "Xícara"


async def test_a_conflict_is_shown_in_the_event(returns: Returns) -> None:
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca")
    returns.edit_bling(bling_id, nome="Xícara")
    await returns.look()
    await returns.house.drain()
    row = await returns.house.row("SELECT changes FROM sync WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1")
    (change,) = json.loads(row["changes"])
    assert (change["field"], change["before"], change["after"], change["way"]) == (
        "name",
        "Caneca",
        "Xícara",
        "conflict_bling",
    )


async def test_an_edit_that_is_to_be_kept_wins_a_conflict(returns: Returns) -> None:
    rule = Rule(id="marca", bling="marca", bitrix24="detailText", transform=Text(), policy="keep")
    await returns.house.map(Kind.PRODUCT, rule)
    bling_id, product_id = await returns.pair(marca="Acme")
    returns.edit(product_id, detailText="Nossa marca")
    returns.edit_bling(bling_id, marca="Outra")
    await returns.rest()
    assert returns.bling_product(bling_id)["marca"] == "Nossa marca"
    assert returns.b24_product(product_id)["detailText"] == "Nossa marca"


async def test_each_side_gets_what_the_other_changed(returns: Returns) -> None:
    bling_id, product_id = await returns.pair()
    returns.edit(product_id, name="Caneca")
    returns.edit_bling(bling_id, preco=7.5)
    await returns.rest()
    assert returns.bling_product(bling_id)["nome"] == "Caneca"
    assert returns.bling_product(bling_id)["preco"] == 7.5
    assert returns.b24_product(product_id)["price"] == 7.5


async def test_what_lies_in_an_object_keeps_its_neighbours(returns: Returns) -> None:
    scale = Rule(id="peso", bling="dimensoes.altura", bitrix24="height", transform=Number(scale=10))
    await returns.house.map(Kind.PRODUCT, scale)
    size = {"altura": 4, "largura": 3, "profundidade": 2, "unidadeMedida": 1}
    bling_id, product_id = await returns.pair(dimensoes=size)
    returns.edit(product_id, height=55)
    await returns.rest()
    assert returns.bling_product(bling_id)["dimensoes"] == {**size, "altura": 5.5}


async def test_what_bling_has_no_word_for_stays_there_and_is_said(returns: Returns) -> None:
    state = Rule(
        id="estado",
        bling="condicao",
        bitrix24="detailText",
        transform=Choice(table={"1": "Novo", "2": "Usado"}),
    )
    day = Rule(id="validade", bling="dataValidade", bitrix24="previewText", transform=Date())
    await returns.house.map(Kind.PRODUCT, state, day)
    bling_id, product_id = await returns.pair(condicao=1, dataValidade="2027-02-28")
    returns.edit(product_id, detailText="Quebrado", previewText="31/01/2029", name="Caneca")
    await returns.rest()
    product = returns.bling_product(bling_id)
    assert (product["nome"], product["condicao"], product["dataValidade"]) == ("Caneca", 1, "2027-02-28")
    row = await returns.house.row(
        "SELECT e.detail, s.changes FROM sync s JOIN event e ON e.tenant_id = $1 AND e.sync_id = s.id"
        " WHERE s.tenant_id = $1 AND e.source = 'bitrix24' ORDER BY s.id DESC LIMIT 1"
    )
    assert [one["field"] for one in json.loads(row["changes"])] == ["nome"]
    assert "'Quebrado' não está na tabela" in row["detail"]
    link = await returns.house.link(bling_id)
    assert json.loads(link["written"])["detailText"] == "Novo"


async def test_a_day_that_a_portal_holds_as_a_moment_is_nobodys_edit(returns: Returns) -> None:
    day = Rule(id="validade", bling="dataValidade", bitrix24="dateActiveTo", transform=Date())
    await returns.house.map(Kind.PRODUCT, day)
    bling_id, product_id = await returns.pair(dataValidade="2027-02-28")
    assert returns.b24_product(product_id)["dateActiveTo"] == "2027-02-28T00:00:00-03:00"
    returns.edit(product_id, sort=7)
    await returns.rest()
    assert await _last(returns) == ("unchanged", None)
    returns.edit(product_id, dateActiveTo="2029-01-31")
    await returns.rest()
    assert returns.bling_product(bling_id)["dataValidade"] == "2029-01-31"


async def _last(returns: Returns) -> tuple[str, str | None]:
    row = await returns.house.row(
        "SELECT outcome, reason FROM event WHERE tenant_id = $1 AND source = 'bitrix24'"
        " ORDER BY id DESC LIMIT 1"
    )
    return row["outcome"], row["reason"]


async def test_prices_that_all_go_to_zero_wait_for_a_person(returns: Returns) -> None:
    pairs = [await returns.pair(nome=f"Copo {number}") for number in range(3)]
    for _, product_id in pairs:
        returns.edit(product_id, price=0)
    await returns.rest()
    assert [returns.bling_product(bling_id)["preco"] for bling_id, _ in pairs] == [4.99] * 3
    rows = await returns.house.row(
        "SELECT count(*) AS n FROM inbox WHERE tenant_id = $1 AND reason = 'guard_rail'"
    )
    assert rows["n"] == 3
