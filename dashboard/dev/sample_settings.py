"""Invented: options, rules and connections."""

from __future__ import annotations

from dashboard.views import product
from dashboard.views.connections import Connection, Connections
from dashboard.views.parts import Chip, Fact

RULES = (
    ("Bling ID", "property212", "ID", "id", "Igual", "equal"),
    ("Nome", "name", "Nome", "nome", "Igual", "equal"),
    ("ID Externo", "xmlId", "Código (SKU)", "codigo", "Igual", "equal"),
    ("Preço", "price · Base", "Preço", "preco", "Dinheiro", "banknote"),
    ("Ativo", "active", "Situação", "situacao", "Sim ou não", "toggle-right"),
)
OPTIONS = (
    ("product.create", "Criação no Bling ERP cria produto no Bitrix24", True),
    ("product.update", "Alterações no Bling ERP atualizam o Bitrix24", True),
    ("product.delete", "Exclusão no Bling ERP desativa o produto no Bitrix24", False),
)


def product_view(*, editable: bool = True) -> product.Product:
    """Two of three options on."""
    return product.Product(
        options=tuple(
            product.Option(name=name, label=label, hint="Vale para o que mudar a partir de agora.", on=on)
            for name, label, on in OPTIONS
        ),
        rules=tuple(
            product.Rule(
                bitrix24=bitrix24,
                bitrix24_name=field,
                bling=bling,
                bling_name=source,
                transform=transform,
                transform_icon=icon,
                policy="Bling manda",
                locked=True,
                direction="both",
            )
            for bitrix24, field, bling, source, transform, icon in RULES
        ),
        count="5 regras fixas",
        version="Versão 1",
        editable=editable,
    )


def connections_view() -> Connections:
    """One account expired."""
    return Connections(
        bling=(
            Connection(
                short="Bl",
                name="Bling ERP",
                company="Matriz",
                chip=Chip("Conectado", "ok"),
                trouble=False,
                sentence="As mudanças chegam assim que acontecem.",
                facts=(Fact("Desde", "02/03/2026 09:14"),),
            ),
            Connection(
                short="Bl",
                name="Bling ERP",
                company="Filial Curitiba",
                chip=Chip("Expirou", "need"),
                trouble=True,
                sentence="A conexão com o Bling expirou. "
                "Reconecte para liberar 37 alterações que estão aguardando.",
                facts=(Fact("Desde", "23/11/2026 13:58"),),
            ),
        ),
        bitrix24=Connection(
            short="B24",
            name="Bitrix24",
            company="aurora.bitrix24.com.br",
            chip=Chip("Conectado", "ok"),
            trouble=False,
            sentence="O portal recebe o que muda no Bling.",
            facts=(Fact("Catálogo", "nº 24, variações nº 26"),),
        ),
    )
