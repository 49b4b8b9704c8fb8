"""Rules of the tenant's own: what they read, write, keep and leave out."""

from __future__ import annotations

import json

from connector.domain.events import Kind, Source
from connector.domain.mapping import KEPT, Rule
from connector.domain.transforms import Choice, Constant, HtmlText, Identity, ListOf, Template, Unit
from tests.support.house import House

TEXT = Rule(id="texto", bling="descricaoComplementar", bitrix24="detailText", transform=HtmlText())
WEIGHT = Rule(id="peso", bling="pesoBruto", bitrix24="weight", transform=Unit(source="kg", target="g"))
PREVIEW = Rule(id="resumo", bling="descricaoCurta", bitrix24="previewText", transform=Identity())


async def test_a_rule_that_the_message_covers_reads_nothing(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, TEXT)
    await open_house.told(action="created", descricaoComplementar="<p>Copo <b>térmico</b></p>")
    await open_house.drain()
    assert open_house.product()["detailText"] == "Copo térmico"
    assert open_house.calls("bling") == []


async def test_a_rule_that_it_does_not_cover_reads_once(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, WEIGHT)
    bling_id = open_house.in_bling(codigo="P-1", pesoBruto=0.35)
    event = await open_house.told(bling_id, action="created")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    assert float(open_house.product(bling_id)["weight"]) == 350
    assert len(open_house.calls("bling")) == 1


async def test_an_unchanged_record_with_own_rules_is_not_written(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, WEIGHT, TEXT)
    bling_id = open_house.in_bling(codigo="P-1", pesoBruto=1.5)
    await open_house.told(bling_id, action="created")
    await open_house.drain()
    open_house.forget_calls()
    event = await open_house.told(bling_id, seconds=5)
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)
    assert open_house.calls("bitrix24") == []


async def test_a_replay_of_equal_own_fields_changes_nothing(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, WEIGHT, PREVIEW)
    bling_id = open_house.in_bling(codigo="P-1", pesoBruto=1.5, descricaoCurta="Um copo")
    await open_house.told(bling_id, action="created")
    await open_house.drain()
    event = await open_house.told(bling_id, source=Source.REPLAY)
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)


async def test_an_empty_value_is_left_or_erased_as_the_rule_says(open_house: House) -> None:
    erasing = Rule(
        id="texto",
        bling="descricaoComplementar",
        bitrix24="detailText",
        transform=Identity(),
        empty="erase",
    )
    await open_house.map(Kind.PRODUCT, erasing, PREVIEW)
    await open_house.told(action="created", descricaoComplementar="a", descricaoCurta="b")
    await open_house.drain()
    await open_house.told(seconds=5, descricaoComplementar="", descricaoCurta="")
    await open_house.drain()
    found = open_house.product()
    assert (found["detailText"] or "", found["previewText"]) == ("", "b")


async def test_an_edit_by_hand_is_kept_where_the_rule_says_so(open_house: House) -> None:
    keeping = Rule(
        id="resumo", bling="descricaoCurta", bitrix24="previewText", transform=Identity(), policy="keep"
    )
    await open_house.map(Kind.PRODUCT, keeping)
    await open_house.told(action="created", descricaoCurta="de fábrica")
    await open_house.drain()
    found = open_house.product()
    open_house.portal.call("catalog.product.update", id=found["id"], fields={"previewText": "à mão"})
    await open_house.told(seconds=5, descricaoCurta="novo", preco=7)
    await open_house.drain()
    assert (open_house.product()["previewText"], open_house.product()["price"]) == ("à mão", 7)
    await open_house.told(seconds=9, descricaoCurta="outro", preco=8)
    await open_house.drain()
    assert (open_house.product()["previewText"], open_house.product()["price"]) == ("à mão", 8)


