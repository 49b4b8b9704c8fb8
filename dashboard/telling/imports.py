"""Importação in words: the form, the forecast, what is under way, what was, one import's failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.account.toggles import LABELS, Toggle
from connector.domain.events import Kind, Outcome, Reason
from connector.domain.products import Filter
from connector.store.connections import Account
from connector.store.runs import Item, Run
from connector.sync.runs.forecast import Forecast
from connector.sync.runs.importing import KINDS
from connector.sync.runs.slices import Asked
from dashboard import formats
from dashboard.reader import _, plural
from dashboard.telling import reasons, runs, words
from dashboard.telling.runs import PATH, Known
from dashboard.views import imports as view
from dashboard.views.parts import Action, Choice

#: Options that an import of a kind goes by: the one that makes records, the one that changes them.
_OPTIONS: dict[Kind, tuple[Toggle, ...]] = {
    Kind.PRODUCT: (Toggle.PRODUCT_CREATE, Toggle.PRODUCT_UPDATE),
    Kind.ORDER: (Toggle.ORDER_CREATE, Toggle.ORDER_UPDATE),
}
ACTIVE = "A"


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The form's fields as they were typed."""

    tipo: str = ""
    desde: str = ""
    conta: str = ""
    situacao: str = ""
    automacoes: str = ""

    @property
    def kind(self) -> Kind:
        """Products unless another importable kind is named."""
        return Kind(self.tipo) if self.tipo in KINDS else Kind.PRODUCT

    def url(self, **more: str) -> str:
        """Importação with this typed in."""
        query = {name: value for name, value in (msgspec.structs.asdict(self) | more).items() if value}
        return f"{PATH}?{urlencode(query)}"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tenant stands before something is begun."""

    accounts: tuple[Account, ...]
    toggles: dict[Toggle, bool]
    #: Why nothing can be synced at this moment.
    refusal: Reason | None
    #: The newest rehearsal of the form's kind.
    rehearsal: Run | None


def wish(typed: Typed, since: datetime | None) -> Asked:
    """What the form asks for; the account has been checked."""
    active = frozenset({ACTIVE}) if typed.kind is Kind.PRODUCT and typed.situacao == ACTIVE else frozenset()
    accounts = frozenset({UUID(typed.conta)}) if typed.conta else frozenset()
    return Asked(since=since, accounts=accounts, products=Filter(situacao=active))


def refusal(reason: Reason | None) -> str:
    """Why nothing can be begun; empty when it can."""
    match reason:
        case None:
            return ""
        case Reason.QUOTA:
            return _("O limite do plano para este mês foi atingido.")
        case _:
            return _("A licença não está ativa. Ative-a para importar.")


def under_way(run: Run, known: Known) -> str:
    """Instead of beginning a second one."""
    return _("Já está em andamento: %(what)s. Espere terminar, ou cancele.") % {
        "what": runs.title(run, known)
    }


def form(
    typed: Typed,
    standing: Standing,
    errors: Mapping[str, str],
    forecast: Forecast | None,
    silent: str = "",
) -> view.Form:
    """What would be imported, as typed; `silent` = why there is no forecast."""
    refused, kind = refusal(standing.refusal), typed.kind
    rehearsal = standing.rehearsal
    return view.Form(
        kind=kind,
        tabs=tuple(view.KindTab(words.many(one), f"{PATH}?tipo={one}", one is kind) for one in KINDS),
        since=typed.desde[:10],
        accounts=_accounts(typed, standing.accounts),
        situations=_situations(typed) if kind is Kind.PRODUCT else (),
        automations=bool(typed.automacoes),
        errors={"desde": "", "conta": "", **errors},
        skips=_skips(kind, standing.toggles),
        options_url=f"/configuracao/{'pedido' if kind is Kind.ORDER else 'produto'}",
        refused=refused,
        refused_link=Action(label=_("Ver a licença"), url="/licenca") if refused else None,
        rehearsed=_rehearsed(rehearsal),
        rehearsal=None if rehearsal is None else Action(label=_("Ver o ensaio"), url=runs.url(rehearsal)),
        forecast=_forecast(kind, forecast) if forecast else ((silent,) if silent else ()),
    )


def failure(item: Item, kind: Kind) -> view.Failure:
    """A record that failed: why, and what to do."""
    found = reasons.told(item.reason, kind, item.outcome)
    sentence = found.sentence if found else _("Falhou.")
    return view.Failure(
        bling_id=str(item.bling_id),
        label=item.label or str(item.bling_id),
        why=f"{sentence} {item.detail}" if item.detail else sentence,
        remedy=found.remedy if found else "",
        url=f"/eventos/{item.event_id}" if item.event_id else "",
    )


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
    """An import's own page; `more` = the last failure shown when there are others."""
    return view.Import(
        pane=runs.pane(run, known, outcomes),
        failures=tuple(failure(item, run.kind) for item in failures),
        failed=plural("%(num)s registro", "%(num)s registros", run.failed),
        more_url="" if more is None else f"{runs.url(run)}?depois={more}",
        may_retry=known.may_change,
        said=said,
        refused=refused,
    )


def _accounts(typed: Typed, accounts: Sequence[Account]) -> tuple[Choice, ...]:
    if len(accounts) < 2:
        return ()
    every = Choice("", _("Todas as empresas"), not typed.conta)
    return (every, *(Choice(str(a.id), a.name or a.company_id, typed.conta == str(a.id)) for a in accounts))


def _situations(typed: Typed) -> tuple[Choice, ...]:
    return (
        Choice("", _("Todos"), typed.situacao != ACTIVE),
        Choice(ACTIVE, _("Só os ativos"), typed.situacao == ACTIVE),
    )


def _skips(kind: Kind, toggles: Mapping[Toggle, bool]) -> str:
    options = _OPTIONS.get(kind, ())
    off = [toggle for toggle in options if not toggles.get(toggle)]
    if not off:
        return ""
    names = ", ".join(f"“{_(LABELS[toggle])}”" for toggle in off)
    if len(off) == len(options):
        return _("Nada seria gravado: %(names)s estão desligadas.") % {"names": names}
    if off[0] is options[0]:
        return _("O que ainda não existe no Bitrix24 seria ignorado: %(names)s está desligada.") % {
            "names": names
        }
    return _("O que já existe no Bitrix24 não mudaria: %(names)s está desligada.") % {"names": names}


def _rehearsed(run: Run | None) -> str:
    if run is None:
        return _("Ainda não houve ensaio. Ele mostra o que aconteceria, sem gravar nada.")
    return _("Último ensaio: %(when)s.") % {"when": formats.date_time(run.started_at)}


def _forecast(kind: Kind, found: Forecast) -> tuple[str, ...]:
    about = formats.number(found.records)
    many = words.many(kind).lower()
    first = _("São %(count)s %(kind)s.") if found.exact else _("São cerca de %(count)s %(kind)s.")
    calls = _("Até %(bling)s chamadas ao Bling e %(bitrix24)s ao Bitrix24; cerca de %(time)s.") % {
        "bling": formats.number(found.bling_calls),
        "bitrix24": formats.number(found.bitrix24_requests),
        "time": runs.roughly(timedelta(seconds=found.seconds)),
    }
    lines = [first % {"count": about, "kind": many}, calls]
    if found.days > 1:
        lines.append(
            plural(
                "Para caber no limite diário do Bling, leva %(num)s dia.",
                "Para caber no limite diário do Bling, leva %(num)s dias.",
                found.days,
            )
        )
    return tuple(lines)
