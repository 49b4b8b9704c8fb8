"""An import, a rehearsal or an export in words: state, progress, numbers, what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from connector.domain.events import Outcome, Reason, RecordState
from connector.domain.runs import DEEDS, Deed, RunState, Task
from connector.store.runs import Run
from connector.sync.runs import importing, pulse, rehearsing
from connector.sync.runs.rehearsing import Counts
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import reasons
from dashboard.telling.run_titles import Known, title, url
from dashboard.views.imports import Cancel, Figure, Past, Progress, RunPane
from dashboard.views.parts import Action, Chip, Tone

#: Deeds as the addresses have them.
DEED_PATHS = {"pausar": Deed.PAUSE, "continuar": Deed.RESUME, "cancelar": Deed.CANCEL}

_STATES: dict[RunState, tuple[str, Tone]] = {
    RunState.RUNNING: (N_("Em andamento"), "run"),
    RunState.PAUSED: (N_("Em pausa"), "wait"),
    RunState.DONE: (N_("Completa"), "ok"),
    RunState.CANCELLED: (N_("Cancelada"), ""),
    RunState.FAILED: (N_("Falhou"), "need"),
}
_DEEDS = {
    Deed.PAUSE: (N_("Pausar"), "pause"),
    Deed.RESUME: (N_("Continuar"), "play"),
    Deed.CANCEL: (N_("Cancelar"), ""),
}


def chip(state: RunState) -> Chip:
    """The chip of a run."""
    label, tone = _STATES[state]
    return Chip(_(label), tone)


def pane(run: Run, known: Known, outcomes: Mapping[Outcome, int]) -> RunPane:
    """The run as its page and Importação show it; `outcomes` of its records, unless it is a rehearsal."""
    says, link = _says(run)
    over = run.ended_at is not None
    return RunPane(
        id=str(run.id),
        url=url(run),
        title=title(run, known),
        started=_started(run, known),
        chip=chip(run.state),
        says=says,
        says_link=link,
        progress=None if over else _progress(run, known.now),
        figures=_figures(run, outcomes),
        deeds=_deeds(run) if known.may_change else (),
        running=run.state is RunState.RUNNING,
    )


def past(run: Run, known: Known) -> Past:
    """A line of the list of what was."""
    ended = run.ended_at or run.updated_at
    return Past(
        url=url(run),
        at=run.started_at,
        what=title(run, known),
        who=_who(run, known),
        records=formats.number(run.done),
        took=formats.duration(round((ended - run.started_at).total_seconds() * 1000)),
        chip=chip(run.state),
    )


def _who(run: Run, known: Known) -> str:
    return known.people.get(run.started_by, "") if run.started_by else _("Ponte")


def _started(run: Run, known: Known) -> str:
    words = {"time": formats.clock(run.started_at), "who": _who(run, known)}
    return _("Começou às %(time)s por %(who)s") % words if words["who"] else _("Começou às %(time)s") % words


def _says(run: Run) -> tuple[str, Action | None]:
    """Why it waits, or how it ended."""
    match run.state:
        case RunState.RUNNING if run.detail:
            return _why(run.detail)
        case RunState.PAUSED:
            return _("Nada se perdeu: continua de onde parou."), None
        case RunState.CANCELLED:
            return _("Cancelada. %(kept)s") % {"kept": _(_KEPT[run.task])}, None
        case RunState.FAILED:
            text = _("Parou depois de muitas tentativas: %(why)s") % {"why": _why(run.detail or "")[0]}
            return text, None
        case RunState.DONE if run.failed:
            return plural("%(num)s registro falhou.", "%(num)s registros falharam.", run.failed), None
        case RunState.DONE if run.task is not Task.REHEARSAL and (
            held := importing.tally_of(run.counts).held
        ):
            text = plural(
                "%(num)s registro espera a sua decisão.", "%(num)s registros esperam a sua decisão.", held
            )
            url = f"/registros?tipo={run.kind}&estado={RecordState.NEEDS_YOU}"
            return text, Action(label=_("Ver quais"), url=url)
        case _:
            return "", None


def _why(detail: str) -> tuple[str, Action | None]:
    """A reason of ours in words, with the way to its remedy; a vendor's words as they are."""
    if detail not in set(Reason):
        return _("Tentando de novo: %(why)s") % {"why": detail}, None
    found, reason = reasons.told(detail), Reason(detail)
    ways = {
        Reason.LICENCE: Action(label=_("Ver a licença"), url="/licenca"),
        Reason.QUOTA: Action(label=_("Ver a licença"), url="/licenca"),
    }
    connections = Action(label=_("Ver as conexões"), url="/configuracao/conexoes")
    return (found.sentence if found else detail), ways.get(
        reason, None if reason is Reason.PAUSED else connections
    )


def _progress(run: Run, now: datetime) -> Progress:
    known = run.total is not None
    share = min(1.0, run.done / run.total) if run.total else (1.0 if known else None)
    words = {"done": formats.number(run.done), "total": formats.number(run.total or run.listed)}
    count = _("%(done)s de %(total)s") if known else _("%(done)s de %(total)s encontrados até agora")
    return Progress(
        share=share,
        percent=formats.percent(share) if share is not None else "",
        count=count % words,
        left=_left(run, now),
        notes=tuple(_notes(run, now)),
    )


