"""Ajuda's "Verificar agora": what is right and what is not with one tenant, told from facts alone.

Facts come from `connector.account.self_facts`; words and remedies from `dashboard.telling.self_check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from connector.account.deal_lists import Trouble
from connector.account.licence import Right
from connector.account.toggles import Toggle
from connector.domain.events import Reason
from connector.domain.vendor import ConnectionState
from connector.store.connections import Account, Portal

#: An event that is due waits this long at most while all is well.
SLOW = timedelta(minutes=5)
#: Share of the plan's syncs from which a person should know.
NEARLY_FULL = 0.9
#: Toggles that need the table of stages.
_TO_DEALS = (Toggle.ORDER_CREATE, Toggle.ORDER_UPDATE)
#: Toggles that need Bling to send something.
_FROM_BLING = (
    *(Toggle.PRODUCT_CREATE, Toggle.PRODUCT_UPDATE, Toggle.PRODUCT_DELETE),
    *_TO_DEALS,
    Toggle.SALE_CREATE,
    Toggle.STOCK_UPDATE,
)


class Check(StrEnum):
    """What is looked at."""

    BLING = "bling"
    BLING_ANSWERS = "bling_answers"
    BITRIX24 = "bitrix24"
    BITRIX24_ANSWERS = "bitrix24_answers"
    CATALOGUE = "catalogue"
    LICENCE = "licence"
    ROOM = "room"
    PAUSE = "pause"
    TOGGLES = "toggles"
    HEARD = "heard"
    STAGES = "stages"
    RULES = "rules"
    WAITING = "waiting"
    RECORDS = "records"


class Verdict(StrEnum):
    """How it stands."""

    FINE = "fine"
    #: Nothing is lost, and nothing passes either; or soon nothing will.
    WAITS = "waits"
    NEEDS_YOU = "needs_you"
    #: It could not be found out just now, or there is nothing to find yet.
    UNKNOWN = "unknown"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `cause` is a member of the enum that belongs to the check, or empty."""

    check: Check
    verdict: Verdict
    cause: str = ""
    #: Whose it is: an account's or a portal's name.
    name: str = ""
    #: The Bling account, for a remedy that names one.
    account_id: str = ""
    count: int = 0
    at: datetime | None = None


class Answers(msgspec.Struct, frozen=True):
    """What became of asking both sides; an account that is missing was not asked."""

    #: By the account's id; None = it answered.
    bling: dict[str, Trouble | None] = {}
    bitrix24: Trouble | None = None
    bitrix24_asked: bool = False
    at: datetime | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a finding follows from."""

    now: datetime
    accounts: tuple[Account, ...]
    portal: Portal | None
    portal_name: str
    right: Right | None
    paused: bool
    toggles: Mapping[Toggle, bool]
    answers: Answers
    #: When Bling's last message of the last seven days came.
    heard_at: datetime | None
    #: Situations that the table of stages leads nowhere; None while the portal's stages were never read.
    stages_missing: int | None
    #: Rules that name a field which went away.
    rules_broken: int
    #: Events that wait for something, by reason.
    held: Mapping[str, int]
    #: The oldest event that nothing holds back.
    oldest_due_at: datetime | None
    #: Records whose last change did not arrive.
    records_in_need: int


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All of them, in the order in which a person mends."""
    return tuple(finding for look in _LOOKS for finding in look(facts))


def _bling(facts: Facts) -> Iterator[Finding]:
    known = [one for one in facts.accounts if one.state is not ConnectionState.NONE]
    if not known:
        yield Finding(check=Check.BLING, verdict=Verdict.NEEDS_YOU, cause=ConnectionState.NONE)
    for one in known:
        works = one.state is ConnectionState.CONNECTED
        yield Finding(
            check=Check.BLING,
            verdict=Verdict.FINE if works else Verdict.NEEDS_YOU,
            cause=one.state,
            name=one.name,
            account_id=str(one.id),
            at=one.state_since,
        )


def _bling_answers(facts: Facts) -> Iterator[Finding]:
    for one in facts.accounts:
        if one.state is ConnectionState.CONNECTED:
            asked, trouble = str(one.id) in facts.answers.bling, facts.answers.bling.get(str(one.id))
            yield _answer(Check.BLING_ANSWERS, trouble, facts, asked=asked, name=one.name, of=str(one.id))


def _bitrix24(facts: Facts) -> Iterator[Finding]:
    portal = facts.portal
    state = ConnectionState.NONE if portal is None else portal.state
    works = state is ConnectionState.CONNECTED
    yield Finding(
        check=Check.BITRIX24,
        verdict=Verdict.FINE if works else Verdict.NEEDS_YOU,
        cause=state,
        name=facts.portal_name,
        at=None if portal is None else portal.state_since,
    )


