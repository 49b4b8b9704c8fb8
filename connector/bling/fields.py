"""The fields of Bling's products, orders and invoices that rules can read.

Source: Bling's API document and samples of its answers. An account's custom fields have paths such as
`camposCustomizados.1234` (connector.domain.transforms.at).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.domain.events import Kind
from connector.domain.fields import Field, FieldType, Option

_TEXT, _HTML, _NUMBER = FieldType.TEXT, FieldType.HTML, FieldType.NUMBER
_MONEY, _DATE, _MOMENT = FieldType.MONEY, FieldType.DATE, FieldType.MOMENT
_CHOICE, _LINK, _YES_NO = FieldType.CHOICE, FieldType.LINK, FieldType.YES_NO
_PICTURE = FieldType.PICTURE

_Lines = tuple[tuple[str, str, FieldType], ...]

_PRODUCT: _Lines = (
    ("id", "ID", _NUMBER),
    ("nome", "Nome", _TEXT),
    ("codigo", "Código (SKU)", _TEXT),
    ("preco", "Preço", _MONEY),
    ("situacao", "Situação", _CHOICE),
    ("tipo", "Tipo", _CHOICE),
    ("formato", "Formato", _CHOICE),
    ("unidade", "Unidade", _TEXT),
    ("descricaoCurta", "Descrição curta", _HTML),
    ("descricaoComplementar", "Descrição complementar", _HTML),
    ("categoria.id", "Categoria", _CHOICE),
    ("idProdutoPai", "ID do produto pai", _NUMBER),
    ("marca", "Marca", _TEXT),
    ("gtin", "GTIN/EAN", _TEXT),
    ("gtinEmbalagem", "GTIN/EAN da embalagem", _TEXT),
    ("pesoLiquido", "Peso líquido (kg)", _NUMBER),
    ("pesoBruto", "Peso bruto (kg)", _NUMBER),
    ("volumes", "Volumes", _NUMBER),
    ("itensPorCaixa", "Itens por caixa", _NUMBER),
    ("dimensoes.largura", "Largura", _NUMBER),
    ("dimensoes.altura", "Altura", _NUMBER),
    ("dimensoes.profundidade", "Profundidade", _NUMBER),
    ("dimensoes.unidadeMedida", "Unidade das dimensões", _CHOICE),
    ("dataValidade", "Data de validade", _DATE),
    ("tipoProducao", "Produção", _CHOICE),
    ("condicao", "Condição", _CHOICE),
    ("freteGratis", "Frete grátis", _YES_NO),
    ("linkExterno", "Link externo", _LINK),
    ("imagemURL", "Link da imagem", _LINK),
    ("midia.imagens", "Imagens", _PICTURE),
    ("midia.video.url", "Link do vídeo", _LINK),
    ("observacoes", "Observações", _TEXT),
    ("descricaoEmbalagemDiscreta", "Descrição da embalagem discreta", _TEXT),
    ("artigoPerigoso", "Artigo perigoso", _YES_NO),
    ("estoque.minimo", "Estoque mínimo", _NUMBER),
    ("estoque.maximo", "Estoque máximo", _NUMBER),
    ("estoque.crossdocking", "Crossdocking (dias)", _NUMBER),
    ("estoque.localizacao", "Localização no estoque", _TEXT),
    ("estoque.saldoVirtualTotal", "Saldo de estoque", _NUMBER),
    ("fornecedor.contato.nome", "Fornecedor", _TEXT),
    ("fornecedor.codigo", "Código no fornecedor", _TEXT),
    ("fornecedor.precoCusto", "Preço de custo", _MONEY),
    ("fornecedor.precoCompra", "Preço de compra", _MONEY),
    ("tributacao.ncm", "NCM", _TEXT),
    ("tributacao.cest", "CEST", _TEXT),
    ("tributacao.origem", "Origem da mercadoria", _CHOICE),
    ("tributacao.nFCI", "Número da FCI", _TEXT),
    ("tributacao.codigoListaServicos", "Código da lista de serviços", _TEXT),
    ("tributacao.spedTipoItem", "Tipo do item (SPED)", _TEXT),
    ("tributacao.codigoItem", "Código do item", _TEXT),
    ("tributacao.percentualTributos", "Tributos (%)", _NUMBER),
    ("tributacao.codigoANP", "Código ANP", _TEXT),
    ("tributacao.dadosAdicionais", "Informações adicionais da nota", _TEXT),
    ("linhaProduto.id", "ID da linha de produto", _NUMBER),
)
_ORDER: _Lines = (
    ("id", "ID", _NUMBER),
    ("numero", "Número", _NUMBER),
    ("numeroLoja", "Número na loja", _TEXT),
    ("numeroPedidoCompra", "Número do pedido de compra", _TEXT),
    ("data", "Data", _DATE),
    ("dataSaida", "Data de saída", _DATE),
    ("dataPrevista", "Data prevista", _DATE),
    ("totalProdutos", "Total dos produtos", _MONEY),
    ("total", "Total", _MONEY),
    ("outrasDespesas", "Outras despesas", _MONEY),
    ("desconto.valor", "Desconto", _NUMBER),
    ("desconto.unidade", "Unidade do desconto", _TEXT),
    ("contato.id", "ID do cliente", _NUMBER),
    ("contato.nome", "Cliente", _TEXT),
    ("contato.tipoPessoa", "Tipo de pessoa", _CHOICE),
    ("contato.numeroDocumento", "CPF/CNPJ do cliente", _TEXT),
    ("situacao.id", "Situação", _CHOICE),
    ("loja.id", "Loja (canal de venda)", _CHOICE),
    ("loja.unidadeNegocio.id", "Unidade de negócio", _NUMBER),
    ("vendedor.id", "Vendedor", _CHOICE),
    ("observacoes", "Observações", _TEXT),
    ("observacoesInternas", "Observações internas", _TEXT),
    ("categoria.id", "ID da categoria financeira", _NUMBER),
    ("notaFiscal.id", "ID da nota fiscal", _NUMBER),
    ("tributacao.totalICMS", "Total de ICMS", _MONEY),
    ("tributacao.totalIPI", "Total de IPI", _MONEY),
    ("transporte.frete", "Frete", _MONEY),
    ("transporte.fretePorConta", "Frete por conta", _CHOICE),
    ("transporte.quantidadeVolumes", "Volumes", _NUMBER),
    ("transporte.pesoBruto", "Peso bruto (kg)", _NUMBER),
    ("transporte.prazoEntrega", "Prazo de entrega (dias)", _NUMBER),
    ("transporte.contato.nome", "Transportador", _TEXT),
    ("transporte.etiqueta.nome", "Entrega: nome", _TEXT),
    ("transporte.etiqueta.endereco", "Entrega: endereço", _TEXT),
    ("transporte.etiqueta.numero", "Entrega: número", _TEXT),
    ("transporte.etiqueta.complemento", "Entrega: complemento", _TEXT),
    ("transporte.etiqueta.bairro", "Entrega: bairro", _TEXT),
    ("transporte.etiqueta.municipio", "Entrega: município", _TEXT),
    ("transporte.etiqueta.uf", "Entrega: UF", _TEXT),
    ("transporte.etiqueta.cep", "Entrega: CEP", _TEXT),
    ("intermediador.cnpj", "CNPJ do intermediador", _TEXT),
    ("intermediador.nomeUsuario", "Usuário no intermediador", _TEXT),
    ("taxas.taxaComissao", "Taxa de comissão", _MONEY),
    ("taxas.custoFrete", "Custo do frete", _MONEY),
    ("taxas.valorBase", "Valor-base das taxas", _MONEY),
)
_SALE: _Lines = (
    ("id", "ID", _NUMBER),
    ("numero", "Número", _TEXT),
    ("serie", "Série", _NUMBER),
    ("chaveAcesso", "Chave de acesso", _TEXT),
    ("dataEmissao", "Data de emissão", _MOMENT),
    ("dataOperacao", "Data da operação", _MOMENT),
    ("valorNota", "Valor da nota", _MONEY),
    ("valorFrete", "Frete", _MONEY),
    ("situacao", "Situação", _CHOICE),
    ("contato.id", "ID do cliente", _NUMBER),
    ("contato.nome", "Cliente", _TEXT),
    ("contato.numeroDocumento", "CPF/CNPJ do cliente", _TEXT),
    ("contato.telefone", "Telefone do cliente", _TEXT),
    ("contato.email", "E-mail do cliente", _TEXT),
    ("contato.endereco.municipio", "Município do cliente", _TEXT),
    ("contato.endereco.uf", "UF do cliente", _TEXT),
    ("loja.id", "Loja (canal de venda)", _CHOICE),
    ("vendedor.id", "Vendedor", _CHOICE),
    ("naturezaOperacao.id", "ID da natureza da operação", _NUMBER),
    ("numeroPedidoLoja", "Número do pedido na loja", _TEXT),
    ("linkDanfe", "Link do DANFE", _LINK),
    ("linkPDF", "Link do PDF", _LINK),
    ("optanteSimplesNacional", "Optante pelo Simples Nacional", _YES_NO),
    ("transporte.fretePorConta", "Frete por conta", _CHOICE),
    ("transporte.transportador.nome", "Transportador", _TEXT),
)


def _options(*pairs: str) -> tuple[Option, ...]:
    return tuple(Option(*pair.split("=", 1)) for pair in pairs)


_YES_NO_WORDS = _options("true=Sim", "false=Não")
_FREIGHT = _options(
    *("0=Remetente (CIF)", "1=Destinatário (FOB)", "2=Terceiros"),
    *("3=Próprio, remetente", "4=Próprio, destinatário", "9=Sem frete"),
)
_VALUES: dict[Kind, dict[str, tuple[Option, ...]]] = {
    Kind.PRODUCT: {
        "situacao": _options("A=Ativo", "I=Inativo"),
        "tipo": _options("P=Produto", "S=Serviço", "N=Serviço (06, 21, 22)"),
        "formato": _options("S=Simples", "V=Com variações", "E=Com composição"),
        "tipoProducao": _options("P=Própria", "T=Terceiros"),
        "condicao": _options("0=Não especificado", "1=Novo", "2=Usado"),
        "dimensoes.unidadeMedida": _options("0=Metros", "1=Centímetros", "2=Milímetros"),
        "freteGratis": _YES_NO_WORDS,
        "artigoPerigoso": _YES_NO_WORDS,
    },
    Kind.ORDER: {
        "contato.tipoPessoa": _options("F=Pessoa física", "J=Pessoa jurídica", "E=Estrangeiro"),
        "transporte.fretePorConta": _FREIGHT,
    },
    Kind.SALE: {
        "situacao": _options("5=Autorizada", "6=Emitida DANFE", "2=Cancelada"),
        "optanteSimplesNacional": _YES_NO_WORDS,
        "transporte.fretePorConta": _FREIGHT,
    },
}
_LINES = {Kind.PRODUCT: _PRODUCT, Kind.ORDER: _ORDER, Kind.SALE: _SALE}
CUSTOM = "camposCustomizados"


def fields_of(
    kind: Kind, custom: Iterable[Field] = (), options: Mapping[str, tuple[Option, ...]] | None = None
) -> tuple[Field, ...]:
    """The fields of a kind, the account's `custom` ones last; `options` = values that only accounts know."""
    known = {**_VALUES.get(kind, {}), **(options or {})}
    plain = (
        Field(name=name, title=title, type=type_, options=known.get(name, ()))
        for name, title, type_ in _LINES.get(kind, ())
    )
    return (*plain, *(custom if kind is Kind.PRODUCT else ()))


def custom_field(row: Mapping[str, Any]) -> Field:
    """A field of `/campos-customizados/modulos/{id}`: it names no type, and its value is a text."""
    return Field(name=f"{CUSTOM}.{row['id']}", title=str(row.get("nome") or row["id"]), type=_TEXT)