async def test_an_edit_that_is_taken_back_follows_bling_again(open_house: House) -> None:
    keeping = Rule(
        id="resumo", bling="descricaoCurta", bitrix24="previewText", transform=Identity(), policy="keep"
    )
    await open_house.map(Kind.PRODUCT, keeping)
    await open_house.told(action="created", descricaoCurta="de fábrica")
    await open_house.drain()
    found = open_house.product()
    open_house.portal.call("catalog.product.update", id=found["id"], fields={"previewText": "à mão"})
    await open_house.told(seconds=5, descricaoCurta="novo")
    await open_house.drain()
    await open_house.told(seconds=7, descricaoCurta="novo", preco=7)
    await open_house.drain()
    row = await open_house.row("SELECT written FROM link WHERE tenant_id = $1")
    written = json.loads(row["written"])
    assert (written["previewText"], written["previewText" + KEPT]) == ("de fábrica", "à mão")
    open_house.portal.call("catalog.product.update", id=found["id"], fields={"previewText": "de fábrica"})
    await open_house.told(seconds=9, descricaoCurta="outro")
    await open_house.drain()
    assert open_house.product()["previewText"] == "outro"
    row = await open_house.row("SELECT written FROM link WHERE tenant_id = $1")
    assert "previewText" + KEPT not in json.loads(row["written"])


async def test_a_field_that_nobody_edited_follows_bling(open_house: House) -> None:
    keeping = Rule(
        id="resumo", bling="descricaoCurta", bitrix24="previewText", transform=Identity(), policy="keep"
    )
    await open_house.map(Kind.PRODUCT, keeping)
    await open_house.told(action="created", descricaoCurta="de fábrica")
    await open_house.drain()
    await open_house.told(seconds=5, descricaoCurta="novo")
    await open_house.drain()
    assert open_house.product()["previewText"] == "novo"


async def test_a_value_that_an_own_rule_cannot_take_is_passed_over(open_house: House) -> None:
    rule = Rule(id="peso", bling="descricaoCurta", bitrix24="weight", transform=Identity())
    await open_house.map(Kind.PRODUCT, rule)
    event = await open_house.told(action="created", descricaoCurta="leve")
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    row = await open_house.row("SELECT detail FROM event WHERE tenant_id = $1 AND id = $2", event)
    assert "descricaoCurta → weight" in row["detail"]


async def test_what_the_filter_leaves_out_is_skipped(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, categoria=[7])
    left_out = await open_house.told(action="created", categoria={"id": 8})
    taken = await open_house.told(1002, action="created", categoria={"id": 7})
    await open_house.drain()
    assert await open_house.outcome(left_out) == ("skipped", "filtered")
    assert await open_house.outcome(taken) == ("created", None)


async def test_an_account_that_the_filter_does_not_name_is_left_out(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, WEIGHT, conta=["another-company"])
    left_out = await open_house.told(action="created")
    await open_house.drain()
    assert await open_house.outcome(left_out) == ("skipped", "filtered")
    assert open_house.calls("bling") == []
    await open_house.map(Kind.PRODUCT, conta=["another-company", open_house.company_id])
    taken = await open_house.told(seconds=5)
    await open_house.drain()
    assert await open_house.outcome(taken) == ("created", None)


async def test_a_list_goes_into_a_property_with_several_values(open_house: House) -> None:
    number = open_house.portal.property(
        open_house.catalogue.product_iblock_id, name="Cores", code="CORES", multiple="Y"
    )
    rule = Rule(id="cores", bling="descricaoCurta", bitrix24=number, transform=ListOf(separator=","))
    await open_house.map(Kind.PRODUCT, rule)
    bling_id = open_house.in_bling(codigo="C-1", descricaoCurta="azul, verde")
    await open_house.told(bling_id, action="created", codigo="C-1", descricaoCurta="azul, verde")
    await open_house.drain()
    values = [one["value"] for one in open_house.product(bling_id)[number]]
    assert values == ["azul", "verde"]
    event = await open_house.told(bling_id, source=Source.REPLAY)
    await open_house.drain()
    assert await open_house.outcome(event) == ("unchanged", None)


async def test_tables_templates_and_constants_write_what_they_say(open_house: House) -> None:
    await open_house.map(
        Kind.PRODUCT,
        Rule(id="un", bling="unidade", bitrix24="measure", transform=Choice(table={"UN": "5"})),
        Rule(id="t", bling="", bitrix24="previewText", transform=Template(text="{nome} ({codigo})")),
        Rule(id="c", bling="", bitrix24="detailText", transform=Constant(value="Importado do Bling")),
    )
    await open_house.told(action="created", nome="Copo", codigo="C-1")
    await open_house.drain()
    found = open_house.product()
    assert (found["measure"], found["previewText"], found["detailText"]) == (
        5,
        "Copo (C-1)",
        "Importado do Bling",
    )
