"""Invented: Configuração › Pedido in its states."""

from __future__ import annotations

import msgspec

from dashboard.views.order import Example, Order, Pair, StageRow, Table, Typed
from dashboard.views.parts import Action, Choice, Notice
from dashboard.views.rules import Option, Rule
from dashboard.views.ticks import Part

STAGES = ("Novo", "Separação", "Enviado", "Ganho", "Perdido")
SITUATIONS = (
    ("83955", "Separação parcial", "#B48ADE", "", False, "4 aguardando"),
    ("6", "Em aberto", "#E9DC40", "Novo", True, ""),
    ("15", "Em andamento", "#0065F9", "Separação", False, ""),
    ("18", "Venda agenciada", "", "Separação", False, ""),
    ("9", "Atendido", "#3FB57A", "Ganho", True, ""),
    ("12", "Cancelado", "#CBCBCB", "Perdido", True, ""),
)
OPTIONS = (
    ("order.create", "Pedido criado no Bling ERP cria negócio no Bitrix24", True),
    ("order.update", "Pedido alterado no Bling ERP atualiza o negócio", True),
    ("sale.create", "Venda criada no Bling ERP cria negócio no Bitrix24", False),
)
RULES = (
    ("Criado por", "originatorId", "sempre “ponte”", "", "Sempre igual", "lock", True),
    ("ID de origem", "originId", "ID", "id", "Igual", "equal", True),
    ("Valor", "opportunity", "Total", "total", "Dinheiro", "banknote", True),
    ("Moeda", "currencyId", "sempre “BRL”", "", "Sempre igual", "lock", True),
    ("Início", "begindate", "Data", "data", "Data", "clock", False),
    ("Fechamento previsto", "closedate", "Data prevista", "dataPrevista", "Data", "clock", False),
    ("Comentário", "comments", "Observações", "observacoes", "Texto", "file-text", False),
)
EXAMPLE = Example(
    title="Pedido 4812 – Padaria Trigo Dourado",
    sale_title="Venda 4812 – Padaria Trigo Dourado",
    caption="Assim fica o último pedido:",
    order="{}",
)
AWAY = Notice(
    tone="wait",
    fact="O Bling não respondeu agora.",
    next_step="As listas são de 22/11/2026 18:40. Você pode salvar; o que for novo aparece depois.",
)
MISSING = Notice(
    tone="info",
    fact="O Bling ainda não está conectado.",
    next_step="Conecte para ver as situações, os vendedores e os canais da sua conta.",
    action=Action(label="Ver conexões", url="/dev/components/conexoes"),
)


def order_view() -> Order:
    """One situation is new, and orders wait for it."""
    return Order(
        options=tuple(
            Option(name=name, label=label, hint="Vale para o que mudar a partir de agora.", on=on)
            for name, label, on in OPTIONS
        ),
        options_saved="",
        version="Versão 4, em uso desde 02/11/2026",
        editable=True,
        notices=(),
        saved="",
        refused="",
        unsaved=False,
        pipelines=(Choice("0", "Vendas", True), Choice("3", "Atacado")),
        pipeline_error="",
        stages=tuple(_stage(*one) for one in SITUATIONS),
        no_stages="",
        suggests=True,
        title=Typed(value="Pedido {numero} – {contato.nome}"),
        sale_title=Typed(value="Venda {numero} – {contato.nome}"),
        fields=(
            Choice("{numero}", "Número"),
            Choice("{contato.nome}", "Cliente"),
            Choice("{total}", "Total"),
        ),
        example=EXAMPLE,
        rules=tuple(
            Rule(
                bitrix24=bitrix24,
                bitrix24_name=name,
                bling=bling,
                bling_name=field,
                transform=transform,
                transform_icon=icon,
                policy="Bling manda",
                locked=locked,
                direction="import",
            )
            for bitrix24, name, bling, field, transform, icon, locked in RULES
        ),
        rules_count="4 regras fixas, 3 suas",
        tables=_tables(),
        since=Typed(value=""),
        since_hint="Vazio quer dizer desde o dia da conexão, 02/11/2026.",
        parts=_parts(),
        on_deleted=(
            Choice("nothing", "Nada: o negócio fica como está", True),
            Choice("lost", "Mover o negócio para a etapa de perda"),
            Choice("comment", "Escrever um comentário no negócio"),
        ),
        note=Typed(value=""),
    )


def refused() -> Order:
    """Two fields are wrong; everything typed is still there."""
    view = order_view()
    first, *others = view.stages
    return msgspec.structs.replace(
        view,
        refused="Confira os campos marcados.",
        unsaved=True,
        stages=(msgspec.structs.replace(first, error="Escolha uma etapa do funil Vendas."), *others),
        title=Typed(value="", error="Escreva um título."),
        since=Typed(value="2026-13-01", error="Escreva uma data, como 23/11/2026."),
    )


def away() -> Order:
    """The lists are yesterday's, and somebody only reads."""
    return msgspec.structs.replace(order_view(), notices=(AWAY,), editable=False)


def empty() -> Order:
    """Nothing is connected yet."""
    view = order_view()
    return msgspec.structs.replace(
        view,
        version="Versão 1",
        notices=(MISSING,),
        pipelines=(),
        stages=(),
        no_stages="As situações aparecem aqui assim que o Bling e o Bitrix24 estiverem conectados.",
        suggests=False,
        tables=tuple(msgspec.structs.replace(one, pairs=(), count="") for one in view.tables),
        parts=tuple(msgspec.structs.replace(one, choices=()) for one in view.parts),
    )


def _stage(number: str, name: str, colour: str, chosen: str, suggested: bool, waiting: str) -> StageRow:
    stages = (Choice("", "Defina a etapa", not chosen), *(Choice(one, one, one == chosen) for one in STAGES))
    return StageRow(
        id=number,
        name=name,
        colour=colour,
        account="Filial" if waiting else "",
        stages=stages,
        suggested=suggested,
        missing=not chosen,
        waiting=waiting,
    )


def _tables() -> tuple[Table, ...]:
    people = (Choice("", "ninguém"), Choice("7", "Helena Martins", True), Choice("9", "Rafael Nogueira"))
    return (
        Table(
            name="responsavel",
            title="Vendedor → responsável",
            meaning="Sem escolha, o responsável fica como o Bitrix24 o define.",
            count="2 definidos",
            pairs=(
                Pair(id="1", name="Ana Vendedora", choices=people),
                Pair(id="2", name="João Pedro Albuquerque", choices=people),
            ),
            empty="Esta conta não tem vendedores.",
        ),
        Table(
            name="origem",
            title="Canal → origem",
            meaning="Sem escolha, a origem fica vazia.",
            count="",
            pairs=(),
            empty="Esta conta não tem canais de venda.",
        ),
    )


def _parts() -> tuple[Part, ...]:
    situations = tuple(Choice(number, name, number == "9") for number, name, *_ in SITUATIONS)
    return (
        Part(name="situacao", title="Situações", chosen="1 de 6", choices=situations, empty=""),
        Part(
            name="loja",
            title="Canais de venda",
            chosen="todos",
            choices=(),
            empty="Esta conta não tem canais de venda.",
        ),
        Part(
            name="vendedor",
            title="Vendedores",
            chosen="todos",
            choices=(Choice("1", "Ana Vendedora"),),
            empty="",
        ),
    )
