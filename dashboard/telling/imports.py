"""What imports and exports share in words: why one is not begun, which one is under way, what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.account.toggles import LABELS, Toggle
from connector.domain.events import Outcome, Reason
from connector.domain.runs import Task
from connector.store.runs import Item, Run
from dashboard.reader import _, plural
from dashboard.telling import reasons, runs
from dashboard.telling.run_titles import Known, title, url
from dashboard.views import imports as view


def refusal(reason: Reason | None) -> str:
    """Why nothing can be begun; empty when it can."""
    match reason:
        case None:
            return ""
        case Reason.QUOTA:
            return _("O limite do plano para este mês foi atingido.")
        case _:
            return _("A licença não está ativa. Ative-a para importar ou exportar.")


def under_way(run: Run, known: Known) -> str:
    """Instead of beginning a second one."""
    return _("Já está em andamento: %(what)s. Espere terminar, ou cancele.") % {"what": title(run, known)}


def skips(create: Toggle, update: Toggle, toggles: Mapping[Toggle, bool], side: str) -> str:
    """What would not be written on a side, for its options are off; empty when both are on."""
    off = [toggle for toggle in (create, update) if not toggles.get(toggle)]
    if not off:
        return ""
    words = {"names": ", ".join(f"“{_(LABELS[toggle])}”" for toggle in off), "side": side}
    if len(off) > 1:
        return _("Nada seria gravado: %(names)s estão desligadas.") % words
    if off == [create]:
        return _("O que ainda não existe no %(side)s seria ignorado: %(names)s está desligada.") % words
    return _("O que já existe no %(side)s não mudaria: %(names)s está desligada.") % words


def failure(item: Item, run: Run) -> view.Failure:
    """A record that failed: why, and what to do."""
    found = reasons.told(item.reason, run.kind, item.outcome)
    sentence, remedy = (found.sentence, found.remedy) if found else (_("Falhou."), "")
    if run.task is Task.EXPORT and item.reason is Reason.REFUSED_BY_BLING:
        sentence = _("O Bling recusou a gravação.")
        remedy = _("Corrija o produto no Bitrix24 e tente de novo.")
    return view.Failure(
        number=str(item.bling_id),
        key=_key(item),
        label=item.label or str(item.bling_id),
        why=f"{sentence} {item.detail}" if item.detail else sentence,
        remedy=remedy,
        url=f"/eventos/{item.event_id}" if item.event_id else "",
    )


def _key(item: Item) -> str:
    """The id that people find it by: of Bitrix24 for what Bling does not have."""
    return f"Bitrix24 {-item.bling_id}" if item.bling_id < 0 else f"Bling {item.bling_id}"


def one(
    run: Run,
    known: Known,
    outcomes: Mapping[Outcome, int],
    failures: Sequence[Item],
    more: int | None,
    *,
    said: str,
    refused: str,
) -> view.Import:
    """The page of an import or an export; `more` = the last failure shown when there are others."""
    return view.Import(
        pane=runs.pane(run, known, outcomes),
        failures=tuple(failure(item, run) for item in failures),
        failed=plural("%(num)s registro", "%(num)s registros", run.failed),
        more_url="" if more is None else f"{url(run)}?depois={more}",
        may_retry=known.may_change,
        said=said,
        refused=refused,
    )
