"""Categories of Bling's and sections of the catalogue: found or made by name, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.domain.events import Kind, RecordKey
from connector.domain.mapping import Rule
from connector.domain.transforms import Section
from connector.store import sections as store
from connector.sync import replay
from tests.support.house import House

SECTION = Rule(id="secao", bling="categoria.id", bitrix24="iblockSectionId", transform=Section())


def category(house: House, name: str, parent: int = 0) -> int:
    """A category in Bling; gives its id."""
    url = f"{house.sandbox.ready['bling']['api_url']}/categorias/produtos"
    body: dict[str, Any] = {"descricao": name}
    if parent:
        body["categoriaPai"] = {"id": parent}
    answer = house.sandbox.client.post(url, json=body, headers=house.bling_headers)
    answer.raise_for_status()
    house.forget_calls()
    made: int = answer.json()["data"]["id"]
    return made


def section(house: House, name: str, parent: int | None = None) -> int:
    """A section that is in the portal already."""
    fields = {"iblockId": house.catalogue.product_iblock_id, "name": name, "iblockSectionId": parent}
    made: int = house.portal.call("catalog.section.add", fields=fields)["section"]["id"]
    house.forget_calls()
    return made


def tree(house: House) -> dict[int, tuple[str, int | None]]:
    """Names and parents of the sections that the portal did not begin with."""
    rows = [row for row in house.dump()["sections"] if row["name"] not in ("Canecas", "Papelaria")]
    return {row["id"]: (row["name"], row["iblockSectionId"]) for row in rows}


async def arrives(house: House, number: int, bling_id: int = 1001) -> Any:
    """A product of a category comes; gives the event."""
    event = await house.told(bling_id, action="created", categoria={"id": number})
    await house.drain()
    return event


async def test_a_section_is_made_for_a_category_once(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Copos")
    await arrives(open_house, number)
    await arrives(open_house, number, 1002)
    ((made, (name, parent)),) = tree(open_house).items()
    assert (name, parent) == ("Copos", None)
    assert [open_house.product(one)["iblockSectionId"] for one in (1001, 1002)] == [made, made]
    assert len(open_house.calls("bling")) == 1


async def test_a_section_of_that_name_is_taken(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    there = section(open_house, "Copos")
    await arrives(open_house, category(open_house, "Copos"))
    assert open_house.product()["iblockSectionId"] == there
    assert list(tree(open_house)) == [there]


async def test_categories_below_others_become_sections_below_others(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    above = category(open_house, "Casa")
    below = category(open_house, "Copos", above)
    await arrives(open_house, below)
    names = {name: (number, parent) for number, (name, parent) in tree(open_house).items()}
    assert names["Copos"][1] == names["Casa"][0]
    assert open_house.product()["iblockSectionId"] == names["Copos"][0]


async def test_the_same_name_elsewhere_is_another_section(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    office = section(open_house, "Escritório")
    elsewhere = section(open_house, "Copos", office)
    await arrives(open_house, category(open_house, "Copos"))
    assert open_house.product()["iblockSectionId"] != elsewhere


async def test_many_records_of_new_categories_make_each_section_once(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    open_house.sandbox.control("limits", {"enforce": False})
    above = category(open_house, "Casa")
    numbers = [category(open_house, f"Seção {place}", above) for place in range(6)]
    for place in range(30):
        await open_house.told(2000 + place, action="created", categoria={"id": numbers[place % 6]})
    await open_house.drain()
    assert len(tree(open_house)) == 7
    assert len(open_house.commands("catalog.section.add")) == 7
    assert len(open_house.calls("bling")) == 1


async def test_what_was_made_before_a_crash_is_found_again(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Copos")
    await arrives(open_house, number)
    async with open_house.database.system() as conn:
        await conn.execute("DELETE FROM account_list WHERE tenant_id = $1", open_house.tenant_id)
    await arrives(open_house, number, 1002)
    assert len(tree(open_house)) == 1


async def test_a_section_that_is_gone_is_made_again(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Copos")
    await arrives(open_house, number)
    async with open_house.database.tenant(open_house.tenant_id):
        await store.forget(open_house.tenant_id, frozenset(), open_house.engine.clock())
        assert await store.together(open_house.tenant_id) == {}
    await arrives(open_house, number, 1002)
    assert open_house.product(1002)["iblockSectionId"] in tree(open_house)


async def test_no_category_means_no_section(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    event = await arrives(open_house, 0)
    assert await open_house.outcome(event) == ("created", None)
    assert open_house.product()["iblockSectionId"] is None
    assert open_house.calls("bling") == []


async def test_a_category_that_bling_does_not_name_is_left_out_and_said(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    event = await arrives(open_house, 4_000_000_000_123)
    assert await open_house.outcome(event) == ("created", None)
    row = await open_house.row("SELECT detail FROM event WHERE tenant_id = $1 AND id = $2", event)
    assert "4000000000123 ainda não tem seção" in row["detail"]


@pytest.mark.parametrize("toggled", ["off", "filtered"])
async def test_records_that_do_not_take_part_make_no_section(house: House, toggled: str) -> None:
    if toggled == "filtered":
        await house.tick("product.create")
    await house.map(Kind.PRODUCT, SECTION, **({"tipo": ["S"]} if toggled == "filtered" else {}))
    await arrives(house, category(house, "Copos"))
    assert (tree(house), house.calls("bling")) == ({}, [])


async def test_a_dry_run_makes_no_section_and_names_it(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    above = category(open_house, "Casa")
    number = category(open_house, "Copos", above)
    bling_id = open_house.in_bling(codigo="C-1", categoria={"id": number})
    key = RecordKey(Kind.PRODUCT, open_house.account_id, bling_id)
    preview = await replay.dry_run(open_house.engine, open_house.tenant_id, key)
    assert preview.writes[0].values["iblockSectionId"] == "+Casa › Copos"
    assert tree(open_house) == {}


async def test_bling_away_puts_the_record_off(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Copos")
    open_house.fault(provider="bling", method="categorias", status=500)
    event = await arrives(open_house, number)
    assert await open_house.outcome(event) == (None, None)
    await open_house.due_now()
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    assert open_house.product()["iblockSectionId"] in tree(open_house)


async def test_a_variation_stands_where_its_parent_does(open_house: House) -> None:
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Camisas")
    child = {"nome": "P", "codigo": "CAM-P", "formato": "S", "variacao": {"nome": "Tamanho:P", "ordem": 1}}
    bling_id = open_house.in_bling(codigo="CAM", formato="V", categoria={"id": number}, variacoes=[child])
    event = await open_house.told(bling_id, action="created", formato="V", categoria={"id": number})
    await open_house.drain()
    assert await open_house.outcome(event) == ("created", None)
    by_link = {row["link"]: row["iblockSectionId"] for row in open_house.products()}
    assert [by_link[str(bling_id)]] == list(tree(open_house))
    assert sorted(by_link.values(), key=str) == sorted([*tree(open_house), None], key=str)


async def test_two_drains_make_one_section(open_house: House) -> None:
    """The lease lets one of them work."""
    await open_house.map(Kind.PRODUCT, SECTION)
    number = category(open_house, "Copos")
    await open_house.told(1001, action="created", categoria={"id": number})
    await open_house.told(1002, action="created", categoria={"id": number})
    await asyncio.gather(open_house.drain(), open_house.drain())
    await open_house.drain()
    assert len(tree(open_house)) == 1
