"""Orders' customers in portals without the Brazilian presets."""

from __future__ import annotations

import pytest

from tests.support.people_desk import (
    BRANCH,
    CPF,
    FIELD,
    Desk,
    mail,
)


async def test_without_presets_the_document_goes_into_a_field(foreign: Desk):
    (party,) = await foreign.resolve(foreign.knows())
    assert party.made
    assert foreign.items()[0][FIELD] == CPF
    (again,) = await foreign.resolve(foreign.party(99, BRANCH))
    assert again.bitrix_id == party.bitrix_id


@pytest.mark.parametrize("written", [CPF, "529.982.247-25"])
async def test_without_presets_a_person_is_found_by_that_field(foreign: Desk, written: str):
    await foreign.people()
    known = foreign.item(**{FIELD: written})
    assert (await foreign.resolve(foreign.knows()))[0].bitrix_id == known


async def test_without_presets_another_document_is_somebody_else(foreign: Desk):
    await foreign.people()
    foreign.item(**{FIELD: "11144477735"}, fm=[mail("maria@example.com")])
    assert (await foreign.resolve(foreign.knows()))[0].made


async def test_without_presets_an_interrupted_contact_gets_its_field(foreign: Desk):
    left = foreign.item(originatorId="ponte", originId=f"cpf:{CPF}")
    (party,) = await foreign.resolve(foreign.knows())
    assert party.bitrix_id == left
    assert foreign.items()[0][FIELD] == CPF
