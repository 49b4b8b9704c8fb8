"""Orders' customers that are made, each once."""

from __future__ import annotations

import asyncio

from tests.support.people_desk import (
    BRANCH,
    CNPJ,
    COMPANY,
    CONTACT,
    CPF,
    FIRM,
    Desk,
    mail,
)


async def test_a_new_person_is_made_with_requisites_and_address(desk: Desk):
    (party,) = await desk.resolve(desk.knows(rg="1234567890"))
    assert (party.entity, party.made, party.error, party.detail) == (CONTACT, True, None, None)
    (contact,) = desk.items()
    assert contact["id"] == party.bitrix_id
    assert (contact["name"], contact["lastName"]) == ("Maria", "da Silva 😀")
    assert (contact["originatorId"], contact["originId"]) == ("ponte", f"cpf:{CPF}")
    assert [(one["typeId"], one["value"]) for one in contact["fm"]] == [
        ("PHONE", "+5554999990001"),
        ("EMAIL", "maria@example.com"),
    ]
    (requisite,) = desk.requisites(party.bitrix_id)
    assert (requisite["PRESET_ID"], requisite["RQ_CPF"]) == ("6", CPF)
    assert (requisite["RQ_FIRST_NAME"], requisite["RQ_IDENT_DOC_NUM"]) == ("Maria", "1234567890")
    (address,) = desk.addresses()
    assert (address["ENTITY_ID"], address["TYPE_ID"]) == (requisite["ID"], "1")
    assert (address["ADDRESS_1"], address["ADDRESS_2"]) == ("Rua das Flores, 100", "ap. 12")
    assert [address[name] for name in ("CITY", "REGION", "PROVINCE", "POSTAL_CODE", "COUNTRY")] == [
        "Bento Gonçalves",
        "Centro",
        "RS",
        "95700-000",
        "Brasil",
    ]


async def test_a_new_firm_is_made_with_its_registrations(desk: Desk):
    desk.contacts[7] = FIRM
    (party,) = await desk.resolve(desk.party())
    (company,) = desk.items(COMPANY)
    assert (party.entity, party.bitrix_id, company["title"]) == (COMPANY, company["id"], "Contato Ltda")
    (requisite,) = desk.requisites(party.bitrix_id)
    assert (requisite["PRESET_ID"], requisite["RQ_CNPJ"]) == ("5", CNPJ)
    assert (requisite["RQ_COMPANY_NAME"], requisite["RQ_STATE_REG"]) == ("Contato Ltda", "123.456.789.101")


async def test_what_was_made_is_found_by_document_the_next_time(desk: Desk):
    (first,) = await desk.resolve(desk.knows())
    (again,) = await desk.resolve(desk.party(99, BRANCH))
    assert (again.bitrix_id, again.made) == (first.bitrix_id, False)


async def test_creates_are_marked_before_they_are_sent(desk: Desk):
    (party,) = await desk.resolve(desk.knows())
    assert desk.marked == [{party.key: "Maria da Silva 😀"}]


async def test_ten_orders_of_a_new_customer_make_one_contact(desk: Desk):
    desk.knows()
    parties = await desk.resolve(*(desk.party() for _ in range(10)))
    assert len(desk.items()) == 1
    assert {party.bitrix_id for party in parties} == {desk.items()[0]["id"]}
    assert [party.made for party in parties] == [True] + [False] * 9
    assert desk.read == [7]


async def test_one_document_in_two_accounts_makes_one_contact(desk: Desk):
    desk.knows(7)
    desk.knows(8)
    one, other = await desk.resolve(desk.party(7), desk.party(8, BRANCH))
    assert one.bitrix_id == other.bitrix_id
    assert len(desk.items()) == 1


async def test_new_contacts_without_documents_that_share_an_e_mail_are_one_person(desk: Desk):
    one, other = await desk.resolve(
        desk.knows(7, numeroDocumento=""), desk.knows(8, numeroDocumento="", celular="")
    )
    assert (one.made, other.made) == (True, False)
    assert one.bitrix_id == other.bitrix_id


async def test_new_persons_with_two_documents_and_one_e_mail_are_two(desk: Desk):
    one, other = await desk.resolve(desk.knows(7), desk.knows(8, numeroDocumento="11144477735"))
    assert one.made
    assert other.made
    assert one.bitrix_id != other.bitrix_id


async def test_chunks_of_one_turn_that_meet_make_one_person(desk: Desk):
    desk.knows()
    chunks = [(await desk.people(), desk.party()) for _ in range(3)]
    await asyncio.gather(*(people.resolve([party]) for people, party in chunks))
    assert len(desk.items()) == 1
    assert len({party.bitrix_id for _, party in chunks}) == 1
    assert sum(party.made for _, party in chunks) == 1


async def test_sixty_new_customers_share_their_requests(desk: Desk):
    parties = [
        desk.knows(n, nome=f"Cliente {n}", numeroDocumento="", email=f"c{n}@x.com", celular="")
        for n in range(1, 61)
    ]
    await desk.resolve(*parties)
    assert all(party.made for party in parties)
    assert len(desk.sent) <= 10


async def test_a_contact_that_bling_has_deleted_is_made_of_what_the_order_says(desk: Desk):
    (party,) = await desk.resolve(desk.party(nome="João Souza"))
    (contact,) = desk.items()
    assert (contact["name"], contact["lastName"], contact["fm"]) == ("João", "Souza", [])
    assert desk.requisites(party.bitrix_id)[0]["RQ_CPF"] == CPF


async def test_an_invalid_cpf_makes_a_person_without_requisite_document(desk: Desk):
    (party,) = await desk.resolve(desk.knows(numeroDocumento="12345678900"))
    assert party.made
    assert desk.items()[0]["originId"] == "acme:contato:7"
    assert [one["RQ_CPF"] for one in desk.requisites(party.bitrix_id)] == [None]


async def test_a_contact_without_a_name_goes_by_what_is_known_of_it(desk: Desk):
    await desk.resolve(desk.knows(nome=""))
    assert desk.items()[0]["name"] == "529.982.247-25"


async def test_an_order_without_a_customer_says_so(desk: Desk):
    (party,) = await desk.resolve(desk.party(0))
    assert (party.bitrix_id, party.error, party.detail) == (None, None, "o pedido não tem cliente")
    assert desk.sent == []


async def test_a_dry_run_finds_and_never_makes(desk: Desk):
    known = desk.item(fm=[mail("ana@example.com")])
    found, unknown = desk.knows(8, numeroDocumento="", email="ana@example.com"), desk.knows(7)
    await desk.resolve(found, unknown, may_write=False)
    assert (found.bitrix_id, unknown.bitrix_id, unknown.made, unknown.error) == (known, None, False, None)
    assert len(desk.items()) == 1
    assert desk.marked == []
