"""Conferência: from what a reconciliation found to what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import msgspec

from connector.account.drift import Agreement
from connector.account.drift import Reconciliation as Found
from connector.account.people import Viewer
from connector.domain.drift import FieldDrift, Mending, What, Why, score
from connector.domain.events import Kind
from connector.domain.runs import RunState
from connector.store.drift import Standing as Stood
from connector.store.runs import Finding, Run
from connector.sync.runs.repairing import can_be_repaired
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import words
from dashboard.telling.field_words import FieldWords
from dashboard.telling.history import url as event_url
from dashboard.views.drift_chart import Curve
from dashboard.views.parts import Action, Chip, Fact, Notice
from dashboard.views.reconciliation import Card, Confirm, Difference, FieldDiffering, Reconciliation, Standing
from dashboard.views.records import StateTab

PATH = "/importacao/conferencias"
WHATS: dict[What, str] = {
    What.MISSING: N_("Falta no Bitrix24"),
    What.DIFFERS: N_("Diferente"),
    What.DELETED: N_("Excluído"),
    What.ORPHAN: N_("Órfão"),
    What.DOUBLE: N_("Duplo"),
}
WHYS: dict[Why, str] = {
    Why.CHANGED_IN_BLING: N_("Mudou no Bling, e a Ponte não soube."),
    Why.EDITED_IN_BITRIX24: N_("Foi editado no Bitrix24."),
    Why.CHANGED_ON_BOTH: N_("Mudou nos dois lados."),
    Why.NEVER_SYNCED: N_("Está no Bling e nunca foi sincronizado."),
    Why.GONE_IN_BLING: N_("Não existe mais no Bling."),
    Why.DELETED_IN_BITRIX24: N_("Foi excluído no Bitrix24."),
    Why.PAIR_LOST: N_("Existe nos dois lados, mas a ligação se perdeu."),
    Why.BAD_MARK: N_("A marca no Bitrix24 não é um ID do Bling."),
    Why.TWO_IN_BITRIX24: N_("Dois registros do Bitrix24 são do mesmo registro do Bling."),
    Why.TWO_IN_BLING: N_("Dois registros do Bling têm o mesmo par no Bitrix24."),
}
STATES: dict[RunState, Chip] = {
    RunState.RUNNING: Chip(N_("Comparando"), "run"),
    RunState.PAUSED: Chip(N_("Pausada"), "wait"),
    RunState.DONE: Chip(N_("Concluída"), "ok"),
    RunState.CANCELLED: Chip(N_("Cancelada")),
    RunState.FAILED: Chip(N_("Falhou"), "need"),
}
REPAIRS: dict[str, Chip] = {
    "queued": Chip(N_("Corrigindo"), "run"),
    "held": Chip(N_("Aguardando"), "wait"),
    "done": Chip(N_("Corrigido"), "ok"),
    "failed": Chip(N_("Não corrigido"), "need"),
}


#: How many comparisons a curve can show.
LENGTHS = (30, 90)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    run_id: str
    what: What | None = None
    #: The finding that the page before ended with.
    after: int = 0
    #: So many records were put in the queue just now.
    queued: int | None = None
    #: It was under way already when somebody wanted to begin one.
    again: bool = False
    #: So many comparisons are drawn.
    last: int = LENGTHS[0]

    def url(self, what: What | None = None, after: int = 0, last: int = 0) -> str:
        """The same reconciliation, narrowed or further on, with a curve as long as now or of `last`."""
        drawn = last or self.last
        given = {"diferenca": what, "depois": after or None, "ultimas": drawn if drawn != LENGTHS[0] else 0}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{PATH}/{self.run_id}" + (f"?{query}" if query else "")


def card(agreement: Agreement | None, under_way: Mapping[Kind, Run], viewer: Viewer, kinds: int) -> Card:
    """How far both sides agree, and what compares them now; `kinds` = how many can be compared."""
    may_begin = viewer.may_change and len(under_way) < kinds
    return Card(
        score=share(agreement.compared, agreement.differing) if agreement else "",
        meaning=_agree(agreement.compared, agreement.differing) if agreement else _("Nunca conferido."),
        at=agreement.at if agreement else None,
        kinds=tuple(map(_standing, agreement.kinds)) if agreement else (),
        running=tuple(
            Action(label=_("Comparando: %(kind)s") % {"kind": words.many(kind)}, url=f"{PATH}/{run.id}")
            for kind, run in under_way.items()
        ),
        begin=_begin() if may_begin else None,
        all_url=PATH,
    )


def _begin() -> Action:
    return Action(label=_("Conferir agora"), url=PATH, icon="rotate-ccw", posts=True)


def _standing(one: Stood) -> Standing:
    return Standing(
        name=words.many(one.kind),
        score=share(one.compared, one.differing),
        text=_agree(one.compared, one.differing),
        url=f"{PATH}/{one.run_id}",
    )


def share(compared: int, differing: int) -> str:
    """How many records are the same on both sides: `99,94 %`."""
    same = 1 - score(compared, differing)
    return formats.percent(same, 2 if differing else 0)


def _agree(compared: int, differing: int) -> str:
    if not differing:
        return plural("%(num)s registro comparado", "%(num)s registros comparados", compared)
    return _("%(differing)s de %(compared)s diferem") % {
        "differing": formats.number(differing),
        "compared": formats.number(compared),
    }


def reconciliation(
    found: Found,
    asked: Asked,
    viewer: Viewer,
    known: FieldWords,
    pairs: frozenset[int],
    size: int,
    drawn: Curve,
    mending: Mending,
) -> Reconciliation:
    """The whole screen; `pairs` = Bling ids of its rows that have a record's page."""
    run = found.run
    over = run.state not in (RunState.RUNNING, RunState.PAUSED)
    shown = found.findings[:size]
    left = _left(found)
    may_repair = viewer.may_change and over and left > 0
    return Reconciliation(
        url=asked.url(asked.what, asked.after),
        title=_("Conferência: %(kind)s") % {"kind": words.many(run.kind)},
        crumb=words.many(run.kind),
        chip=state_chip(run.state),
        lead=_lead(run),
        moving=run.state is RunState.RUNNING or found.repair.queued > 0,
        figures=tuple(_figures(found)),
        notice=_notice(run),
        curve=drawn,
        nightly=_nightly(mending),
        tabs=tuple(_tabs(found, asked)),
        rows=tuple(_difference(one, known, pairs, may_choose=may_repair) for one in shown),
        repair_all=_("Corrigir tudo") if may_repair else "",
        repair_url=f"{PATH}/{run.id}/corrigir",
        begin=_begin() if viewer.may_change and over else None,
        kind=run.kind,
        next_url=asked.url(asked.what, shown[-1].n) if len(found.findings) > size else "",
        first_url=asked.url(asked.what) if asked.after else "",
        said=_said(asked),
    )


