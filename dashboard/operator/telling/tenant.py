"""One tenant: what keeps its events from passing, in the order in which it has to be mended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.account.licence import Right
from connector.domain.events import Reason
from connector.domain.plans import PLANS
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal
from connector.store.erasures import Erasure
from connector.store.operator_tenants import COUNTED, ErrorRow, Health, LaneRow, TenantRow
from connector.store.operators import Deed
from connector.store.people import Member
from dashboard import formats
from dashboard.operator.telling import words
from dashboard.operator.telling.deeds import deed
from dashboard.operator.telling.tenants import LATE, chip, failures, licence_text, licensed
from dashboard.operator.views import (
    ConnectionLine,
    Counted,
    ErrorLine,
    LicenceForm,
    Obstacle,
    TenantPage,
)
from dashboard.reader import _, plural
from dashboard.telling import audit as audit_words
from dashboard.telling import reasons
from dashboard.telling import words as shared
from dashboard.telling.notices import broken
from dashboard.telling.shell import domain
from dashboard.views.parts import Chip, Choice, Fact


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is read about the tenant."""

    row: TenantRow
    health: Health
    accounts: list[Account]
    #: Accounts that Bling does not tell of, and since when.
    silent: dict[UUID, datetime]
    portal: Portal | None
    right: Right | None
    grant_note: str
    lanes: list[LaneRow]
    held: dict[str, int]
    errors: list[ErrorRow]
    people: list[Member]
    erasure: Erasure | None
    drainer: str | None
    may_change: bool
    deeds: list[Deed]
    now: datetime
    business_now: datetime


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a form of the page: each sentence stands beside its form."""

    licence: LicenceForm = LicenceForm()
    visit_error: str = ""
    pause_error: str = ""


def tenant(known: Known, said: Said) -> TenantPage:
    """The page."""
    row = known.row
    return TenantPage(
        id=str(row.tenant_id),
        name=row.name,
        chip=chip(row, known.health, known.now, known.business_now),
        facts=_facts(known),
        obstacles=obstacles(known),
        connections=_connections(known),
        lanes=tuple(
            Counted(words.lane(one.lane), words.up_to(one.n, COUNTED), words.overdue(one.oldest, known.now))
            for one in known.lanes
        ),
        held=tuple(Counted(_reason(reason), formats.number(n)) for reason, n in known.held.items()),
        errors=tuple(_error(one) for one in known.errors),
        people=tuple(
            Fact(one.name, f"{audit_words.reached(one.email)} · {_(audit_words.ROLES[one.role])}")
            for one in known.people
        ),
        licence=licence_text(row, known.business_now),
        licence_facts=_licence_facts(known),
        form=_form(known, said.licence),
        paused=row.paused_at is not None,
        leaving=known.erasure is not None,
        may_change=known.may_change,
        visit_error=said.visit_error,
        pause_error=said.pause_error,
        deeds=tuple(deed(one) for one in known.deeds),
    )


def obstacles(known: Known) -> tuple[Obstacle, ...]:
    """Why events do not pass; empty when nothing stands in their way."""
    found = (_leaving(known), _paused(known), *_broken(known), _licence(known), _quota(known), _late(known))
    return tuple(one for one in found if one is not None)


def _leaving(known: Known) -> Obstacle | None:
    if known.erasure is None:
        return None
    date = formats.date(known.erasure.due_at)
    return Obstacle(
        sentence=_("A empresa está saindo da Ponte. Os dados são apagados em %(date)s.") % {"date": date},
        next_step=_("Só um proprietário da empresa pode desfazer isso, em Equipe."),
        tone="need",
    )


def _paused(known: Known) -> Obstacle | None:
    if known.row.paused_at is None or known.erasure is not None:
        return None
    return Obstacle(
        sentence=_("Um operador pausou este cliente em %(date)s.")
        % {"date": formats.date_time(known.row.paused_at)},
        next_step=_waits(known.held.get(Reason.PAUSED, 0)),
        tone="wait",
        anchor="#pausa",
        anchor_text=_("Retomar"),
    )


def _broken(known: Known) -> list[Obstacle]:
    sides = [(account.state, f"Bling, {account.name}") for account in known.accounts]
    if known.portal is not None:
        sides.append((known.portal.state, "Bitrix24"))
    waiting = sum(known.held.get(reason, 0) for reason in _OF_CONNECTIONS)
    found = [broken(state, side, waiting) for state, side in sides if state is not ConnectionState.NONE]
    lost = [
        Obstacle(sentence=fact, next_step=_("Só o cliente reconecta, na tela Conexões dele."), tone="need")
        for fact, _step in found
        if fact
    ]
    if not known.accounts or known.portal is None:
        side = "Bling" if not known.accounts else "Bitrix24"
        lost.append(
            Obstacle(
                sentence=_("O %(side)s não está conectado.") % {"side": side},
                next_step=_("Nada pode passar antes que o cliente conecte os dois lados."),
                tone="wait",
            )
        )
    return lost


def _licence(known: Known) -> Obstacle | None:
    if licensed(known.row, known.business_now):
        return None
    return Obstacle(
        sentence=_("A licença não está ativa: %(licence)s.")
        % {"licence": licence_text(known.row, known.business_now)},
        next_step=_waits(known.held.get(Reason.LICENCE, 0)),
        tone="need",
        anchor="#licenca",
        anchor_text=_("Dar uma licença"),
    )


def _quota(known: Known) -> Obstacle | None:
    waiting = known.held.get(Reason.QUOTA, 0)
    if not waiting:
        return None
    return Obstacle(
        sentence=_("O limite do plano para este mês foi atingido."),
        next_step=_waits(waiting),
        tone="wait",
        anchor="#licenca",
        anchor_text=_("Dar um plano maior"),
    )


def _late(known: Known) -> Obstacle | None:
    due = known.health.oldest_due
    if due is None or known.now - due <= LATE:
        return None
    who = (
        _("O worker %(name)s está com este cliente agora.") % {"name": known.drainer}
        if known.drainer
        else _("Nenhum worker está com este cliente. Veja se os workers estão no ar.")
    )
    return Obstacle(
        sentence=_("O evento mais atrasado deveria ter passado há %(time)s.")
        % {"time": words.lasting(known.now - due)},
        next_step=who,
        tone="need",
    )


_OF_CONNECTIONS = (Reason.NEEDS_RECONNECT, Reason.INACTIVE, Reason.SCOPE_MISSING, Reason.NOT_CONNECTED)


def _waits(waiting: int) -> str:
    if not waiting:
        return _("O que chegar fica guardado.")
    return plural(
        "%(num)s evento está guardado e passa assim que puder.",
        "%(num)s eventos estão guardados e passam assim que puderem.",
        waiting,
    )


def _facts(known: Known) -> tuple[Fact, ...]:
    health = known.health
    last = formats.ago(health.last_sync) if health.last_sync else _("nunca")
    return (
        Fact(_("Última sincronização"), last),
        Fact(_("Atraso"), words.overdue(health.oldest_due, known.now)),
        Fact(_("Falhas em 24 h"), failures(health)),
        Fact(_("Cliente desde"), formats.date(known.row.created_at)),
    )


def _licence_facts(known: Known) -> tuple[Fact, ...]:
    right = known.right
    if right is None:
        return ()
    most = PLANS[right.licence.plan].synced_per_month
    used = _("%(used)s de %(most)s neste mês") % {
        "used": formats.number(right.used),
        "most": formats.number(most),
    }
    facts = [
        Fact(_("Plano"), words.plan(right.licence.plan)),
        Fact(_("Uso"), used),
        Fact(_("Origem"), _source(right.licence.source)),
    ]
    if known.grant_note:
        facts.append(Fact(_("Nota"), known.grant_note))
    return tuple(facts)


def _source(source: str) -> str:
    return {
        "trial": _("Teste"),
        "stripe": "Stripe",
        "operator": _("Operador"),
        "market": "Bitrix24 Market",
    }.get(source, source)


def _form(known: Known, typed: LicenceForm) -> LicenceForm:
    chosen = known.row.plan or ""
    plans = typed.plans or tuple(Choice(key, plan.name, key == chosen) for key, plan in PLANS.items())
    return msgspec.structs.replace(typed, plans=plans)


def _connections(known: Known) -> tuple[ConnectionLine, ...]:
    lines = [_account(account, known.silent.get(account.id)) for account in known.accounts]
    if (portal := known.portal) is not None:
        lines.append(
            ConnectionLine(
                name="Bitrix24",
                detail=domain(portal),
                chip=shared.connection(portal.state),
                since=portal.state_since,
            )
        )
    return tuple(lines)


def _account(account: Account, silent_since: datetime | None) -> ConnectionLine:
    """One that Bling does not tell of works all the same: the sweep brings its changes, hours later."""
    return ConnectionLine(
        name=f"Bling · {account.name}",
        detail=account.company_id,
        chip=shared.connection(account.state) if silent_since is None else Chip(_("Sem avisos"), "wait"),
        since=silent_since or account.state_since,
    )


def _error(one: ErrorRow) -> ErrorLine:
    told = reasons.told(one.reason, one.kind)
    why = one.detail or (told.sentence if told else "")
    return ErrorLine(
        at=one.settled_at,
        label=f"{shared.kind(one.kind)} {one.label}",
        chip=shared.outcome(one.outcome),
        why=why,
    )


def _reason(reason: str) -> str:
    told = reasons.told(reason)
    return told.short if told else reason
