"""Orders' customers that the portal knows already."""

from __future__ import annotations

import pytest

from tests.support.people_desk import (
    ALPHANUMERIC,
    BRANCH,
    CNPJ,
    COMPANY,
    CONTACT,
    CPF,
    NOW,
    Desk,
    link,
    mail,
    phone,
)


@pytest.mark.parametrize("written", ["52998224725", "529.982.247-25"])
async def test_a_person_is_found_by_cpf_plain_or_masked(desk: Desk, written: str):
    known = desk.carrying(written)
    (party,) = await desk.resolve(desk.party())
    assert (party.entity, party.bitrix_id, party.made) == (CONTACT, known, False)
    assert len(party.calls) == 1
    assert desk.read == []


@pytest.mark.parametrize("written", [ALPHANUMERIC, "12.ABC.345/01DE-35"])
async def test_a_firm_is_found_by_its_alphanumeric_cnpj(desk: Desk, written: str):
    known = desk.carrying(written, COMPANY)
    (party,) = await desk.resolve(desk.party(numeroDocumento="12.abc.345/01de-35", tipoPessoa="J"))
    assert (party.entity, party.bitrix_id) == (COMPANY, known)


async def test_a_document_only_bling_s_contact_tells_is_looked_for_too(desk: Desk):
    known = desk.carrying(CPF)
    desk.knows(email="", celular="")
    (party,) = await desk.resolve(desk.party(numeroDocumento=""))
    assert (party.bitrix_id, desk.read) == (known, [7])


async def test_the_oldest_of_several_with_one_document_is_taken(desk: Desk):
    first, _ = desk.carrying(CPF), desk.carrying("529.982.247-25")
    assert (await desk.resolve(desk.party()))[0].bitrix_id == first


async def test_doubles_on_the_first_page_hide_nobody(desk: Desk):
    doubles = [{"name": "Ana", "originatorId": "ponte", "originId": f"cpf:{CPF}"}] * 17
    for _ in range(3):
        desk.portal.call("crm.item.batchImport", entityTypeId=CONTACT, data=doubles)
    known = desk.item(originatorId="ponte", originId="acme:contato:8")
    first, other = await desk.resolve(desk.knows(7), desk.knows(8, numeroDocumento=""))
    assert (first.bitrix_id, other.bitrix_id) == (min(one["id"] for one in desk.items()), known)


async def test_a_person_is_found_by_e_mail(desk: Desk):
    known = desk.item(fm=[mail("maria@example.com")])
    (party,) = await desk.resolve(desk.knows())
    assert (party.bitrix_id, party.made) == (known, False)


@pytest.mark.parametrize("written", ["+55 54 99999-0001", "54 9999-0001", "054999990001"])
async def test_a_person_is_found_by_phone_in_any_form(desk: Desk, written: str):
    known = desk.item(fm=[phone(written)])
    assert (await desk.resolve(desk.knows()))[0].bitrix_id == known


async def test_an_e_mail_counts_more_than_a_phone(desk: Desk):
    desk.item(fm=[phone("54999990001")])
    known = desk.item(fm=[mail("maria@example.com")])
    assert (await desk.resolve(desk.knows()))[0].bitrix_id == known


async def test_a_hit_with_another_document_is_somebody_else(desk: Desk):
    desk.carrying("111.444.777-35", fm=[mail("maria@example.com")])
    known = desk.item(fm=[phone("54999990001")])
    assert (await desk.resolve(desk.knows()))[0].bitrix_id == known


async def test_several_hits_give_the_oldest_that_does_not_carry_another_document(desk: Desk):
    desk.carrying("11144477735", fm=[mail("maria@example.com")])
    second = desk.item(fm=[mail("maria@example.com")])
    desk.item(fm=[mail("maria@example.com")])
    assert (await desk.resolve(desk.knows()))[0].bitrix_id == second


async def test_firms_are_not_looked_for_among_contacts(desk: Desk):
    desk.item(fm=[mail("maria@example.com")])
    (party,) = await desk.resolve(desk.knows(tipo="J", numeroDocumento=CNPJ))
    assert (party.entity, party.made) == (COMPANY, True)


async def test_a_linked_person_costs_no_call(desk: Desk):
    party = desk.party()
    party.link = link(party, bitrix_id=45, shape="company")
    await desk.resolve(party)
    assert (party.entity, party.bitrix_id, party.calls) == (COMPANY, 45, [])
    assert desk.sent == []


async def test_a_person_deleted_in_bitrix24_is_looked_for_again(desk: Desk):
    known = desk.carrying(CPF)
    party = desk.party()
    party.link = link(party, bitrix_id=known + 100, shape="contact", gone_at=NOW)
    await desk.resolve(party)
    assert party.bitrix_id == known


async def test_a_link_serves_the_same_document_in_another_account(desk: Desk):
    linked, other = desk.party(), desk.party(99, BRANCH)
    linked.link = link(linked, bitrix_id=45, shape="contact")
    await desk.resolve(linked, other)
    assert (other.bitrix_id, other.made) == (45, False)
    assert desk.sent == []
