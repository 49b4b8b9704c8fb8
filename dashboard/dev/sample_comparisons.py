"""Invented: comparisons of both sides, under way and over."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from connector.domain.events import Kind
from connector.store.drift import Score
from dashboard.dev.sample_shell import ago
from dashboard.reader import reader
from dashboard.telling.drift_curve import curve
from dashboard.views import reconciliation as drift
from dashboard.views.drift_chart import Curve
from dashboard.views.parts import Action, Chip, Fact, Nav, Notice
from dashboard.views.records import StateTab

SCORES = (0, 4, 2, 12, 3, 1)
KINDS = (Nav(label="Produtos", url="#", current=True), Nav(label="Pedidos", url="#"))


def _curve() -> Curve:
    now = reader().now
    scores = [
        Score(
            run_id=UUID(int=n), ended_at=now - timedelta(days=len(SCORES) - n), compared=4_790, differing=some
        )
        for n, some in enumerate(SCORES)
    ]
    return curve(Kind.PRODUCT, scores, 30, lambda last: "#", UUID(int=len(SCORES) - 1))


def card() -> drift.Card:
    """Compared yesterday, and again just now."""
    return drift.Card(
        score="99,94 %",
        meaning="3 de 4.790 diferem",
        at=ago(days=1),
        kinds=(drift.Standing(name="Produtos", score="99,94 %", text="3 diferem", url="#"),),
        running=(Action(label="Comparando produtos, 42 %", url="#"),),
        begin=Action(label="Conferir agora", url="#", icon="rotate-ccw", posts=True),
        all_url="#",
    )


def comparison() -> drift.Reconciliation:
    """Over, with differences: one is chosen, one repaired."""
    price = drift.FieldDiffering(name="Preço", bling="R$ 89,90", bitrix24="R$ 80,00", why="editado à mão")
    brand = drift.FieldDiffering(name="Marca", bling="Aurora", bitrix24="", why="")
    return drift.Reconciliation(
        url="#",
        title="Conferência: Produtos",
        crumb="Produtos",
        chip=Chip("Concluída", "ok"),
        lead="23/11/2026 03:00, em 4 min",
        moving=False,
        figures=(Fact("Comparados", "4.790"), Fact("Iguais", "99,94 %"), Fact("Diferem", "2")),
        notice=Notice(tone="info", fact="Nada foi gravado ainda.", next_step="Escolha o que corrigir."),
        curve=_curve(),
        nightly=Action(label="Toda noite a Ponte corrige o que se perdeu.", url="#"),
        tabs=(StateTab("Todas", "2", "#", "", True), StateTab("Diferente", "1", "#", "", False)),
        rows=(
            _differing("Garrafa térmica inox 500 ml", Chip("Diferente", "wait"), (price, brand), chosen="7"),
            _differing("Pote hermético 1,2 L", Chip("Falta no Bitrix24", "need"), (), repaired=True),
        ),
        repair_all="Corrigir tudo",
        repair_url="#",
        begin=Action(label="Conferir de novo", url="#"),
        kind="product",
        next_url="#",
        first_url="#",
        said="1 na fila.",
    )


def comparing() -> drift.Reconciliation:
    """Nothing was found so far."""
    return msgspec.structs.replace(
        comparison(),
        chip=Chip("Em andamento", "run"),
        moving=False,
        notice=None,
        rows=(),
        repair_all="",
        begin=None,
        said="",
    )


def agreement() -> drift.Agreement:
    """All comparisons."""
    return drift.Agreement(
        card=card(),
        nightly=drift.Nightly(url="#", everything=True, editable=True, said=""),
        kinds=KINDS,
        curve=_curve(),
        past=(
            drift.Past(
                at=ago(days=1),
                url="#",
                kind="Produtos",
                who="a noite",
                share="99,94 %",
                differing="3",
                took="4 min",
                chip=Chip("Concluída", "ok"),
            ),
        ),
        next_url="#",
    )


def repair() -> drift.Confirm:
    """The question before differences are repaired."""
    return drift.Confirm(
        back="#",
        url="#",
        sentence="Corrigir 1 diferença?",
        meaning="O valor do Bling é gravado no Bitrix24.",
        button="Corrigir 1",
        records=("7",),
        labels=("Garrafa térmica inox 500 ml",),
    )


def _differing(
    label: str,
    what: Chip,
    fields: tuple[drift.FieldDiffering, ...],
    *,
    chosen: str = "",
    repaired: bool = False,
) -> drift.Difference:
    return drift.Difference(
        label=label,
        url="#",
        facts=("SKU GAR-INX-500", "Bling 16082340917"),
        what=what,
        why="Foi editado no Bitrix24.",
        fields=fields,
        repair=Chip("Corrigido", "ok") if repaired else None,
        event_url="#" if repaired else "",
        chosen=chosen,
    )
