"""A rehearsal's result in words: each class with what it means and examples."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connector.domain.events import Kind
from connector.domain.runs import RunState
from connector.store.runs import Finding, Run
from connector.sync.runs import rehearsing
from connector.sync.runs.rehearsing import Class, Counts, Shown
from dashboard import formats
from dashboard.reader import N_, _, plural
from dashboard.telling import changes, reasons, runs
from dashboard.telling.rules import bitrix24_name
from dashboard.telling.run_titles import Known, url
from dashboard.views import imports as view
from dashboard.views.parts import Fact

DIFFERING = "differing"
#: What becomes of the records of a class.
_GROUPS = (
    (Class.AMBIGUOUS, N_("Mais de um candidato"), N_("Você escolhe o par de cada um.")),
    (Class.FAILED, N_("Falhariam"), N_("O motivo está em cada exemplo.")),
    (DIFFERING, N_("Mudariam"), N_("Existem no Bitrix24, e estes campos seriam gravados.")),
    (Class.NEW, N_("Seriam criados"), N_("Ainda não existem no Bitrix24.")),
    (Class.ADOPTED, N_("Seriam ligados"), N_("Já existem no Bitrix24 com o mesmo código, e ficam como par.")),
    (Class.LINKED, N_("Já ligados"), N_("Têm par conhecido no Bitrix24.")),
    (Class.EXCLUDED, N_("Ficam de fora"), N_("Por uma opção ou pelo filtro.")),
)


def rehearsal(
    run: Run, known: Known, examples: Sequence[Finding], refused: str = "", *, may_import: bool
) -> view.Rehearsal:
    """The whole page."""
    counts = rehearsing.counts_of(run.counts)
    groups = [_group(what, name, meaning, run, counts, examples) for what, name, meaning in _GROUPS]
    return view.Rehearsal(
        pane=runs.pane(run, known, {}),
        groups=tuple(one for one in groups if one is not None),
        notes=_notes(run, counts),
        import_url=f"{url(run)}/importar" if may_import and run.state is RunState.DONE else "",
        refused=refused,
    )


def _group(
    what: str, name: str, meaning: str, run: Run, counts: Counts, examples: Sequence[Finding]
) -> view.Group | None:
    count: int = getattr(counts, what)
    if not count:
        return None
    return view.Group(
        name=_(name),
        count=formats.number(count),
        meaning=_(meaning),
        reasons=_reasons(counts, run.kind) if what == Class.EXCLUDED else (),
        examples=tuple(_example(one, run.kind) for one in examples if one.what == what),
    )


def _reasons(counts: Counts, kind: Kind) -> tuple[Fact, ...]:
    """Why records would stay out, the most frequent first."""
    ordered = sorted(counts.reasons.items(), key=lambda one: (-one[1], one[0]))
    told = [(reasons.told(code, kind), count) for code, count in ordered]
    return tuple(Fact(one.short, formats.number(count)) for one, count in told if one is not None)


def _example(one: Finding, kind: Kind) -> view.Example:
    explained = reasons.told(one.detail, kind)
    fields = msgspec.json.decode(one.fields, type=list[Shown])
    return view.Example(
        label=one.label or str(one.bling_id or ""),
        key=str(one.bling_id or ""),
        detail=explained.sentence if explained else "",
        changes=tuple(
            view.Change(
                bitrix24_name(it.field),
                changes.written(it.field, it.bitrix24),
                changes.written(it.field, it.bling),
            )
            for it in fields
            if it.field[:1] != "@"
        ),
    )


def _notes(run: Run, counts: Counts) -> tuple[str, ...]:
    notes = [_("O ensaio conta como se as opções estivessem ligadas. Nada foi gravado.")]
    if counts.guessed:
        notes.append(
            plural(
                "%(num)s registro foi contado só pela lista, sem abrir um a um.",
                "%(num)s registros foram contados só pela lista, sem abrir um a um.",
                counts.guessed,
            )
        )
    return tuple(notes)
