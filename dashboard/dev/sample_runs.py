"""Invented: imports, rehearsals and exports in all their states."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from dashboard.dev.sample_shell import ago
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
from dashboard.views.parts import Action, Chip, Choice, Fact
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