def _left(found: Found) -> int:
    """Differences whose repair is neither done nor under way."""
    repair = found.repair
    return sum(found.counts.values()) - repair.queued - repair.held - repair.done


def state_chip(state: RunState) -> Chip:
    """`Concluída`."""
    return _told(STATES[state])


def _told(chip: Chip) -> Chip:
    return Chip(_(chip.label), chip.tone)


def _lead(run: Run) -> str:
    began = _("Começou em %(time)s") % {"time": formats.date_time(run.started_at)}
    if run.ended_at is None:
        return began
    return began + ", " + _("terminou em %(time)s") % {"time": formats.date_time(run.ended_at)}


def _figures(found: Found) -> Iterable[Fact]:
    over = found.run.ended_at is not None and found.run.state is RunState.DONE
    yield Fact(_("Iguais nos dois lados"), share(found.compared, found.differing) if over else "–")
    yield Fact(_("Comparados"), formats.number(found.compared))
    differing = found.differing if over else sum(found.counts.values())
    yield Fact(_("Diferem"), formats.number(differing))
    yield Fact(_("Fora da sincronização"), formats.number(found.excluded))
    if found.unread:
        yield Fact(_("Não puderam ser lidos"), formats.number(found.unread))
    repair = found.repair
    tried = repair.queued + repair.held + repair.done + repair.failed
    if tried:
        said = {"done": formats.number(repair.done), "all": formats.number(tried)}
        yield Fact(_("Corrigidos"), _("%(done)s de %(all)s") % said)
    if repair.held:
        yield Fact(_("Aguardando"), formats.number(repair.held))


