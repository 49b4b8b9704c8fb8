"""Invented: imports, rehearsals, exports and comparisons in all their states."""

from __future__ import annotations

from collections import defaultdict
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
from dashboard.views.exports import ExportForm, Exports, Preview, Way
from dashboard.views.imports import (
    Cancel,
    Change,
    Example,
    Failure,
    Figure,
    Form,
    Group,
    Import,
    Imports,
    KindTab,
    Past,
    Progress,
    Rehearsal,
    RunPane,
)
from dashboard.views.parts import Action, Chip, Choice, Fact, Nav, Notice
from dashboard.views.records import StateTab
from dashboard.views.ticks import Part

PAUSE = Action(label="Pausar", url="#", icon="pause", posts=True)
RESUME = Action(label="Continuar", url="#", icon="play", posts=True)
CANCEL = Action(label="Cancelar", url="#", posts=True)
FIGURES = (
    Figure(name="Criados", value="1.204", meaning="no Bitrix24"),
    Figure(name="Atualizados", value="3.571", meaning="já existiam"),
    Figure(name="Falharam", value="3", meaning="para corrigir"),
)
RUNNING = RunPane(
    id="1",
    url="#",
    title="Importação de produtos",
    started="Helena Martins, 23/11/2026 14:05",
    chip=Chip("Em andamento", "run"),
    says="",
    says_link=None,
    progress=Progress(
        share=0.42,
        percent="42 %",
        count="4.778 de 11.376",
        left="faltam cerca de 38 min",
        notes=("2,9 por segundo", "12 aguardam"),
    ),
    figures=FIGURES,
    deeds=(PAUSE, CANCEL),
    running=True,
)
COUNTING = msgspec.structs.replace(
    RUNNING,
    id="2",
    title="Exportação de produtos",
    progress=Progress(share=None, percent="", count="300 lidos", left="", notes=()),
    figures=(),
)
PAUSED = msgspec.structs.replace(
    RUNNING,
    id="3",
    title="Importação de pedidos",
    chip=Chip("Em pausa", "wait"),
    says="O limite de consultas do Bling por hoje acabou. Continua sozinha amanhã.",
    says_link=Action(label="Ver limites", url="#"),
    deeds=(RESUME, CANCEL),
    running=False,
)
DONE = msgspec.structs.replace(
    RUNNING,
    id="4",
    chip=Chip("Completa", "ok"),
    says="Terminou em 1 h 6 min.",
    progress=None,
    deeds=(),
    running=False,
)
FORM = Form(
    kind="product",
    tabs=(KindTab("Produtos", "#", True), KindTab("Pedidos", "#", False), KindTab("Contatos", "#", False)),
    since="",
    accounts=(Choice("1", "Matriz", True), Choice("2", "Filial Curitiba")),
    situations=(Choice("", "Todos", True), Choice("A", "Ativos")),
    parts=(
        Part(
            name="categoria",
            title="Categorias",
            chosen="1 de 2",
            choices=(Choice("1", "Casa › Copos", True), Choice("2", "Casa › Chaleiras")),
            empty="Nenhuma categoria.",
        ),
    ),
    lists="O Bling não respondeu agora. As listas são de 22/11/2026 18:40.",
    automations=False,
    errors=defaultdict(str),
    skips="A opção que cria produtos está desligada: o que ainda não existe fica de fora.",
    options_url="#",
    refused="",
    refused_link=None,
    rehearsed="O último ensaio foi há 2 h.",
    rehearsal=Action(label="Ver o ensaio", url="#"),
    forecast=("114 chamadas ao Bling, cerca de 40 s.",),
)


def imports() -> Imports:
    """One runs, one waits; the form; what was."""
    past = (("Produtos, todos", "11.376", "1 h 6 min", Chip("Completa", "ok")),)
    return Imports(
        url="/dev/components/importacao",
        running=True,
        panes=(RUNNING, PAUSED),
        form=FORM,
        past=tuple(
            Past(
                url="#",
                at=ago(days=3),
                what=what,
                who="Helena Martins",
                records=records,
                took=took,
                chip=chip,
            )
            for what, records, took, chip in past
        ),
        older_url="#",
        newest_url="#",
        refused="",
    )


def refused() -> Imports:
    """For who typed something wrong, and nothing was there yet."""
    wrong = msgspec.structs.replace(
        FORM,
        errors=defaultdict(
            str, desde="Escreva uma data que já passou.", conta="Esta conta não está conectada."
        ),
        refused="A licença não está ativa.",
        refused_link=Action(label="Ver os planos", url="#"),
        forecast=(),
    )
    view = imports()
    return msgspec.structs.replace(
        view, panes=(), form=wrong, past=(), refused="Já existe uma importação em andamento."
    )


def done_with_failures() -> Import:
    """All but a few went over."""
    return Import(
        pane=DONE,
        failures=(
            Failure(
                number="1",
                key="GAR-INX-500",
                label="Garrafa térmica inox 500 ml",
                why="Preço: o valor 99999999999 é grande demais",
                remedy="Corrija o valor no Bling. A mudança chega sozinha.",
                url="#",
            ),
        ),
        failed="1 para corrigir",
        more_url="#",
        may_retry=True,
        said="1 na fila.",
        refused="",
    )


def rehearsal() -> Rehearsal:
    """What an import would do."""
    changed = (Change("Preço", "R$ 84,90", "R$ 89,90"), Change("Marca", "", "Aurora Casa"))
    example = Example(label="Garrafa térmica inox 500 ml", key="GAR-INX-500", detail="", changes=changed)
    return Rehearsal(
        pane=msgspec.structs.replace(DONE, title="Ensaio de produtos"),
        groups=(
            Group(
                name="Seriam criados", count="1.204", meaning="ainda não existem lá", reasons=(), examples=()
            ),
            Group(
                name="Seriam alterados",
                count="37",
                meaning="um valor difere",
                reasons=(Fact("fora do filtro", "12"),),
                examples=(example,),
            ),
        ),
        notes=("Nada foi gravado.",),
        import_url="#",
        refused="",
    )


def cancel() -> Cancel:
    """The question."""
    return Cancel(
        title="Importação de produtos",
        url="#",
        back="#",
        done="4.778 já passaram.",
        facts=("O resto não passa.", "O que já foi gravado fica."),
        pause=PAUSE,
    )


def exports() -> Exports:
    """One counts; the form with a list that nobody understands."""
    return Exports(
        url="#",
        running=False,
        panes=(COUNTING,),
        form=ExportForm(
            every=Way("todos", "Todos os produtos", chosen=False),
            of_section=Way("secao", "De uma seção", chosen=False),
            chosen=Way("lista", "Só estes", chosen=True),
            sections=(Choice("21", "Casa › Copos", True),),
            lists="As seções são de 22/11/2026 18:40.",
            products="GAR-INX-500\nnada",
            since="",
            new_only=True,
            errors=defaultdict(str, produtos="Nenhum produto combina com “nada”."),
            heading="O que acontece no Bling",
            means=("Produtos que ainda não estão lá são criados.",),
            skips="A opção que altera produtos no Bling está desligada.",
            refused="",
            refused_link=None,
            preview=Preview(figures=FIGURES[:2], notes=("Cerca de 40 s.",)),
            silent="",
        ),
        refused="",
    )


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
