"""Visão geral: from what is known to what is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from connector.domain.events import Kind, RecordState
from connector.domain.licence import Licence, LicenceState
from connector.domain.plans import PLANS
from connector.domain.vendor import ConnectionState
from dashboard import formats
from dashboard.reader import N_, _, plural, reader
from dashboard.telling import figures, history, words
from dashboard.telling.causes import causes, offers
from dashboard.telling.connections import portal_facts, to_portal
from dashboard.telling.known import Day, Limits, Surroundings
from dashboard.telling.notices import START
from dashboard.telling.records import SHOWN
from dashboard.telling.rules import OPTIONS, ORDER_OPTIONS
from dashboard.telling.shell import domain
from dashboard.views import chart
from dashboard.views.overview import Figure, Overview, Side, StateGroup, StateLine, Step
from dashboard.views.parts import Action, Fact, Meter, Tone

#: The bridge pulses when something passed so lately.
PASSING = timedelta(minutes=1)
DAY = timedelta(days=1)
#: Worst first among those that are not well.
ORDER = (
    RecordState.IN_STEP,
    RecordState.WAITING,
    RecordState.NEEDS_YOU,
    RecordState.EXCLUDED,
    RecordState.DELETED,
)
LICENCES: dict[LicenceState, str] = {
    LicenceState.TRIAL: N_("Em teste"),
    LicenceState.ACTIVE: N_("Ativa"),
    LicenceState.GRACE: N_("Pagamento pendente"),
    LicenceState.SUSPENDED: N_("Suspensa"),
    LicenceState.CANCELED: N_("Cancelada"),
    LicenceState.GRANTED: N_("Concedida"),
}


def overview(around: Surroundings, day: Day, limits: Limits) -> Overview:
    """The whole screen."""
    now = reader().now
    last = day.last_sync_at
    return Overview(
        sentence=_sentence(around, day),
        now=now,
        steps=_steps(around, day),
        bling=_bling(around, limits),
        bitrix24=_bitrix24(around, limits),
        passing=last is not None and now - last < PASSING,
        last_passed=last,
        figures=(*_counted(around, day), _success(day), _speed(day), _licence(around.licence, day.used)),
        chart=chart.draw(figures.slots(day.half_hours), now),
        states=tuple(
            _group(kind, day.states[kind]) for kind in SHOWN if any(day.states.get(kind, {}).values())
        ),
        causes=(
            *causes(day.reasons, around.viewer),
            *offers(day.reasons, day.toggles, around.viewer),
        ),
        feed=tuple(history.feed_item(event, day.syncs) for event in day.feed),
    )


def is_connected(around: Surroundings) -> bool:
    """Whether both sides work."""
    return has_bling(around) and has_portal(around)


def has_bling(around: Surroundings) -> bool:
    """Whether an account works."""
    return any(account.state is ConnectionState.CONNECTED for account in around.accounts)


def has_portal(around: Surroundings) -> bool:
    """Whether the portal works."""
    return around.portal is not None and around.portal.state is ConnectionState.CONNECTED


def _sentence(around: Surroundings, day: Day) -> str:
    """The answer to the one question that the owner asks."""
    waiting = sum(around.held.values())
    if not is_connected(around):
        return _("A ponte está parada: um dos lados não está conectado.")
    if not _ticked(day):
        return _("Os dois lados estão conectados. Falta escolher o que sincroniza.")
    if needing := sum(states.get(RecordState.NEEDS_YOU, 0) for states in day.states.values()):
        return plural(
            "%(num)s registro precisa de você. O resto está em dia.",
            "%(num)s registros precisam de você. O resto está em dia.",
            needing,
        )
    if waiting:
        return plural("%(num)s mudança aguarda.", "%(num)s mudanças aguardam.", waiting)
    return _("Tudo em dia. O que muda no Bling chega ao Bitrix24 em segundos.")


def _steps(around: Surroundings, day: Day) -> tuple[Step, ...]:
    """The first run; gone for good with the first record that was synced."""
    if day.last_sync_at is not None:
        return ()
    connected, ticked = is_connected(around), _ticked(day)
    title, text, remedy = _to_connect(around)
    options = Action(label=_("Escolher opções"), url="/configuracao/produto")
    return (
        Step(
            number=1,
            title=title,
            text=text,
            done=connected,
            next=not connected,
            action=remedy,
        ),
        Step(
            number=2,
            title=_("Ativar as opções"),
            text=_("Escolha o que o Bling faz no Bitrix24. Tudo começa desligado."),
            done=ticked,
            next=connected and not ticked,
            action=options,
        ),
        Step(
            number=3,
            title=_("Testar"),
            text=_("Salve um produto ou um pedido no Bling e veja-o chegar aqui, ao vivo."),
            done=False,
            next=connected and ticked,
        ),
    )


def _to_connect(around: Surroundings) -> tuple[str, str, Action | None]:
    """The first step: Bling, unless that works and the portal does not."""
    if has_bling(around) and around.portal is None:
        text = _("Você diz o endereço do seu Bitrix24, autoriza, e volta para cá.")
        return _("Conectar o Bitrix24"), text, to_portal() if around.viewer.may_change else None
    if has_bling(around) and not has_portal(around):
        text = _("Abra a Ponte dentro do Bitrix24, em Aplicativos, como administrador do portal.")
        return _("Conectar o Bitrix24"), text, Action(label=_("Ver conexões"), url="/configuracao/conexoes")
    name = _("Conectar ao Bling")
    text = _("Você vai ao Bling, autoriza, e volta para cá. Leva um minuto.")
    return name, text, Action(label=name, url=START) if around.viewer.may_change else None


def _ticked(day: Day) -> bool:
    return any(day.toggles.get(name) for name in (*OPTIONS, *ORDER_OPTIONS))


def _bling(around: Surroundings, limits: Limits) -> Side:
    # One that was disconnected on purpose is no trouble while others work.
    kept = [account for account in around.accounts if account.state is not ConnectionState.NONE]
    accounts = kept or around.accounts
    if not accounts:
        return Side(
            short="Bl", name="Bling ERP", company="", chip=words.connection(ConnectionState.NONE), facts=()
        )
    worst = next((one for one in accounts if one.state is not ConnectionState.CONNECTED), accounts[0])
    names = ", ".join(account.name for account in accounts)
    since = min(account.connected_at or account.state_since for account in accounts)
    begun = Fact(_("Desde"), formats.date_time(since))
    facts = (Fact(_("Contas"), names), begun) if len(accounts) > 1 else (begun,)
    chip = words.connection(worst.state)
    return Side(
        short="Bl",
        name="Bling ERP",
        company=accounts[0].name,
        chip=chip,
        facts=facts,
        meter=_bling_meter(limits),
    )


def _absent(short: str, name: str) -> Side:
    return Side(short=short, name=name, company="", chip=words.connection(ConnectionState.NONE), facts=())


def _bling_meter(limits: Limits) -> Meter | None:
    usage = limits.bling
    if usage is None:
        return None
    text = _("Ponte %(ours)s · outros %(others)s · limite %(limit)s") % {
        "ours": formats.number(usage.ours_today),
        "others": formats.number(usage.others_today),
        "limit": formats.number(usage.per_day),
    }
    share = min(1.0, (usage.ours_today + usage.others_today) / usage.per_day)
    return Meter(_("Consultas hoje"), text, share, _strain(share))


def _bitrix24(around: Surroundings, limits: Limits) -> Side:
    portal = around.portal
    if portal is None:
        return Side(
            short="B24", name="Bitrix24", company="", chip=words.connection(ConnectionState.NONE), facts=()
        )
    return Side(
        short="B24",
        name="Bitrix24",
        company=domain(portal),
        chip=words.connection(portal.state),
        facts=portal_facts(portal)[:2],
        meter=_bitrix24_meter(limits),
    )


def _bitrix24_meter(limits: Limits) -> Meter | None:
    usage = limits.bitrix24
    if usage is None:
        return None
    share = max(usage.bucket, *usage.methods.values(), 0.0)
    text = _("Ponte %(ours)s · outros %(others)s hoje · %(share)s do limite agora") % {
        "ours": formats.number(usage.ours_today),
        "others": formats.number(usage.others_today),
        "share": formats.percent(share),
    }
    return Meter(_("Chamadas"), text, min(1.0, share), _strain(share))


def _strain(share: float) -> Tone:
    return "wait" if share > 0.9 else ""


def _counted(around: Surroundings, day: Day) -> tuple[Figure, Figure]:
    now = reader().now
    midnight = formats.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    done = [(one.hour, one.n) for one in day.hours if one.outcome in figures.DONE]
    today = sum(n for hour, n in done if hour >= midnight)
    before = sum(n for hour, n in done if hour < midnight and hour <= now - DAY)
    month = Figure(name=_("Neste mês"), value=formats.number(day.used), meaning=_of_plan(around.licence))
    meaning = _("ontem até esta hora: %(count)s") % {"count": formats.number(before)}
    return Figure(name=_("Sincronizados hoje"), value=formats.number(today), meaning=meaning), month


def _of_plan(licence: Licence | None) -> str:
    if licence is None or licence.plan not in PLANS:
        return _("sem plano")
    return _("de %(count)s do plano") % {"count": formats.number(PLANS[licence.plan].synced_per_month)}


def _success(day: Day) -> Figure:
    tried, failed = figures.tried(day.half_hours)
    name = _("Taxa de sucesso")
    if not tried:
        return Figure(name=name, value="–", meaning=_("nada nas últimas 24 h"))
    meaning = _("%(failed)s de %(tried)s falharam em 24 h") % {
        "failed": formats.number(failed),
        "tried": formats.number(tried),
    }
    return Figure(name=name, value=formats.percent(1 - failed / tried, 1 if failed else 0), meaning=meaning)


def _speed(day: Day) -> Figure:
    name = _("Da mudança ao Bitrix24")
    median, most = (figures.latency_ms(day.half_hours, share) for share in (0.5, 0.99))
    if median is None or most is None:
        return Figure(name=name, value="–", meaning=_("nada nas últimas 24 h"))
    meaning = _("mediana; 99 %% em até %(time)s") % {"time": formats.duration(most)}
    return Figure(name=name, value=formats.duration(median), meaning=meaning)


def _licence(licence: Licence | None, used: int) -> Figure:
    name = _("Licença")
    if licence is None:
        return Figure(name=name, value=_("Nenhuma"), meaning=_("nada sincroniza sem licença"))
    plan = PLANS[licence.plan].name if licence.plan in PLANS else licence.plan
    ends = licence.ends_at
    until = _("%(plan)s, até %(date)s") % {"plan": plan, "date": formats.date(ends)} if ends else plan
    link = Action(label=_("Ver licença"), url="/licenca")
    return Figure(name=name, value=_(LICENCES[licence.state]), meaning=until, link=link)


def _group(kind: Kind, states: Mapping[RecordState, int]) -> StateGroup:
    lines = tuple(_state(kind, state, states[state]) for state in ORDER if states.get(state))
    return StateGroup(name=words.many(kind), lines=lines)


def _state(kind: Kind, state: RecordState, count: int) -> StateLine:
    one, many, tone = words.STATES[state]
    url = f"/registros?tipo={kind}&estado={state}"
    return StateLine(count=count, text=_(one) if count == 1 else _(many), tone=tone, url=url)
