"""How NF-e and NFC-e look, and how one is made from an order or from what was sent."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from sandbox.bling.bodies import Body, fresh, merged, number, reference
from sandbox.bling.contacts import bare_document
from sandbox.bling.errors import field, invalid
from sandbox.bling.money import as_json, cents, decimal
from sandbox.bling.order_forms import rows

NAMESPACE = "NOTAS_FISCAIS"
DRAFT, CANCELLED, REJECTED, AUTHORISED, PRINTED = 1, 2, 4, 5, 6

EMPTY = (
    b'{"id":0,"tipo":1,"situacao":1,"numero":"","dataEmissao":"","dataOperacao":"","chaveAcesso":"",'
    b'"contato":{"id":0,"nome":"","numeroDocumento":"","ie":"","rg":"","telefone":"","email":"","endereco":'
    b'{"endereco":"","numero":"","complemento":"","bairro":"","cep":"","municipio":"","uf":"","pais":""}},'
    b'"naturezaOperacao":{"id":0},"loja":{"id":0},"serie":1,"valorNota":0,"valorFrete":0,"finalidade":1,'
    b'"tipoNota":"","xml":"","linkDanfe":"","linkPDF":"","optanteSimplesNacional":true,"numeroPedidoLoja":"",'
    b'"transporte":{"fretePorConta":9,"transportador":{"nome":"","numeroDocumento":""},"volumes":[],'
    b'"etiqueta":{"nome":"","endereco":"","numero":"","complemento":"","municipio":"","uf":"","cep":"",'
    b'"bairro":""}},"vendedor":{"id":0},"itens":[],"parcelas":[]}'
)
_EMPTY_ITEM = (
    b'{"codigo":"","descricao":"","unidade":"","quantidade":1,"valor":0,"valorTotal":0,"tipo":"P",'
    b'"pesoBruto":0,"pesoLiquido":0,"numeroPedidoCompra":"","classificacaoFiscal":"9617.00.10","cest":"",'
    b'"codigoServico":"","origem":0,"informacoesAdicionais":"","gtin":"","cfop":"5102","impostos":'
    b'{"valorAproximadoTotalTributos":0,"icms":{"st":0,"origem":0,"modalidade":0,"aliquota":0,"valor":0}}}'
)
_EMPTY_PARCEL = b'{"data":"0000-00-00","valor":0,"observacoes":"","caut":"","formaPagamento":{"id":0}}'
BASE = (
    "id", "tipo", "situacao", "numero", "dataEmissao", "dataOperacao", "chaveAcesso", "contato",
    "naturezaOperacao", "loja",
)  # fmt: skip
"""The keys of a list row: neither value nor order."""


def from_order(order: Body, contact: Body) -> Body:
    """A draft with everything that Bling takes over from an order."""
    note = fresh(EMPTY)
    note["contato"] = _contact(contact)
    note["loja"] = {"id": reference(order["loja"])}
    note["numeroPedidoLoja"] = order["numeroLoja"]
    note["valorNota"] = order["total"]
    note["valorFrete"] = order["transporte"]["frete"]
    note["vendedor"] = {"id": reference(order["vendedor"])}
    note["itens"] = [_item(item) for item in order["itens"]]
    note["parcelas"] = [
        fresh(_EMPTY_PARCEL)
        | {
            "data": parcel["dataVencimento"],
            "valor": parcel["valor"],
            "formaPagamento": {"id": reference(parcel["formaPagamento"])},
        }
        for parcel in order["parcelas"]
    ]
    return note


def from_sent(sent: Body) -> Body:
    """A draft out of `POST /nfe`; BlingError 400 without a contact or an item."""
    contact = sent.get("contato")
    problems = []
    if not isinstance(contact, dict) or not contact.get("nome"):
        problems.append(field(1, "O nome do contato é obrigatório.", "contato", NAMESPACE))
    if not rows(sent, "itens"):
        problems.append(field(1, "A nota deve possuir ao menos um item.", "itens", NAMESPACE))
    if problems:
        raise invalid(problems, "a nota fiscal")
    note = fresh(EMPTY)
    for key in ("tipo", "dataOperacao", "contato", "naturezaOperacao", "loja", "finalidade", "transporte"):
        if sent.get(key) is not None:
            note[key] = merged(note[key], sent[key])
    note["contato"]["numeroDocumento"] = bare_document(note["contato"]["numeroDocumento"])
    shop = sent.get("loja")
    note["loja"] = {"id": reference(shop)}
    note["numeroPedidoLoja"] = str(shop.get("numero") or "") if isinstance(shop, dict) else ""
    note["itens"] = [_item(item) for item in rows(sent, "itens")]
    note["parcelas"] = [merged(fresh(_EMPTY_PARCEL), parcel) for parcel in rows(sent, "parcelas")]
    transport = sent.get("transporte")
    note["valorFrete"] = (number(transport.get("frete")) if isinstance(transport, dict) else None) or 0
    note["valorNota"] = as_json(_value(note, sent))
    return note


def _value(note: Body, sent: Body) -> Decimal:
    """Items, freight, insurance and expenses, less the discount."""
    items = sum((decimal(item["valorTotal"]) for item in note["itens"]), Decimal(0))
    added = decimal(note["valorFrete"]) + decimal(sent.get("seguro")) + decimal(sent.get("despesas"))
    return cents(items + added - decimal(sent.get("desconto")))


def authorise(note: Body, cnpj: str) -> None:
    """What the tax office's answer adds."""
    digits = str(int(sha256(f"{cnpj} {note['id']}".encode()).hexdigest(), 16))
    note["chaveAcesso"] = ("43" + digits)[:44]
    note["xml"] = f"https://sandbox.invalid/nfe.xml?chave={note['chaveAcesso']}"
    note["linkDanfe"] = f"https://sandbox.invalid/danfe?chave={note['chaveAcesso']}"
    note["linkPDF"] = f"https://sandbox.invalid/danfe.pdf?chave={note['chaveAcesso']}"


def event_data(note: Body) -> Body:
    """`data` of invoice.* and consumer_invoice.*: no value, no purpose, no order."""
    return {
        "id": note["id"],
        "tipo": note["tipo"],
        "situacao": note["situacao"],
        "numero": note["numero"],
        "dataEmissao": note["dataEmissao"],
        "dataOperacao": note["dataOperacao"],
        "contato": {"id": note["contato"]["id"]},
        "naturezaOperacao": {"id": reference(note["naturezaOperacao"])},
        "loja": {"id": reference(note["loja"])},
    }


def _contact(contact: Body) -> Body:
    address = contact["endereco"]["geral"]
    shown = {key: contact[key] for key in ("id", "nome", "numeroDocumento", "ie", "rg", "telefone", "email")}
    shown["endereco"] = {
        **{key: address[key] for key in ("endereco", "numero", "complemento", "bairro", "municipio", "uf")},
        "cep": bare_document(address["cep"]),
        "pais": "",
    }
    return shown


def _item(sent: Body) -> Body:
    item: Body = merged(fresh(_EMPTY_ITEM), sent)
    item["valorTotal"] = as_json(cents(decimal(item["quantidade"]) * decimal(item["valor"])))
    return item
