"""A deal's customer as a contact of Bling."""

from __future__ import annotations

import pytest

from connector.domain.buyers import buyer_of, code_of, contact_body
from connector.domain.people import person_of

MEMBER = "0123456789abcdef"


def fm(**values: str) -> list[dict[str, str]]:
    return [{"typeId": kind.rstrip("_"), "value": value} for kind, value in values.items()]


def test_a_person_comes_back_as_bling_knew_it() -> None:
    item = {
        "id": 7,
        "name": "Ana",
        "lastName": "de Souza",
        "fm": fm(EMAIL="Ana@loja.com.br", PHONE="+5511987654321", PHONE_="+551133334444"),
    }
    buyer = buyer_of(item, company=False, documents=["529.982.247-25"])
    body = contact_body(buyer, code_of(MEMBER, buyer))
    assert body == {
        "nome": "Ana de Souza",
        "codigo": "b24-01234567-c7",
        "situacao": "A",
        "tipo": "F",
        "numeroDocumento": "52998224725",
        "email": "ana@loja.com.br",
        "celular": "(11) 98765-4321",
        "telefone": "(11) 3333-4444",
    }
    person = person_of(body)
    assert (person.name, person.document, set(person.phones)) == (
        "Ana de Souza",
        buyer.document,
        set(buyer.phones),
    )


def test_a_company_has_its_title_and_its_cnpj() -> None:
    item = {"id": "9", "title": "Loja Ltda", "fm": {"1": {"typeId": "PHONE", "value": "+1 212 555 0100"}}}
    buyer = buyer_of(item, company=True, documents=["52998224725", "11.222.333/0001-81", "lixo"])
    body = contact_body(buyer, code_of(MEMBER, buyer))
    assert (body["nome"], body["tipo"], body["numeroDocumento"]) == ("Loja Ltda", "J", "11222333000181")
    assert body["codigo"] == "b24-01234567-e9"


@pytest.mark.parametrize(("company", "name"), [(False, "Contato 3"), (True, "Empresa 3")])
def test_nobody_is_without_a_name(company: bool, name: str) -> None:
    assert contact_body(buyer_of({"id": 3}, company=company), "x")["nome"] == name


def test_a_contact_with_a_cnpj_is_a_firm_in_bling() -> None:
    buyer = buyer_of({"id": 3, "name": "Ana"}, company=False, documents=["11222333000181"])
    assert contact_body(buyer, "x")["tipo"] == "J"
