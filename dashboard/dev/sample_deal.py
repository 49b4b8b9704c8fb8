"""Invented: events of orders."""

from __future__ import annotations

from typing import Literal

import msgspec

from dashboard.dev import sample_events
from dashboard.dev.sample_shell import CREATED, HELD, UPDATED, ago
from dashboard.views.event import Change, Event, RowLine, Rows, Step
from dashboard.views.parts import Action, Chip, Nav, Notice
from dashboard.views.records import Line, Records, StateTab

CREATES = (
    ("Título", "title", "", "Pedido 1001 – Padaria Trigo Dourado", "Título", False),
    ("Funil", "categoryId", "", "Vendas", "Funil", False),
    ("Etapa", "stageId", "", "Novo", "Situação", False),
    ("Valor", "opportunity", "", "R$ 148,50", "Total", True),
    ("Empresa", "companyId", "", "Padaria Trigo Dourado", "Cliente", True),
)
CHANGES = (
    ("Etapa", "stageId", "Novo", "Negócio ganho", "Situação", False),
    ("Valor", "opportunity", "R$ 148,50", "R$ 139,60", "Total", True),
    ("Comentário", "comments", "", "Entregar pela manhã, na porta dos fundos.", "Observações", False),
)
LINKS = (Action(label="Ver no Bling", url="#"), Action(label="Negócio no Bitrix24", url="#"))
REMARK = Notice(tone="wait", fact="O cliente não pôde ser criado no Bitrix24: o telefone é inválido.")
WAITS = Notice(
    tone="wait",
    fact="A situação do Bling ainda não tem etapa no Bitrix24: Separação parcial.",
    next_step="Defina a etapa em Configuração › Pedido.",
    action=Action(label="Definir a etapa", url="/dev/components/pedido#etapas"),
)


def created() -> Event:
    """A new deal; its customer could not be made."""
    return msgspec.structs.replace(
        sample_events.event_view(failed=False),
        title="Pedido 1001",
        happening="Pedido criado",
        chip=CREATED,
        facts=("Conta Matriz", "Bling 16082340917", "Negócio 451", "Recebido em 23/11/2026 14:05:11"),
        notice=REMARK,
        changes=tuple(_change(*one) for one in CREATES),
        rows=Rows(
            lines=(
                _line("Assadeira antiaderente 35 cm", "2 UN", "R$ 49,90", "10 %", "R$ 99,80"),
                _line("Pote hermético 1,2 L", "1,5 KG", "R$ 22,466667", "–", "R$ 33,70"),
                _line("Frete", "1", "R$ 15,00", "–", "R$ 15,00"),
            ),
            total="R$ 148,50",
            was_total="",
            check="Soma das linhas = total do pedido: R$ 148,50",
            agrees=True,
            compared=False,
        ),
        links=LINKS,
    )


def changed() -> Event:
    """Rows before and after."""
    first = _line("Assadeira antiaderente 35 cm", "3 UN", "R$ 41,5333", "16,77 %", "R$ 124,60")
    return msgspec.structs.replace(
        created(),
        happening="Pedido alterado",
        chip=UPDATED,
        notice=None,
        changes=tuple(_change(*one) for one in CHANGES),
        rows=Rows(
            lines=(
                msgspec.structs.replace(
                    first,
                    was_quantity="2 UN",
                    was_price="R$ 49,90",
                    was_discount="10 %",
                    was_total="R$ 99,80",
                ),
                _line("Vale-presente", "1", "R$ 0,00", "–", "R$ 0,00", state="new", linked=False),
                _line("Frete", "1", "R$ 15,00", "–", "R$ 15,00"),
                _line("Pote hermético 1,2 L", "1,5 KG", "R$ 22,466667", "–", "R$ 33,70", state="gone"),
            ),
            total="R$ 139,60",
            was_total="R$ 148,50",
            check="Soma das linhas: R$ 139,60, mas o negócio vale R$ 139,61",
            agrees=False,
            compared=True,
        ),
    )


def held() -> Event:
    """An order whose situation has no stage."""
    view = created()
    steps = (
        *view.steps[:2],
        Step(title="Aguardando", text="A situação não tem etapa.", since="", state="wait"),
    )
    return msgspec.structs.replace(
        view,
        chip=HELD,
        notice=WAITS,
        steps=steps,
        total="",
        changes=(),
        no_change="Nada mudou ainda: o evento aguarda.",
        rows=None,
        calls=(),
        links=LINKS[:1],
    )


def _change(field: str, name: str, before: str, after: str, rule: str, locked: bool) -> Change:
    return Change(field=field, name=name, before=before, after=after, rule=rule, version="4", locked=locked)


def _line(
    name: str,
    quantity: str,
    price: str,
    discount: str,
    total: str,
    *,
    linked: bool = True,
    state: Literal["", "new", "gone"] = "",
) -> RowLine:
    return RowLine(
        name=name,
        linked=linked,
        state=state,
        quantity=quantity,
        price=price,
        discount=discount,
        total=total,
        was_quantity="",
        was_price="",
        was_discount="",
        was_total="",
    )


def records_view() -> Records:
    """Orders in all states."""
    kinds = ("Produtos", "Pedidos", "Vendas", "Contatos")
    rows = (
        ("Pedido 4812", Chip("Em dia", "ok"), "", "451"),
        ("Pedido 4811", Chip("Aguardando", "wait"), "situação sem etapa", ""),
        ("Pedido 3907", Chip("Fora do filtro"), "anterior ao início", ""),
    )
    return Records(
        title="Pedidos",
        lead="Cada pedido que a Ponte conhece, e como está o negócio dele.",
        icon="shopping-cart",
        kinds=tuple(Nav(label=kind, url="#", current=kind == "Pedidos") for kind in kinds),
        tabs=(
            StateTab("Todos", "216", "#", "", True),
            StateTab("Em dia", "212", "#", "ok", False),
            StateTab("Aguardando", "4", "#", "wait", False),
        ),
        rows=tuple(
            Line(
                url="#",
                icon="shopping-cart",
                label=label,
                key="",
                chip=chip,
                detail=detail,
                bitrix_id=bitrix_id,
                at=ago(seconds=400),
            )
            for label, chip, detail, bitrix_id in rows
        ),
        older="",
    )
