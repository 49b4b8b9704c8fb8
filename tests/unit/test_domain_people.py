"""Documents, phones, e-mails and persons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.people import (
    Address,
    Document,
    document_of,
    emails_of,
    person_of,
    person_of_order,
    phones_of,
)

MARIA: dict[str, Any] = {
    "id": 16842381001,
    "nome": "Maria da Silva",
    "numeroDocumento": "52998224725",
    "telefone": "",
    "celular": "(54) 99999-0001",
    "fantasia": "",
    "tipo": "F",
    "ie": "",
    "rg": "1234567890",
    "inscricaoMunicipal": "",
    "email": "Maria@Example.com",
    "emailNotaFiscal": "contador@example.com",
    "endereco": {
        "geral": {
            "endereco": "Rua das Flores",
            "cep": "95700-000",
            "bairro": "Centro",
            "municipio": "Bento Gonçalves",
            "uf": "RS",
            "numero": "100",
            "complemento": "",
        }
    },
    "pais": {"nome": ""},
}
FIRM = MARIA | {
    "nome": "Contato Comércio Ltda",
    "fantasia": "Nome fantasia",
    "tipo": "J",
    "numeroDocumento": "30188025000121",
    "ie": "123.456.789.101",
    "inscricaoMunicipal": "123456789012",
}


# Documents


@pytest.mark.parametrize("text", ["52998224725", "529.982.247-25", " 529 982 247 25 "])
def test_a_cpf_with_or_without_separators(text):
    document = document_of(text)
    assert document == Document("cpf", "52998224725")
    assert document.masked == "529.982.247-25"
    assert document.key == "cpf:52998224725"


@pytest.mark.parametrize("text", ["30188025000121", "30.188.025/0001-21"])
def test_a_cnpj_with_or_without_separators(text):
    document = document_of(text)
    assert document == Document("cnpj", "30188025000121")
    assert document.masked == "30.188.025/0001-21"


@pytest.mark.parametrize("text", ["12ABC34501DE35", "12.abc.345/01de-35"])
def test_an_alphanumeric_cnpj(text):
    document = document_of(text)
    assert document == Document("cnpj", "12ABC34501DE35")
    assert document.masked == "12.ABC.345/01DE-35"


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        52998224725,
        "52998224726",
        "11111111111",
        "00000000000000",
        "30188025000122",
        "12ABC34501DE36",
        "12ABC34501DEA5",
        "5299822472",
        "529982247255",
        "٥٢٩٩٨٢٢٤٧٢٥",
        "ÇÇABC34501DE35",
    ],
)
def test_what_is_no_document(text):
    assert document_of(text) is None


@pytest.mark.parametrize("text", ["52998224725", "30188025000121", "12ABC34501DE35"])
def test_one_wrong_digit_is_noticed(text):
    for place, right in enumerate(text):
        # The check adds up a character's value modulo 11.
        for wrong in (one for one in "0123456789" if (ord(one) - ord(right)) % 11):
            assert document_of(text[:place] + wrong + text[place + 1 :]) is None


@given(st.text("0123456789ABCXYZ.-/ ", max_size=20))
def test_a_document_survives_its_mask(text):
    document = document_of(text)
    assert document is None or document_of(document.masked) == document


# Phones


@pytest.mark.parametrize(
    "text",
    [
        "(54) 99999-0001",
        "54999990001",
        "+55 54 99999-0001",
        "5554999990001",
        "0055 54 99999 0001",
        "054 99999-0001",
        "0 15 54 99999-0001",
        "(54) 9999-0001",
        "54 99999-0001 ramal 12",
    ],
)
def test_a_mobile_in_every_form_is_one_number(text):
    (phone,) = phones_of(text)
    assert (phone.text, phone.searchable) == ("+5554999990001", True)


@pytest.mark.parametrize("text", ["(54) 3333-4444", "+555433334444", "041 54 3333 4444", "05433334444"])
def test_a_landline_in_every_form_is_one_number(text):
    (phone,) = phones_of(text)
    assert (phone.text, phone.searchable) == ("+555433334444", True)


def test_a_prefix_of_55_is_no_country():
    assert [phone.text for phone in phones_of("55 3221-1234", "(55) 99123-4567")] == [
        "+555532211234",
        "+5555991234567",
    ]


def test_a_mobile_is_looked_for_with_and_without_its_ninth_digit():
    (mobile,) = phones_of("(54) 99999-0001")
    assert mobile.forms == (
        "+5554999990001",
        "54999990001",
        "054999990001",
        "+555499990001",
        "5499990001",
        "05499990001",
    )
    (landline,) = phones_of("(54) 3333-4444")
    assert landline.forms == ("+555433334444", "5433334444", "05433334444")


@pytest.mark.parametrize("text", ["3333-4444", "99999-0001", "(20) 3333-4444", "0800 123 4567"])
def test_a_number_without_a_city_is_kept_but_finds_nobody(text):
    (phone,) = phones_of(text)
    assert (phone.text, phone.searchable, phone.forms) == (text, False, ())


@pytest.mark.parametrize("text", ["(11) 99999-9999", "11 2222-2222", "(11) 9 8888-8888", "+1 111 111 1111"])
def test_fillers_find_nobody(text):
    (phone,) = phones_of(text)
    assert not phone.searchable
    assert phone.forms == ()


def test_numbers_of_other_countries_are_kept_as_they_are():
    (phone,) = phones_of("+1 (415) 555-2671")
    assert (phone.text, phone.forms) == ("+14155552671", ("+14155552671",))


@pytest.mark.parametrize("text", ["", "-", "000", "0000-0000", None, 5, "+1 2345678901234567"])
def test_what_is_no_phone(text):
    assert phones_of(text) == ()


def test_a_field_may_hold_several_numbers():
    found = phones_of("(54) 3333-4444 / 54 99999-0001", "(54) 3333-4444 ou (54) 3333-5555")
    assert [phone.text for phone in found] == ["+555433334444", "+5554999990001", "+555433335555"]


@given(st.text(max_size=40))
def test_any_text_gives_whole_numbers_or_what_was_written(text):
    for phone in phones_of(text):
        assert phone.text.startswith("+") or not phone.searchable
        assert len(phone.forms) <= 6


# E-mails


def test_e_mails_are_told_apart_and_written_small():
    found = emails_of("Maria@Example.com; compras@loja.com.br", "maria@example.com", None, "joão@exemplo.com")
    assert found == ("maria@example.com", "compras@loja.com.br", "joão@exemplo.com")


@pytest.mark.parametrize("text", ["", "maria", "maria@", "@example.com", "maria@example", "a@b@example.com"])
def test_what_is_no_e_mail(text):
    assert emails_of(text) == ()


# Persons


def test_a_person_of_a_contact():
    maria = person_of(MARIA)
    assert not maria.company
    assert (maria.name, maria.first_name, maria.last_name) == ("Maria da Silva", "Maria", "da Silva")
    assert maria.document == Document("cpf", "52998224725")
    assert maria.emails == ("maria@example.com",)
    assert [phone.text for phone in maria.phones] == ["+5554999990001"]
    assert maria.rg == "1234567890"
    assert maria.address == Address(
        street="Rua das Flores",
        number="100",
        district="Centro",
        city="Bento Gonçalves",
        state="RS",
        postcode="95700-000",
    )


def test_a_firm_of_a_contact():
    firm = person_of(FIRM)
    assert firm.company
    assert (firm.name, firm.trade_name) == ("Contato Comércio Ltda", "Nome fantasia")
    assert (firm.first_name, firm.last_name) == ("", "")
    assert firm.document == Document("cnpj", "30188025000121")
    assert (firm.state_registration, firm.municipal_registration) == ("123.456.789.101", "123456789012")


def test_a_person_of_an_order_alone():
    told = {"id": 1, "nome": "Maria da Silva", "tipoPessoa": "F", "numeroDocumento": "52998224725"}
    maria = person_of_order(told)
    assert (maria.first_name, maria.last_name, maria.emails) == ("Maria", "da Silva", ())
    assert maria.document == Document("cpf", "52998224725")


def test_a_contact_without_anything_is_still_a_person():
    nobody = person_of({"nome": None, "endereco": [], "tipo": ""})
    assert (nobody.company, nobody.name, nobody.document, nobody.address) == (False, "", None, None)


def test_an_invalid_document_is_left_out():
    assert person_of(MARIA | {"numeroDocumento": "12345678900"}).document is None


@pytest.mark.parametrize(
    ("kind", "name", "document", "company"),
    [
        ("J", "Maria", "", True),
        ("F", "Loja Ltda", "30188025000121", False),
        ("E", "John Smith", "", False),
        ("E", "Acme Inc.", "", True),
        ("E", "Ana Lima", "30188025000121", True),
        ("", "Loja Ltda", "52998224725", False),
        (None, "Siemens AG", "", True),
    ],
)
def test_who_is_a_firm(kind, name, document, company):
    told = {"nome": name, "tipoPessoa": kind, "numeroDocumento": document}
    assert person_of_order(told).company is company


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Zé", "Zé", ""), ("  Ana   Maria  Braga ", "Ana", "Maria Braga"), ("Lia 😀 𝒮", "Lia", "😀 𝒮")],
)
def test_names_are_the_first_word_and_the_others(name, first, last):
    person = person_of_order({"nome": name, "tipoPessoa": "F"})
    assert (person.first_name, person.last_name) == (first, last)


def test_a_contact_without_a_name_goes_by_its_trade_name():
    assert person_of(FIRM | {"nome": " "}).name == "Nome fantasia"
