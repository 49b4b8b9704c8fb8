"""Filas e limites."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.account.operator_budgets import Budgets
from connector.domain.events import Lane
from connector.domain.vendor import ConnectionState
from connector.store.operator_queues import COUNTED, Broken, Stuck
from connector.store.operator_tenants import LaneRow
from dashboard import formats
from dashboard.operator.telling import words
from dashboard.operator.views import Budget, Counted, Figure, Obstacle, Queues, StuckLine
from dashboard.reader import _
from dashboard.telling import reasons
from dashboard.telling import words as shared
from dashboard.views.parts import Tone

#: From this share of a limit on it is amber, from that on red.
AMBER, RED = 0.7, 0.9
SIDES = {"bling": "Bling", "bitrix24": "Bitrix24"}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits over all tenants."""

    lanes: list[LaneRow]
    held: dict[str, int]
    broken: list[Broken]
    #: Connected accounts that Bling does not tell of.
    silent: int = 0
    stuck: list[Stuck]
    #: Accounts whose tokens were renewed within the hour.
    renewed: int
    dead: int
    #: None while Redis is away.
    budgets: Budgets | None
    now: datetime


def queues(known: Waiting) -> Queues:
    """The screen."""
    return Queues(
        figures=figures(known),
        lanes=tuple(_lane(lane, known) for lane in Lane),
        held=tuple(_held(reason, n) for reason, n in known.held.items()),
        budgets=_budgets(known.budgets),
        breakers=_breakers(known.budgets),
        broken=(*(_connections(one) for one in known.broken), *_silent(known.silent)),
        stuck=tuple(_stuck(one, known.now) for one in known.stuck),
    )


def figures(known: Waiting) -> tuple[Figure, ...]:
    """The four numbers."""
    depth = sum(one.n for one in known.lanes)
    oldest = min((one.oldest for one in known.lanes), default=None)
    renewals = formats.number(known.renewed)
    budgets = known.budgets
    return (
        Figure(
            name=_("Na fila"),
            value=words.up_to(depth, COUNTED),
            meaning=_("eventos sem resultado, fora os que aguardam"),
            url="/operator/filas",
        ),
        Figure(
            name=_("Mais atrasado"),
            value=words.overdue(oldest, known.now),
            meaning=_("desde quando deveria ter passado"),
            url="/operator/filas",
        ),
        Figure(
            name=_("Parados na última hora"),
            value=words.up_to(known.dead, COUNTED),
            meaning=_("a Ponte desistiu depois de 24 horas"),
            tone="need" if known.dead else "",
            url="/operator/parados",
        ),
        Figure(
            name=_("Renovações de acesso"),
            value=f"{budgets.token_calls} / {budgets.token_calls_most}" if budgets else "–",
            meaning=_("por minuto no Bling; %(count)s contas na última hora") % {"count": renewals},
            url="/operator/filas",
        ),
    )


def _lane(lane: Lane, known: Waiting) -> Counted:
    row = next((one for one in known.lanes if one.lane is lane), None)
    if row is None:
        return Counted(words.lane(lane), "0", "–")
    return Counted(words.lane(lane), words.up_to(row.n, COUNTED), words.overdue(row.oldest, known.now))


def _held(reason: str, n: int) -> Counted:
    told = reasons.told(reason)
    return Counted(told.short if told else reason, formats.number(n))


def _connections(one: Broken) -> Counted:
    chip = shared.connection(ConnectionState(one.state))
    return Counted(f"{SIDES.get(one.provider, one.provider)}: {chip.label}", formats.number(one.n))


def _silent(n: int) -> tuple[Counted, ...]:
    return (Counted(_("Bling: sem avisos"), formats.number(n)),) if n else ()


def _stuck(one: Stuck, now: datetime) -> StuckLine:
    return StuckLine(
        url=f"/operator/clientes/{one.tenant_id}",
        name=one.name,
        count=words.up_to(one.n, COUNTED),
        age=words.lasting(now - one.oldest),
    )


def _budgets(found: Budgets | None) -> tuple[Budget, ...]:
    if found is None:
        return ()
    return (
        _budget(_("Chamadas ao Bling por segundo"), found.requests, found.requests_most),
        _budget(_("Renovações de acesso por minuto"), found.token_calls, found.token_calls_most),
        _budget(_("Erros que contam contra o nosso endereço"), found.errors, found.errors_most),
    )


def _budget(label: str, used: int, most: int) -> Budget:
    share = min(1.0, used / most)
    tone: Tone = "need" if share >= RED else "wait" if share >= AMBER else ""
    text = _("%(used)s de %(most)s") % {"used": formats.number(used), "most": formats.number(most)}
    return Budget(label=label, text=text, share=share, tone=tone)


def _breakers(found: Budgets | None) -> tuple[Obstacle, ...]:
    if found is None:
        return (
            Obstacle(
                sentence=_("O Redis não responde."),
                next_step=_("Avisos continuam sendo guardados; nada passa até ele voltar."),
                tone="need",
            ),
        )
    if found.blocked_s:
        minutes = -(-found.blocked_s // 60)
        return (
            Obstacle(
                sentence=_("O Bling bloqueou o nosso endereço por mais %(minutes)s min.")
                % {"minutes": minutes},
                next_step=_("Nenhuma conta é chamada até lá. O que chega fica na fila."),
                tone="need",
            ),
        )
    if found.errors >= found.errors_most:
        return (
            Obstacle(
                sentence=_("As chamadas ao Bling estão freadas: erros demais."),
                next_step=_("Elas voltam aos poucos, para o Bling não bloquear o nosso endereço."),
                tone="wait",
            ),
        )
    return ()
