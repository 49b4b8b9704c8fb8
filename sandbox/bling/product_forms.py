"""How a product looks: the empty one, what may be written, and what answers and events show."""

from __future__ import annotations

from sandbox.bling.bodies import Body, fresh, number, reference
from sandbox.bling.errors import field

NAMESPACE = "PRODUTOS"
NAME_LENGTH = 120

EMPTY = (
    b'{"id":0,"nome":"","codigo":"","preco":0,"tipo":"P","situacao":"A","formato":"S","descricaoCurta":"",'
    b'"dataValidade":"0000-00-00","unidade":"","pesoLiquido":0,"pesoBruto":0,"volumes":0,"itensPorCaixa":0,'
    b'"gtin":"","gtinEmbalagem":"","tipoProducao":"P","condicao":0,"freteGratis":false,"marca":"",'
    b'"descricaoComplementar":"","linkExterno":"","observacoes":"","descricaoEmbalagemDiscreta":"",'
    b'"categoria":{"id":0},"estoque":{"minimo":0,"maximo":0,"crossdocking":0,"localizacao":"",'
    b'"saldoVirtualTotal":0},"fornecedor":{"id":0,"contato":{"id":0,"nome":""},"codigo":"","precoCusto":0,'
    b'"precoCompra":0},"actionEstoque":"","dimensoes":{"largura":0,"altura":0,"profundidade":0,'
    b'"unidadeMedida":1},"tributacao":{"origem":0,"nFCI":"","ncm":"","cest":"","codigoListaServicos":"",'
    b'"spedTipoItem":"","codigoItem":"","percentualTributos":0,"valorBaseStRetencao":0,"valorStRetencao":0,'
    b'"valorICMSSubstituto":0,"codigoExcecaoTipi":"","classeEnquadramentoIpi":"","valorIpiFixo":0,'
    b'"codigoSeloIpi":"","valorPisFixo":0,"valorCofinsFixo":0,"codigoANP":"","descricaoANP":"",'
    b'"percentualGLP":0,"percentualGasNacional":0,"percentualGasImportado":0,"valorPartida":0,'
    b'"tipoArmamento":0,"descricaoCompletaArmamento":"","dadosAdicionais":"","grupoProduto":{"id":0}},'
    b'"midia":{"video":{"url":""},"imagens":{"externas":[],"internas":[]}},"linhaProduto":{"id":0},'
    b'"estrutura":{"tipoEstoque":"","lancamentoEstoque":"","componentes":[]},"camposCustomizados":[],'
    b'"artigoPerigoso":false}'
)
"""A product of which nothing is known, in the form of `GET /produtos/{id}`."""

_READ_ONLY = frozenset({"id", "idProdutoPai", "imagemURL", "variacao", "variacoes"})
_NUMBERS = ("preco", "pesoLiquido", "pesoBruto", "volumes", "itensPorCaixa")
_TEXTS = ("nome", "codigo", "unidade", "gtin", "marca", "descricaoCurta", "descricaoComplementar")
_INHERITED = frozenset(
    {
        "tipo", "situacao", "unidade", "descricaoCurta", "descricaoComplementar", "marca", "categoria",
        "pesoLiquido", "pesoBruto", "volumes", "itensPorCaixa", "dimensoes", "tributacao", "condicao",
        "tipoProducao", "freteGratis", "linkExterno", "observacoes", "fornecedor", "linhaProduto",
    }
)  # fmt: skip


def empty() -> Body:
    """A new product with nothing in it: zero ids, empty texts, blank date."""
    return fresh(EMPTY)


def problems(sent: Body, *, whole: bool, child: bool = False) -> list[Body]:
    """What is wrong with a sent product, as `fields`; `whole` asks for the required ones too."""
    required = ("formato",) if child else ("nome", "tipo", "situacao", "formato")
    found = [
        field(1, f"O campo {name} é obrigatório.", name, NAMESPACE)
        for name in required
        if (whole or name in sent) and not str(sent.get(name) or "").strip()
    ]
    found += _bad_choices(sent)
    if len(str(sent.get("nome") or "")) > NAME_LENGTH:
        found.append(field(2, f"O nome pode ter no máximo {NAME_LENGTH} caracteres.", "nome", NAMESPACE))
    found += [
        field(4, f"O campo {name} deve ser um número.", name, NAMESPACE)
        for name in _NUMBERS
        if sent.get(name) is not None and number(sent[name]) is None
    ]
    return found


def _bad_choices(sent: Body) -> list[Body]:
    choices = {"tipo": "PSN", "situacao": "AIE", "formato": "SVE"}
    return [
        field(3, f"O valor do campo {name} é inválido.", name, NAMESPACE)
        for name, allowed in choices.items()
        if sent.get(name) and str(sent[name]) not in allowed
    ]


def merge(into: Body, sent: Body) -> None:
    """Write the sent keys that a product has; objects are merged, read-only and unknown keys ignored."""
    for key, value in sent.items():
        if key in _READ_ONLY or key not in into or key == "midia":
            continue
        into[key] = _merged(key, into[key], value)


def _merged(key: str, old: object, value: object) -> object:
    if isinstance(old, dict):
        if not isinstance(value, dict):
            return fresh(EMPTY)[key] if value is None else old
        return old | {name: item for name, item in value.items() if name != "saldoVirtualTotal"}
    if key in _NUMBERS:
        return number(value) or 0
    if key in _TEXTS:
        return "" if value is None else str(value)
    return fresh(EMPTY)[key] if value is None else value


def inherit(child: Body, parent: Body, variation_name: str) -> None:
    """What `cloneInfo` seems to mean: the child shows the parent's data, but for code and price."""
    child.update({key: parent[key] for key in _INHERITED})
    child["nome"] = f"{parent['nome']} {variation_name}".strip()


def event_data(body: Body, parent: int) -> Body:
    """`data` of product.created and product.updated."""
    return {
        "id": body["id"],
        "nome": body["nome"],
        "codigo": body["codigo"],
        "tipo": body["tipo"],
        "situacao": body["situacao"],
        "preco": body["preco"],
        "unidade": body["unidade"],
        "formato": body["formato"],
        "idProdutoPai": parent,
        "categoria": {"id": reference(body["categoria"])},
        "descricaoCurta": body["descricaoCurta"],
        "descricaoComplementar": body["descricaoComplementar"],
    }


def row(body: Body, parent: int, image: str | None) -> Body:
    """A row of `GET /produtos`."""
    shown: Body = {
        "id": body["id"],
        "idProdutoPai": parent,
        "nome": body["nome"],
        "codigo": body["codigo"],
        "preco": body["preco"],
        "precoCusto": body["fornecedor"].get("precoCusto", 0),
        "estoque": {"saldoVirtualTotal": body["estoque"]["saldoVirtualTotal"]},
        "tipo": body["tipo"],
        "situacao": body["situacao"],
        "formato": body["formato"],
        "descricaoCurta": body["descricaoCurta"],
    }
    if image:
        shown["imagemURL"] = image
    return shown