def _nightly(mending: Mending) -> Action:
    """What happens to differences by themselves."""
    if mending is Mending.ALL:
        return Action(label=_("Toda noite a Ponte corrige sozinha o que difere."), url=f"{PATH}#noite")
    return Action(
        label=_("Toda noite a Ponte corrige sozinha só o que mudou no Bling sem aviso."), url=f"{PATH}#noite"
    )


def _notice(run: Run) -> Notice | None:
    if run.state is RunState.FAILED:
        return Notice(
            tone="need",
            fact=_("Esta conferência não chegou ao fim."),
            next_step=run.detail or _("Comece outra."),
        )
    return None


def _said(asked: Asked) -> str:
    if asked.again:
        return _("Esta conferência já estava em andamento.")
    if asked.queued is None:
        return ""
    if not asked.queued:
        return _("Não há nada que a Ponte possa corrigir aqui.")
    return plural("%(num)s registro na fila.", "%(num)s registros na fila.", asked.queued)


def _tabs(found: Found, asked: Asked) -> Iterable[StateTab]:
    total = formats.number(sum(found.counts.values()))
    yield StateTab(_("Todas"), total, asked.url(), "", asked.what is None)
    for what in What:
        n = found.counts.get(what, 0)
        if n or what is asked.what:
            yield StateTab(_(WHATS[what]), formats.number(n), asked.url(what), "", asked.what is what)


def _difference(one: Finding, known: FieldWords, pairs: frozenset[int], *, may_choose: bool) -> Difference:
    kind, bling_id = one.kind, one.bling_id or 0
    is_open = one.repair in (None, "failed")
    return Difference(
        label=one.label or f"{words.kind(kind)} {bling_id or one.bitrix_id or ''}".strip(),
        url=f"/registros/{kind}/{bling_id}" if bling_id in pairs else "",
        facts=tuple(_facts(one)),
        what=Chip(_(WHATS[What(one.what)]), "wait"),
        why=_(WHYS[Why(one.detail)]) if one.detail in set(Why) else one.detail or "",
        fields=tuple(
            _field(field, known) for field in msgspec.json.decode(one.fields, type=list[FieldDrift])
        ),
        repair=_told(REPAIRS[one.repair]) if one.repair in REPAIRS else None,
        event_url=event_url(one.event_id) if one.event_id else "",
        chosen=str(bling_id) if may_choose and is_open and can_be_repaired(one) else "",
    )


def _facts(one: Finding) -> Iterable[str]:
    if one.bling_id:
        yield f"Bling {one.bling_id}"
    if one.bitrix_id:
        yield f"Bitrix24 {one.bitrix_id}"


def _field(one: FieldDrift, known: FieldWords) -> FieldDiffering:
    return FieldDiffering(
        name=known.title(one.field),
        bling=known.value(one.field, one.bling),
        bitrix24=known.value(one.field, one.bitrix24),
        why=_(WHYS[one.why]) if one.why is not None else "",
    )


def confirm(found: Found, records: Iterable[int], labels: Iterable[str]) -> Confirm:
    """Ask once more; without records all that is left is meant."""
    chosen = tuple(map(str, records))
    n = len(chosen) or _left(found)
    back = f"{PATH}/{found.run.id}"
    return Confirm(
        back=back,
        url=f"{back}/corrigir",
        sentence=plural("Corrigir %(num)s diferença?", "Corrigir %(num)s diferenças?", n),
        meaning=_(
            "Cada registro é lido de novo, e o que o Bling diz é gravado no Bitrix24. O que foi editado lá "
            "à mão é substituído, e o que falta é criado. O que só uma pessoa decide fica como está."
        ),
        button=plural("Corrigir %(num)s", "Corrigir %(num)s", n) if chosen else _("Corrigir tudo"),
        records=chosen,
        labels=tuple(labels),
    )
