"""Licença: from what is known to what is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from babel import dates

from connector.account.licence import BRAZIL, next_period
from connector.domain import licence as rights
from connector.domain.events import Kind
from connector.domain.licence import KEPT, Licence, LicenceSource, LicenceState, Subscription
from connector.domain.plans import PLANS, Plan
from connector.domain.vendor import ConnectionState
from dashboard import formats
from dashboard.reader import N_, _, plural, reader
from dashboard.telling import words
from dashboard.telling.known import Surroundings
from dashboard.views.licence import Licence as View
from dashboard.views.licence import PlanCard
from dashboard.views.parts import Chip, Fact, Meter, Tone

STATES: dict[LicenceState, tuple[str, Tone]] = {
    LicenceState.TRIAL: (N_("Em teste"), "run"),
    LicenceState.ACTIVE: (N_("Ativa"), "ok"),
    LicenceState.GRACE: (N_("Pagamento pendente"), "wait"),
    LicenceState.SUSPENDED: (N_("Suspensa"), "need"),
    LicenceState.CANCELED: (N_("Cancelada"), "need"),
    LicenceState.GRANTED: (N_("Concedida"), "ok"),
}
#: From here on a meter warns.
STRAINED = 0.8


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the page has read."""

    used: int
    people: int
    held: dict[Kind, int]
    held_since: datetime | None
    subscriptions: list[Subscription]
    has_customer: bool
    is_set_up: bool
    said: str = ""
    refused: str = ""
    window_url: str = ""


def licence(around: Surroundings, known: Known) -> View:
    """The whole screen."""
    present, now = around.licence, around.business_now
    plan = PLANS[present.plan] if present is not None else None
    living = [one for one in known.subscriptions if one.is_living]
    turns = next_period(now)
    return View(
        sentence=sentence(present, now),
        chip=chip(present),
        next=_next(present),
        held=tuple(Fact(words.many(kind), formats.number(n)) for kind, n in sorted(known.held.items())),
        held_since=_since(known.held_since),
        held_ends=_until(known.held_since),
        month=dates.format_date(now.astimezone(BRAZIL), "LLLL", locale=reader().language.locale),
        turns=formats.day(turns.isoformat()),
        meters=_meters(around, known, plan) if plan else (),
        log=plural("%(num)s dia", "%(num)s dias", plan.log_days) if plan else "",
        plans=tuple(_card(one, present, living, known, around) for one in PLANS.values()),
        has_portal=known.has_customer and known.is_set_up and around.viewer.may_change,
        may_go_on=around.viewer.may_change and any(one.cancel_at is not None for one in living),
        closed="" if known.is_set_up else _("A cobrança ainda não foi configurada nesta instalação."),
        said=known.said,
        refused=known.refused,
        window_url=known.window_url,
    )


def chip(present: Licence | None) -> Chip:
    """The state in a word."""
    if present is None:
        return Chip(_("Nenhuma"), "need")
    label, tone = STATES[present.state]
    return Chip(_(label), tone)


def sentence(present: Licence | None, now: datetime) -> str:
    """The state in one sentence."""
    if present is None:
        return _("Ainda não há licença: nada sincroniza.")
    values = {"plan": PLANS[present.plan].name, "date": _date(present.ends_at)}
    return _sentence(present, now) % values