def _left(run: Run, now: datetime) -> str:
    if run.task is Task.REHEARSAL or run.state is not RunState.RUNNING:
        return ""
    left = pulse.left(importing.tally_of(run.counts).beats, now, run.done, run.total)
    return "" if left is None else _("faltam cerca de %(time)s") % {"time": roughly(left)}


def roughly(time: timedelta) -> str:
    """`40 segundos`, `10 minutos`, `3 horas`."""
    seconds = max(1, round(time.total_seconds()))
    if seconds < 90:
        return plural("%(num)s segundo", "%(num)s segundos", seconds)
    if seconds < 5400:
        return plural("%(num)s minuto", "%(num)s minutos", round(seconds / 60))
    return plural("%(num)s hora", "%(num)s horas", round(seconds / 3600))


def _notes(run: Run, now: datetime) -> list[str]:
    if run.task is Task.REHEARSAL:
        return [_("Nada é gravado de nenhum lado.")]
    notes = [_("Grava no Bling ERP")] if run.task is Task.EXPORT else []
    if run.state is RunState.RUNNING:
        speed = pulse.per_second(importing.tally_of(run.counts).beats, now, run.done)
        if speed is not None:
            notes.append(_("%(number)s por segundo") % {"number": formats.number(max(1, round(speed)))})
        notes.append(_("As mudanças do dia passam na frente"))
    return notes


def cancel(run: Run, known: Known) -> Cancel:
    """The question before it is cancelled."""
    open_ = (run.listed if run.total is None else run.total) - run.done
    facts = [_(_KEPT[run.task])]
    if run.task is Task.REHEARSAL:
        facts.append(_("O resultado fica pela metade: vale só para o que já foi visto."))
    elif open_ > 0:
        facts.append(
            plural(
                "%(num)s registro que espera a vez sai da fila, sem ser gravado.",
                "%(num)s registros que esperam a vez saem da fila, sem serem gravados.",
                open_,
            )
        )
    facts.append(_("Não dá para continuar depois; começar outra vez não repete o que já está igual."))
    pauses = run.state is RunState.RUNNING
    return Cancel(
        title=title(run, known),
        back=url(run),
        url=f"{url(run)}/cancelar",
        facts=tuple(facts),
        done=plural("%(num)s registro já passou.", "%(num)s registros já passaram.", run.done)
        if run.done
        else "",
        pause=Action(label=_("Só pausar"), icon="pause", url=f"{url(run)}/pausar", posts=True)
        if pauses
        else None,
    )


#: What stays of a run that is cancelled.
_KEPT = {
    Task.IMPORT: N_("O que já foi gravado no Bitrix24 fica como está."),
    Task.EXPORT: N_("O que já foi gravado no Bling ERP fica como está."),
    Task.REHEARSAL: N_("Nada foi gravado de nenhum lado."),
}


def _deeds(run: Run) -> tuple[Action, ...]:
    """Pausing and going on are done at once, cancelling asks first."""
    return tuple(
        Action(
            label=_(_DEEDS[deed][0]),
            icon=_DEEDS[deed][1],
            url=f"{url(run)}/{path}",
            posts=deed is not Deed.CANCEL,
        )
        for path, deed in DEED_PATHS.items()
        if run.state in DEEDS[deed][0]
    )


def _figures(run: Run, outcomes: Mapping[Outcome, int]) -> tuple[Figure, ...]:
    match run.task:
        case Task.REHEARSAL:
            return _rehearsed(run)
        case Task.EXPORT:
            return _written(run, outcomes, _("novos no Bling"), _("já existiam no Bling"))
        case _:
            return _written(run, outcomes, _("novos no Bitrix24"), _("já existiam no Bitrix24"))


def _written(run: Run, outcomes: Mapping[Outcome, int], created: str, updated: str) -> tuple[Figure, ...]:
    """Numbers of an import or an export."""

    def count(*which: Outcome) -> str:
        return formats.number(sum(outcomes.get(one, 0) for one in which))

    held = importing.tally_of(run.counts).held
    return (
        Figure(name=_("Criados"), value=count(Outcome.CREATED), meaning=created),
        Figure(name=_("Atualizados"), value=count(Outcome.UPDATED), meaning=updated),
        Figure(name=_("Sem mudança"), value=count(Outcome.UNCHANGED), meaning=_("já eram iguais")),
        Figure(name=_("Ignorados"), value=count(Outcome.SKIPPED), meaning=_("por opção ou filtro")),
        Figure(
            name=_("Para corrigir"),
            value=formats.number(run.failed + held),
            meaning=_("esperam você") if held else _("falharam"),
        ),
    )


def _rehearsed(run: Run) -> tuple[Figure, ...]:
    counts: Counts = rehearsing.counts_of(run.counts)
    named = (
        (_("Já ligados"), counts.linked, _("par conhecido")),
        (_("Seriam ligados"), counts.adopted, _("pelo SKU")),
        (_("Seriam criados"), counts.new, _("novos no Bitrix24")),
        (_("Mudariam"), counts.differing, _("dos que já existem lá")),
        (_("Para corrigir"), counts.ambiguous + counts.failed, _("precisam de você")),
        (_("Ficam de fora"), counts.excluded, _("por opção ou filtro")),
    )
    return tuple(
        Figure(name=name, value=formats.number(value), meaning=meaning) for name, value, meaning in named
    )
