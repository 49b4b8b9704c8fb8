"""Customers in numbers: people and firms with valid documents, and some without any."""

from __future__ import annotations

from random import Random
from unicodedata import normalize

from sandbox.bling.bodies import Body
from sandbox.bling.documents import cnpj, cpf

_FIRST = ("Ana", "Bruno", "Carla", "Davi", "Elisa", "Fábio", "Giovana", "Heitor", "Íris", "João",
          "Larissa", "Márcio", "Natália", "Otávio", "Paula", "Rafael", "Sônia",
          "Tiago", "Vitória", "Wagner")  # fmt: skip
_LAST = ("Almeida", "Barros", "Cardoso", "Dias", "Esteves", "Ferreira", "Gonçalves", "Lima", "Moraes",
         "Nascimento", "Oliveira", "Pereira", "Queiroz", "Ribeiro", "Souza", "Teixeira", "Viana")  # fmt: skip
_TRADES = ("Padaria", "Mercearia", "Pousada", "Papelaria", "Clínica", "Oficina", "Floricultura", "Livraria")
_FORMS = ("Ltda", "ME", "EIRELI", "S.A.")
_CITIES = (
    ("Bento Gonçalves", "RS", "95700", "54"),
    ("Curitiba", "PR", "80010", "41"),
    ("Recife", "PE", "50010", "81"),
    ("São Paulo", "SP", "01001", "11"),
    ("Belo Horizonte", "MG", "30110", "31"),
    ("Goiânia", "GO", "74005", "62"),
)


def customer(chance: Random, number: int) -> Body:
    """The n-th customer: six of ten people, three firms, the rest without document or from abroad."""
    kind = chance.random()
    if kind < 0.3:
        return _firm(chance, number)
    if kind > 0.98:
        return _person(chance, number) | {"tipo": "E", "numeroDocumento": "", "pais": {"nome": "URUGUAI"}}
    document = "" if kind > 0.9 else cpf(chance)
    return _person(chance, number) | {"numeroDocumento": document}


def _person(chance: Random, number: int) -> Body:
    first, middle, last = chance.choice(_FIRST), chance.choice(_LAST), chance.choice(_LAST)
    name = f"{first} {middle} {last}"
    return {"nome": name, "tipo": "F", **_reached(chance, f"{first}.{last}", number), "indicadorIe": 9}


def _firm(chance: Random, number: int) -> Body:
    trade, owner = chance.choice(_TRADES), chance.choice(_LAST)
    return {
        "nome": f"{trade} {owner} {chance.choice(_FORMS)}",
        "fantasia": f"{trade} {owner}",
        "tipo": "J",
        "numeroDocumento": cnpj(chance, letters=chance.random() < 0.1),
        "ie": "" if chance.random() < 0.4 else str(chance.randrange(10**8, 10**9)),
        "indicadorIe": 1,
        **_reached(chance, f"compras.{trade}.{owner}", number),
    }


def _reached(chance: Random, who: str, number: int) -> Body:
    """Where somebody lives and is reached; one of ten left no e-mail, one of ten no telephone."""
    city, state, code, area = chance.choice(_CITIES)
    mail = f"{_plain(who)}{number}@exemplo.example"
    phone = f"({area}) 9{chance.randrange(10**7, 10**8):08d}"
    return {
        "situacao": "A",
        "email": "" if chance.random() < 0.1 else mail,
        "celular": "" if chance.random() < 0.1 else f"{phone[:10]}-{phone[10:]}",
        "endereco": {
            "geral": {
                "endereco": f"Rua {chance.choice(_LAST)}",
                "numero": str(chance.randrange(1, 2000)),
                "complemento": "",
                "bairro": "Centro",
                "cep": f"{code}-{chance.randrange(1000):03d}",
                "municipio": city,
                "uf": state,
            }
        },
    }


def _plain(text: str) -> str:
    return normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
