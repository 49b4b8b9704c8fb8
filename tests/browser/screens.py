"""Every screen, for the walk that looks at all of them: add a line when a screen is added.

A path may name what stands in the house that is walked through: `{failed}` = an event's id (see `lived_in`).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Who(StrEnum):
    """Who looks."""

    OWNER = "owner"
    STRANGER = "stranger"
    OPERATOR = "operator"


class Screen(msgspec.Struct, frozen=True):
    """A screen's name for its pictures, its address, and its title in both languages (empty = content)."""

    name: str
    path: str
    portuguese: str = ""
    english: str = ""
    status: int = 200


OWNERS = (
    Screen("visao-geral", "/", "Visão geral", "Overview"),
    Screen("conexoes", "/configuracao/conexoes", "Conexões", "Connections"),
    Screen("produto", "/configuracao/produto", "Produto", "Product"),
    Screen("produto-versoes", "/configuracao/produto/versoes"),
    Screen("pedido", "/configuracao/pedido", "Pedido", "Order"),
    Screen("protecao", "/configuracao/protecao"),
    Screen("retencoes", "/retidos"),
    Screen("eventos", "/eventos", "Eventos", "Events"),
    Screen("eventos-vazio", "/eventos?tipo=stock", "Eventos", "Events"),
    Screen("evento", "/eventos/{updated}"),
    Screen("evento-pedido", "/eventos/{order}"),
    Screen("evento-falhou", "/eventos/{failed}"),
    Screen("evento-aguarda", "/eventos/{held}"),
    Screen("registros", "/registros", "Produtos", "Products"),
    Screen("registros-pedidos", "/registros?tipo=order", "Pedidos", "Orders"),
    Screen("registro", "/registros/product/{product}"),
    Screen("registro-pedido", "/registros/order/{sold}"),
    Screen("importacao", "/importacao", "Importação e conferência", "Import and reconciliation"),
    Screen(
        "importacao-pedidos",
        "/importacao?tipo=order&desde=2026-01-31",
        "Importação e conferência",
        "Import and reconciliation",
    ),
    Screen(
        "importacao-pagina",
        "/importacao?antes={export}",
        "Importação e conferência",
        "Import and reconciliation",
    ),
    Screen("conferencias", "/importacao/conferencias", "Conferências", "Checks"),
    Screen("exportar", "/importacao/exportar", "Exportar para o Bling", "Export to Bling"),
    Screen("exportacao", "/importacao/exportacoes/{export}"),
    Screen(
        "exportacao-cancelar",
        "/importacao/exportacoes/{export}/cancelar",
        "Cancelar de vez?",
        "Cancel for good?",
    ),
    Screen("ultimos-30-dias", "/ultimos-30-dias", "Últimos 30 dias", "Last 30 days"),
    Screen("registro-comparado", "/registros/product/{product}?comparar=1"),
    Screen("licenca", "/licenca", "Licença", "Licence"),
    Screen("equipe", "/equipe", "Equipe", "Team"),
    Screen("empresas", "/empresas"),
    Screen("ajuda", "/ajuda", "Ajuda", "Help"),
    Screen("ajuda-assunto", "/ajuda/eventos-disponiveis", "Eventos disponíveis", "Available events"),
    Screen("ajuda-verificada", "/ajuda/problemas-comuns/verificar", "Problemas comuns", "Common problems"),
    Screen("nao-existe", "/nao-existe", "Esta página não existe", "This page does not exist", 404),
)
STRANGERS = (
    Screen("entrar", "/entrar"),
    Screen("criar-conta", "/criar-conta"),
    Screen("esqueci-a-senha", "/esqueci-a-senha"),
    Screen("confira-seu-e-mail", "/criar-conta/conferir"),
    Screen("link-que-nao-vale", "/confirmar/nada", status=410),
    Screen("convite-que-nao-vale", "/convite/nada", status=404),
    Screen("termos", "/termos", "Termos de uso", "Terms of use"),
    Screen("privacidade", "/privacidade", "Aviso de privacidade", "Privacy notice"),
    Screen("status", "/status", "Status", "Status"),
    Screen("ajuda-publica", "/ajuda", "Ajuda", "Help"),
    Screen("ajuda-publica-preco", "/ajuda/preco-e-licenca", "Preço e licença", "Price and licence"),
    Screen("operador-entrar", "/operator/entrar"),
)
OPERATORS = (
    Screen("operador-clientes", "/operator"),
    Screen("operador-cliente", "/operator/clientes/{tenant}"),
    Screen("operador-filas", "/operator/filas"),
    Screen("operador-quarentena", "/operator/quarentena"),
    Screen("operador-sem-dono", "/operator/quarentena/sem-dono"),
    Screen("operador-parados", "/operator/parados"),
    Screen("operador-pulso", "/operator/pulso"),
    Screen("operador-receita", "/operator/receita"),
    Screen("operador-auditoria", "/operator/auditoria"),
)
SCREENS = {Who.OWNER: OWNERS, Who.STRANGER: STRANGERS, Who.OPERATOR: OPERATORS}