def _sentence(present: Licence, now: datetime) -> str:
    ends = present.ends_at
    match present.state:
        case LicenceState.TRIAL if ends is not None:
            left = max(0, -((now - ends) // timedelta(days=1)))
            return plural(
                "Teste grátis até %%(date)s: falta %(num)s dia.",
                "Teste grátis até %%(date)s: faltam %(num)s dias.",
                left,
            )
        case LicenceState.ACTIVE if not present.renews:
            return _("Plano %(plan)s, cancelado: vale até %(date)s.")
        case LicenceState.ACTIVE if ends is not None:
            return _("Plano %(plan)s, renova em %(date)s.")
        case LicenceState.GRACE:
            return _("O último pagamento não passou. Tudo segue sincronizando até %(date)s.")
        case LicenceState.GRANTED if ends is not None:
            return _("Plano %(plan)s, concedido até %(date)s.")
        case LicenceState.CANCELED:
            return _("A assinatura terminou. Assine de novo para voltar a sincronizar.")
        case LicenceState.SUSPENDED if present.source == LicenceSource.TRIAL:
            return _("O teste terminou. Escolha um plano para voltar a sincronizar.")
        case LicenceState.SUSPENDED if present.source == LicenceSource.STRIPE:
            return _("A licença está suspensa por falta de pagamento. Pague para voltar a sincronizar.")
        case LicenceState.SUSPENDED:
            return _("A licença concedida terminou. Escolha um plano para voltar a sincronizar.")
    return _("Plano %(plan)s.")


def _next(present: Licence | None) -> tuple[str, ...]:
    """What happens now, and what happens on payment."""
    state = present.state if present is not None else LicenceState.SUSPENDED
    date = _date(present.ends_at) if present is not None else ""
    match state:
        case LicenceState.TRIAL:
            return (
                _("Tudo sincroniza durante o teste, com os limites do plano Profissional e sem cartão."),
                _("Depois de %(date)s, o que mudar no Bling espera até você assinar um plano.")
                % {"date": date},
            )
        case LicenceState.GRACE:
            return (
                _("Atualize o pagamento até %(date)s e nada para.") % {"date": date},
                _("Depois disso, o que mudar no Bling espera até o pagamento passar."),
            )
        case LicenceState.SUSPENDED | LicenceState.CANCELED:
            return (
                _("Nada sincroniza agora. O que muda no Bling fica guardado por 30 dias."),
                _("Ao pagar, entra o estado mais novo de cada registro, uma vez só."),
            )
    return (_("Tudo sincroniza. Acima do limite do mês, as mudanças esperam o mês seguinte."),)


def _meters(around: Surroundings, known: Known, plan: Plan) -> tuple[Meter, ...]:
    accounts = sum(one.state is not ConnectionState.NONE for one in around.accounts)
    return (
        _warning(_meter(_("Mudanças sincronizadas"), known.used, plan.synced_per_month)),
        _meter(_("Contas do Bling"), accounts, plan.accounts),
        _meter(_("Pessoas"), known.people, plan.people),
    )


def _meter(name: str, used: int, limit: int | None) -> Meter:
    if limit is None:
        return Meter(name, _("%(used)s, sem limite") % {"used": formats.number(used)}, 0.0)
    share = min(1.0, used / limit)
    text = _("%(used)s de %(limit)s") % {"used": formats.number(used), "limit": formats.number(limit)}
    return Meter(name, text, share)


def _warning(meter: Meter) -> Meter:
    """In colour when little is left: what goes beyond it waits."""
    tone: Tone = "need" if meter.share >= 1 else "wait" if meter.share >= STRAINED else ""
    return Meter(meter.label, meter.text, meter.share, tone)


def _card(
    plan: Plan, present: Licence | None, living: list[Subscription], known: Known, around: Surroundings
) -> PlanCard:
    current = living[-1] if living else None
    yours = present is not None and present.plan == plan.lookup_key and _is_bought(present)
    may_pay = known.is_set_up and around.viewer.may_change
    changes = current is not None and current.plan != plan.lookup_key and _is_paid(present)
    return PlanCard(
        key=plan.lookup_key,
        name=plan.name,
        price=formats.money(Decimal(plan.price_cents) / 100),
        includes=_includes(plan),
        yours=yours,
        button=_button(plan, current, present) if may_pay else "",
        change=_(
            "A diferença é cobrada hoje, só pelos dias que faltam do período; se for menor, vira crédito."
        )
        if changes
        else "",
    )


def _button(plan: Plan, current: Subscription | None, present: Licence | None) -> str:
    values = {"plan": plan.name}
    if current is None:
        return _("Assinar o %(plan)s") % values
    if current.plan != plan.lookup_key:
        return _("Mudar para o %(plan)s") % values
    return _("Gerenciar a assinatura") if _is_paid(present) else _("Pagar a fatura aberta")


def _includes(plan: Plan) -> tuple[str, ...]:
    people = (
        _("Pessoas sem limite")
        if plan.people is None
        else plural("%(num)s pessoa", "%(num)s pessoas", plan.people)
    )
    return (
        plural("%(num)s conta do Bling", "%(num)s contas do Bling", plan.accounts),
        _("%(count)s mudanças por mês") % {"count": formats.number(plan.synced_per_month)},
        plural("Histórico de %(num)s dia", "Histórico de %(num)s dias", plan.log_days),
        people,
    )


def _is_bought(present: Licence) -> bool:
    return present.state is not LicenceState.TRIAL and present.source != LicenceSource.TRIAL


def _is_paid(present: Licence | None) -> bool:
    return present is not None and present.state in rights.OPEN_STATES - {LicenceState.GRACE}


def _since(moment: datetime | None) -> str:
    return _("desde %(date)s") % {"date": formats.date_time(moment)} if moment else ""


def _until(since: datetime | None) -> str:
    return formats.date(since + KEPT) if since else ""


def _date(moment: datetime | None) -> str:
    return formats.date(moment) if moment else ""
