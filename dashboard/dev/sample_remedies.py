"""Invented content for remedies: the question before many run, and a list of one reason."""

from __future__ import annotations

import msgspec

from dashboard.dev.sample_deal import records_view
from dashboard.views.parts import Action
from dashboard.views.records import Records, StateTab
from dashboard.views.remedies import Bar, Confirm


def confirm() -> Confirm:
    """Bringing what was left out."""
    return Confirm(
        title="Trazer os 37 que ficaram de fora?",
        lead="37 registros · Pedidos",
        facts=("Cada registro é lido no Bling como está agora.", "Cada registro gravado conta no plano."),
        button="Trazer os 37 que ficaram de fora",
        back="#",
        reason="create_off",
        kind="order",
        anything=True,
    )


def of_a_reason() -> Records:
    """A list with its reasons, what the chosen one means, and what was just done."""
    bar = Bar(
        sentence="A situação do Bling ainda não tem etapa no Bitrix24.",
        actions=(Action(label="Definir a etapa", url="#"), Action(label="Tentar os 4 de novo", url="#")),
    )
    tabs = (
        StateTab("Situação sem etapa", "4", "#", "", True),
        StateTab("Valor inválido", "1", "#", "", False),
    )
    said = "4 mudanças na fila."
    return msgspec.structs.replace(records_view(), reasons=tabs, bar=bar, said=said, search="caneca")
