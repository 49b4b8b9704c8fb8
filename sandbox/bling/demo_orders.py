"""The demo's customers and orders: each situation once, each kind of discount, a note of each kind."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.company import Company
from sandbox.bling.money import CENT, as_json, order_total
from sandbox.bling.parcels import parcels
from sandbox.bling.times import day_of

_DAY = 86_400.0

_ADDRESS: Body = {
    "endereco": "Rua das Flores",
    "cep": "95700-000",
    "bairro": "Centro",
    "municipio": "Bento Gonçalves",
    "uf": "RS",
    "numero": "100",
    "complemento": "",
}
MARINA, POUSADA, NOBODY, TEREZA, SABOR = range(5)
CONTACTS: tuple[Body, ...] = (
    {
        "nome": "Marina Duarte Lopes",
        "tipo": "F",
        "numeroDocumento": "529.982.247-25",
        "email": "marina.lopes@example.com",
        "celular": "(54) 99999-0001",
        "endereco": {"geral": _ADDRESS},
    },
    {
        "nome": "Pousada Vale do Sol Ltda",
        "fantasia": "Pousada Vale do Sol",
        "tipo": "J",
        "numeroDocumento": "12.ABC.345/01DE-35",
        "email": "compras@valedosol.example",
        "telefone": "(54) 3333-4444",
        "endereco": {"geral": _ADDRESS | {"numero": "914"}},
    },
    {"nome": "Consumidor Final", "tipo": "F"},
    {
        "nome": "Tereza Nogueira Brandão",
        "tipo": "F",
        "numeroDocumento": "111.444.777-35",
        "celular": "(11) 98888-7777",
        "endereco": {"geral": _ADDRESS | {"municipio": "São Paulo", "uf": "SP", "cep": "01001-000"}},
    },
    {
        "nome": "Cantina Sabor da Serra ME",
        "fantasia": "Sabor da Serra",
        "tipo": "J",
        "numeroDocumento": "45.997.418/0001-53",
        "ie": "0290123456",
        "indicadorIe": 1,
        "email": "financeiro@sabordaserra.example",
        "telefone": "(54) 3025-1010",
        "endereco": {"geral": _ADDRESS | {"numero": "1280", "complemento": "Loja 2"}},
    },
)


class Line(msgspec.Struct, frozen=True):
    """A row: the product by its place in the shop's list, how many, and its own discount in percent."""

    product: int
    quantity: str = "1"
    discount: str = "0"


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An order; `channel` is the place of a sales channel, None for one that somebody typed."""

    contact: int
    lines: tuple[Line, ...]
    situation: int = 6
    days_ago: int = 0
    discount: tuple[str, str] = ("0", "REAL")
    freight: str = "0"
    other: str = "0"
    channel: int | None = None
    seller: int | None = None
    parcels: int = 1
    remark: str = ""


OWN_SITUATION = 0
"""Stands for the account's own situation, whose id differs from account to account."""

STORIES = (
    Story(contact=MARINA, lines=(Line(1, "2"), Line(2)), situation=9, days_ago=6, freight="19.9", channel=0),
    Story(contact=POUSADA, lines=(Line(5, "6"), Line(6)), situation=15, days_ago=4, parcels=3, seller=0,
          discount=("10", "PERCENTUAL"), freight="45", remark="Entregar pela manhã, portão dos fundos."),
    Story(contact=NOBODY, lines=(Line(3), Line(4, "3")), situation=9, days_ago=3, discount=("5", "REAL")),
    Story(contact=TEREZA, lines=(Line(1, "1", "12.5"),), situation=12, days_ago=3, channel=1, freight="12.9"),
    Story(contact=SABOR, lines=(Line(2, "12", "33.33"), Line(10, "1.5")), situation=24, days_ago=2, seller=1,
          other="7.5", parcels=2),
    Story(contact=TEREZA, lines=(Line(6),), situation=18, days_ago=2, discount=("15", "REAL"), seller=0),
    Story(contact=POUSADA, lines=(Line(4, "10", "5"), Line(3, "10")), situation=21, days_ago=1, freight="30"),
    Story(contact=MARINA, lines=(Line(2, "4"),), situation=OWN_SITUATION, days_ago=1, channel=0,
          discount=("7.5", "PERCENTUAL"), freight="15.35"),
    Story(contact=SABOR, lines=(Line(1, "3"), Line(10, "0.5"), Line(6)), discount=("3", "PERCENTUAL"),
          seller=0, freight="22", other="4.9", parcels=2, remark="Cliente retira o restante na sexta."),
    Story(contact=MARINA, lines=(Line(1),), channel=1),
)  # fmt: skip


def sell(company: Company, products: list[int]) -> None:
    """Put the customers, their orders and notes into a company; `products` are its products' ids."""
    contacts = [company.contacts.create({"situacao": "A"} | sent) for sent in CONTACTS]
    made = [
        company.orders.create(_sent(company, story, contacts, products, place))
        for place, story in enumerate(STORIES)
    ]
    _note(company, made)
    own = next(known.id for known in company.references.situations.values() if known.idHerdado)
    for order_id, story in zip(made, STORIES, strict=True):
        if story.situation != 6:
            company.orders.move(order_id, story.situation or own)


def _note(company: Company, made: list[int]) -> None:
    """An authorised, a draft and a cancelled NF-e; an authorised NFC-e and a draft."""
    company.nfe.send(company.nfe.from_order(made[0]))
    company.nfce.send(company.nfce.from_order(made[2]))
    company.nfce.from_order(made[5])
    cancelled = company.nfe.from_order(made[7])
    company.nfe.send(cancelled)
    company.nfe.cancel(cancelled)
    company.nfe.from_order(made[9])


def _sent(company: Company, story: Story, contacts: list[int], products: list[int], place: int) -> Body:
    then = company.clock.real() - story.days_ago * _DAY
    lists = company.references
    amount, unit = story.discount
    order: Body = {
        "contato": {"id": contacts[story.contact]},
        "data": day_of(then),
        "dataSaida": day_of(then),
        "dataPrevista": day_of(then + 5 * _DAY),
        "itens": [_item(company, products, line) for line in story.lines],
        "desconto": {"valor": as_json(Decimal(amount)), "unidade": unit},
        "outrasDespesas": as_json(Decimal(story.other)),
        "transporte": {"fretePorConta": 0, "frete": as_json(Decimal(story.freight))},
        "observacoes": story.remark,
    }
    if story.channel is not None:
        order["loja"] = {"id": lists.channels[story.channel]["id"]}
        order["numeroLoja"] = f"20000098765432{place:02d}"
    if story.seller is not None:
        order["vendedor"] = {"id": lists.sellers[story.seller]["id"]}
    return order | {"parcelas": parcels(order_total(order), story.parcels, lists.payments[1]["id"], then)}


def _item(company: Company, products: list[int], line: Line) -> Body:
    product = company.catalogue.get(products[line.product]).body
    net = Decimal(str(product["preco"])) * (100 - Decimal(line.discount)) / 100
    return {
        "produto": {"id": product["id"]},
        "codigo": product["codigo"],
        "descricao": product["nome"],
        "unidade": product["unidade"],
        "quantidade": as_json(Decimal(line.quantity)),
        "valor": as_json(net.quantize(CENT)),
        "desconto": as_json(Decimal(line.discount)),
    }
