"""How an order looks, and what Bling refuses when one is sent."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.bling.bodies import Body, fresh, merged, number, reference
from sandbox.bling.errors import BlingError, field, invalid
from sandbox.bling.ids import Ids
from sandbox.bling.money import as_json, decimal, order_total, products_total

NAMESPACE = "VENDAS"
SUBJECT = "a venda"

EMPTY = (
    b'{"id":0,"numero":0,"numeroLoja":"","data":"0000-00-00","dataSaida":"0000-00-00",'
    b'"dataPrevista":"0000-00-00","totalProdutos":0,"total":0,'
    b'"contato":{"id":0,"nome":"","tipoPessoa":"","numeroDocumento":""},"situacao":{"id":6,"valor":0},'
    b'"loja":{"id":0,"unidadeNegocio":{"id":0}},"numeroPedidoCompra":"","outrasDespesas":0,"observacoes":"",'
    b'"observacoesInternas":"","desconto":{"valor":0,"unidade":"REAL"},"categoria":{"id":0},'
    b'"notaFiscal":{"id":0},"tributacao":{"totalICMS":0,"totalIPI":0},"itens":[],"parcelas":[],'
    b'"transporte":{"fretePorConta":0,"frete":0,"quantidadeVolumes":0,"pesoBruto":0,"prazoEntrega":0,'
    b'"contato":{"id":0,"nome":""},"etiqueta":{"nome":"","endereco":"","numero":"","complemento":"",'
    b'"municipio":"","uf":"","cep":"","bairro":"","nomePais":""},"volumes":[]},"vendedor":{"id":0},'
    b'"intermediador":{"cnpj":"","nomeUsuario":""},"taxas":{"taxaComissao":0,"custoFrete":0,"valorBase":0}}'
)
_EMPTY_ITEM = (
    b'{"id":0,"codigo":"","unidade":"","quantidade":1,"desconto":0,"valor":0,"aliquotaIPI":0,"descricao":"",'
    b'"descricaoDetalhada":"","produto":{"id":0},"comissao":{"base":0,"aliquota":0,"valor":0},'
    b'"naturezaOperacao":{"id":0}}'
)
_EMPTY_PARCEL = (
    b'{"id":0,"dataVencimento":"0000-00-00","valor":0,"observacoes":"","caut":"","formaPagamento":{"id":0}}'
)
NOT_WRITABLE = frozenset(
    {"id", "numero", "total", "totalProdutos", "situacao", "notaFiscal", "itens", "parcelas", "contato"}
)
BASE = (
    "id", "numero", "numeroLoja", "data", "dataSaida", "dataPrevista", "totalProdutos", "total",
    "contato", "situacao", "loja",
)  # fmt: skip
"""The keys of a row of `GET /pedidos/vendas`."""


def written(sent: Body, ids: Ids) -> Body:
    """A whole order out of what was sent: blanks for the rest, new ids for rows, totals computed."""
    order = fresh(EMPTY)
    for key, value in sent.items():
        if key in order and key not in NOT_WRITABLE and value is not None:
            order[key] = merged(order[key], value)
    order["itens"] = [_row(_EMPTY_ITEM, item, ids) for item in rows(sent, "itens")]
    order["parcelas"] = [_row(_EMPTY_PARCEL, parcel, ids) for parcel in rows(sent, "parcelas")]
    order["totalProdutos"] = as_json(products_total(order["itens"]))
    order["total"] = as_json(order_total(order))
    return order


def rows(sent: Body, name: str) -> list[Body]:
    """The objects of a sent list."""
    listed = sent.get(name)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def refuse(problems: list[Body]) -> None:
    """BlingError 400 with the problems as `fields`, if there are any."""
    if problems:
        raise invalid(problems, SUBJECT)


def problem(code: int, msg: str, element: str) -> Body:
    """One entry of an order's `fields`."""
    return field(code, msg, element, NAMESPACE)


def refusal(code: int, msg: str, element: str) -> BlingError:
    """A refusal with that one entry."""
    return invalid([problem(code, msg, element)], SUBJECT)


def problems(sent: Body, payment_exists: Callable[[int], bool]) -> list[Body]:
    """What is missing or wrong before any total is looked at."""
    found = [
        problem(1, f"O campo {name} é obrigatório.", name)
        for name in ("data", "dataSaida", "dataPrevista")
        if not sent.get(name)
    ]
    if not reference(sent.get("contato")):
        found.append(problem(1, "O contato é obrigatório.", "contato"))
    return found + _item_problems(sent) + _parcel_problems(sent, payment_exists)


def parcels_differ(order: Body) -> bool:
    """Whether the parcels do not add up to the total (code 22)."""
    return sum(decimal(parcel["valor"]) for parcel in order["parcelas"]) != decimal(order["total"])


def same(one: Body, other: Body) -> bool:
    """Whether two orders say the same but for the ids of their rows (code 3)."""
    return _comparable(one) == _comparable(other)


def event_data(order: Body) -> Body:
    """`data` of order.created and order.updated: no items."""
    return {
        "id": order["id"],
        "data": order["data"],
        "numero": order["numero"],
        "numeroLoja": order["numeroLoja"],
        "total": order["total"],
        "contato": {"id": order["contato"]["id"]},
        "vendedor": {"id": reference(order["vendedor"])},
        "loja": {"id": reference(order["loja"])},
        "situacao": dict(order["situacao"]),
    }


def _item_problems(sent: Body) -> list[Body]:
    items = rows(sent, "itens")
    if not items:
        return [problem(1, "A venda deve possuir ao menos um item.", "itens")]
    return _collected(
        items,
        lambda item: _missing_number(item, "quantidade") + _missing_number(item, "valor"),
        "Um ou mais itens da venda possuem erros de validação",
        "itens",
    )


def _parcel_problems(sent: Body, payment_exists: Callable[[int], bool]) -> list[Body]:
    def of(parcel: Body) -> list[Body]:
        wrong = _missing_number(parcel, "valor")
        if not parcel.get("dataVencimento"):
            wrong.append(problem(1, "A data de vencimento é obrigatória.", "dataVencimento"))
        if not payment_exists(reference(parcel.get("formaPagamento"))):
            wrong.append(problem(12, "Id da forma de pagamento inválido.", "formaPagamento"))
        return wrong

    parcels = rows(sent, "parcelas")
    if not parcels:
        return [problem(1, "A venda deve possuir ao menos uma parcela.", "parcelas")]
    text = "Uma ou mais parcelas da venda possuem erros de validação"
    return _collected(parcels, of, text, "parcelas")


def _collected(entries: list[Body], of: Callable[[Body], list[Body]], text: str, element: str) -> list[Body]:
    collection = [{"index": index, **wrong} for index, entry in enumerate(entries) for wrong in of(entry)]
    return [problem(49, text, element) | {"collection": collection}] if collection else []


def _missing_number(row: Body, name: str) -> list[Body]:
    if number(row.get(name)) is not None:
        return []
    return [problem(4, f"O campo {name} deve ser um número.", name)]


def _row(blank: bytes, sent: Body, ids: Ids) -> Body:
    row: Body = merged(fresh(blank), sent)
    row["id"] = ids.take()
    return row


def _comparable(order: Body) -> Body:
    ignored = ("id", "numero", "situacao", "notaFiscal")
    plain = {key: value for key, value in order.items() if key not in ignored}
    for name in ("itens", "parcelas"):
        plain[name] = [{key: value for key, value in row.items() if key != "id"} for row in order[name]]
    return plain
