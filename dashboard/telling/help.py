"""Ajuda: topics, what each of them checks, and the lists that follow from the code itself."""

from __future__ import annotations

from decimal import Decimal

from connector.account.self_check import Check
from connector.domain.events import Kind, Reason
from connector.domain.plans import PLANS, Plan
from dashboard import formats
from dashboard.help_texts import Topic, text
from dashboard.reader import N_, _, plural, reader
from dashboard.telling import reasons
from dashboard.views.help import (
    HelpIndex,
    HelpTopic,
    PlanRow,
    ReasonGroup,
    ReasonRow,
    SelfCheck,
    TopicCard,
)

PATH = "/ajuda"
ICONS = {
    Topic.HOW: "arrow-right",
    Topic.START: "toggle-right",
    Topic.EVENTS: "activity",
    Topic.MAPPING: "git-compare",
    Topic.TESTING: "play",
    Topic.PROBLEMS: "life-buoy",
    Topic.PRICE: "credit-card",
    Topic.SECURITY: "shield-check",
}
_SIDES = frozenset({Check.BLING, Check.BLING_ANSWERS, Check.BITRIX24, Check.BITRIX24_ANSWERS})
#: What a reader of the topic wants to know of the own company.
CHECKS: dict[Topic, frozenset[Check]] = {
    Topic.HOW: _SIDES | {Check.HEARD, Check.WAITING},
    Topic.START: frozenset({Check.BLING, Check.BITRIX24, Check.LICENCE, Check.TOGGLES, Check.STAGES}),
    Topic.EVENTS: frozenset({Check.TOGGLES, Check.HEARD, Check.STAGES, Check.WAITING}),
    Topic.MAPPING: frozenset({Check.BITRIX24, Check.CATALOGUE, Check.RULES, Check.STAGES}),
    Topic.TESTING: _SIDES | {Check.LICENCE, Check.PAUSE, Check.TOGGLES, Check.HEARD, Check.WAITING},
    Topic.PROBLEMS: frozenset(Check),
    Topic.PRICE: frozenset({Check.LICENCE, Check.ROOM, Check.PAUSE}),
    Topic.SECURITY: _SIDES,
}
#: What holds an event until a person, or time, mends it.
_HOLDS = (
    *(Reason.NEEDS_RECONNECT, Reason.INACTIVE, Reason.SCOPE_MISSING, Reason.NOT_CONNECTED, Reason.LICENCE),
    *(Reason.QUOTA, Reason.PAUSED, Reason.STAGE_MISSING, Reason.AMBIGUOUS, Reason.GUARD_RAIL, Reason.LOOP),
)
#: What ends one as failed or dead.
_FAILS = (
    *(Reason.INVALID_VALUE, Reason.REFUSED_BY_BITRIX24, Reason.REFUSED_BY_BLING, Reason.PARENT_MISSING),
    *(Reason.GAVE_UP, Reason.EXPIRED),
)
GROUPS = (
    (N_("Aguardando"), _HOLDS),
    (N_("Falhou ou parado"), _FAILS),
    (N_("Ignorado ou sem mudança"), tuple(one for one in Reason if one not in (*_HOLDS, *_FAILS))),
)


def index() -> HelpIndex:
    """All topics."""
    return HelpIndex(topics=_cards(None))


def topic(which: Topic, *, may_check: bool, check: SelfCheck | None = None) -> HelpTopic:
    """One topic in the reader's language; `check` = what was just found."""
    said = text(which, reader().language)
    return HelpTopic(
        title=said.title,
        lead=said.lead,
        body=said.body,
        topics=_cards(which),
        check_url=f"{PATH}/{which}/verificar" if may_check else "",
        check=check,
        reasons=tuple(_group(title, them) for title, them in GROUPS) if which is Topic.PROBLEMS else (),
        plans=tuple(map(_plan, PLANS.values())) if which is Topic.PRICE else (),
    )


def _cards(current: Topic | None) -> tuple[TopicCard, ...]:
    return tuple(_card(one, current=one is current) for one in Topic)


def _card(one: Topic, *, current: bool) -> TopicCard:
    said = text(one, reader().language)
    return TopicCard(title=said.title, lead=said.lead, url=f"{PATH}/{one}", icon=ICONS[one], current=current)


def _group(title: str, them: tuple[Reason, ...]) -> ReasonGroup:
    return ReasonGroup(title=_(title), rows=tuple(map(_reason, them)))


def _reason(one: Reason) -> ReasonRow:
    product, deal = reasons.told(one, Kind.PRODUCT), reasons.told(one, Kind.ORDER)
    if product is None or deal is None:
        raise LookupError(f"no words for the reason {one}")
    differs = (deal.sentence, deal.remedy) != (product.sentence, product.remedy)
    return ReasonRow(
        code=one.value.replace("_", "-"),
        name=product.short,
        sentence=product.sentence,
        remedy=product.remedy,
        of_deals=f"{deal.sentence} {deal.remedy}".strip() if differs else "",
    )


def _plan(plan: Plan) -> PlanRow:
    return PlanRow(
        name=plan.name,
        price=formats.money(Decimal(plan.price_cents) / 100),
        accounts=formats.number(plan.accounts),
        synced=formats.number(plan.synced_per_month),
        log=plural("%(num)s dia", "%(num)s dias", plan.log_days),
        people=_("sem limite") if plan.people is None else formats.number(plan.people),
    )