def _bitrix24_answers(facts: Facts) -> Iterator[Finding]:
    if facts.portal is not None and facts.portal.state is ConnectionState.CONNECTED:
        asked, trouble = facts.answers.bitrix24_asked, facts.answers.bitrix24
        yield _answer(Check.BITRIX24_ANSWERS, trouble, facts, asked=asked, name=facts.portal_name)


def _answer(
    check: Check, trouble: Trouble | None, facts: Facts, *, asked: bool, name: str, of: str = ""
) -> Finding:
    """A vendor that is away is nobody's fault here; one that refuses the token needs the person."""
    verdicts = {None: Verdict.FINE, Trouble.AWAY: Verdict.WAITS}
    verdict = verdicts.get(trouble, Verdict.NEEDS_YOU) if asked else Verdict.UNKNOWN
    return Finding(
        check=check, verdict=verdict, cause=trouble or "", name=name, account_id=of, at=facts.answers.at
    )


def _catalogue(facts: Facts) -> Iterator[Finding]:
    portal = facts.portal
    if portal is None or portal.state is not ConnectionState.CONNECTED:
        return
    ready = portal.product_link_property is not None and portal.base_price_type is not None
    verdict = Verdict.FINE if ready else Verdict.UNKNOWN
    yield Finding(check=Check.CATALOGUE, verdict=verdict, at=portal.catalogue_at)


def _licence(facts: Facts) -> Iterator[Finding]:
    right = facts.right
    if right is None or right.refusal is Reason.LICENCE:
        waiting = facts.held.get(Reason.LICENCE, 0)
        yield Finding(check=Check.LICENCE, verdict=Verdict.NEEDS_YOU, count=waiting)
        return
    yield Finding(
        check=Check.LICENCE,
        verdict=Verdict.FINE,
        cause=right.licence.state,
        name=right.plan.name,
        at=right.licence.ends_at,
    )
    yield _room(right)


def _room(right: Right) -> Finding:
    most = right.plan.synced_per_month
    nearly = right.used >= most * NEARLY_FULL
    verdict = Verdict.NEEDS_YOU if right.used >= most else Verdict.WAITS if nearly else Verdict.FINE
    return Finding(check=Check.ROOM, verdict=verdict, count=max(0, most - right.used))


def _pause(facts: Facts) -> Iterator[Finding]:
    if facts.paused:
        yield Finding(check=Check.PAUSE, verdict=Verdict.WAITS, count=facts.held.get(Reason.PAUSED, 0))


def _toggles(facts: Facts) -> Iterator[Finding]:
    on = sum(facts.toggles.values())
    yield Finding(check=Check.TOGGLES, verdict=Verdict.FINE if on else Verdict.NEEDS_YOU, count=on)


def _heard(facts: Facts) -> Iterator[Finding]:
    """Silence proves nothing: perhaps nobody changed anything."""
    if any(facts.toggles.get(one) for one in _FROM_BLING):
        verdict = Verdict.UNKNOWN if facts.heard_at is None else Verdict.FINE
        yield Finding(check=Check.HEARD, verdict=verdict, at=facts.heard_at)


def _stages(facts: Facts) -> Iterator[Finding]:
    if not any(facts.toggles.get(one) for one in _TO_DEALS):
        return
    if facts.stages_missing is None:
        yield Finding(check=Check.STAGES, verdict=Verdict.UNKNOWN)
        return
    missing = facts.stages_missing
    verdict = Verdict.NEEDS_YOU if missing else Verdict.FINE
    yield Finding(check=Check.STAGES, verdict=verdict, count=missing)


def _rules(facts: Facts) -> Iterator[Finding]:
    broken = facts.rules_broken
    yield Finding(check=Check.RULES, verdict=Verdict.NEEDS_YOU if broken else Verdict.FINE, count=broken)


def _waiting(facts: Facts) -> Iterator[Finding]:
    """The most frequent reason names the remedy; without one, how long the queue has been."""
    if facts.held:
        reason = max(facts.held, key=lambda one: facts.held[one])
        count = sum(facts.held.values())
        yield Finding(check=Check.WAITING, verdict=Verdict.NEEDS_YOU, cause=reason, count=count)
        return
    oldest = facts.oldest_due_at
    slow = oldest is not None and facts.now - oldest > SLOW
    yield Finding(check=Check.WAITING, verdict=Verdict.WAITS if slow else Verdict.FINE, at=oldest)


def _records(facts: Facts) -> Iterator[Finding]:
    count = facts.records_in_need
    yield Finding(check=Check.RECORDS, verdict=Verdict.NEEDS_YOU if count else Verdict.FINE, count=count)


_LOOKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    *(_bling, _bling_answers, _bitrix24, _bitrix24_answers, _catalogue, _licence, _pause, _toggles),
    *(_heard, _stages, _rules, _waiting, _records),
)
