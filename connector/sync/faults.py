"""The one place that decides what a vendor's failure means for a record."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from connector.domain.events import Outcome, Reason
from connector.domain.retries import CREATE_SETTLES, wait_before
from connector.domain.vendor import (
    ConnectionState,
    Disconnected,
    Gone,
    Provider,
    Rejected,
    Throttled,
    Transient,
    VendorError,
)
from connector.sync.context import REASONS
from connector.sync.work import Work

#: Our own shortcomings (Redis away, lease too short) are tried again soon and are no attempt.
OURS = timedelta(seconds=2)
OUR_CODES = frozenset({"limiter_away", "lease_too_short", "closed"})


class Faults:
    """Turns failures into endings; remembers which connections broke."""

    def __init__(self, chance: random.Random, create_settles: timedelta = CREATE_SETTLES) -> None:
        self._chance = chance
        self._create_settles = create_settles
        self.broken: dict[tuple[Provider, UUID | None], tuple[ConnectionState, str]] = {}

    def create_failed(self, work: Work, error: VendorError, now: datetime) -> None:
        """A create: when nobody knows whether it happened, look before repeating."""
        if isinstance(error, Transient) and error.unknown:
            work.create_in_doubt = True
            return work.postpone(now + self._create_settles, counts=True)
        return self.write_failed(work, error, now)

    def export_failed(self, work: Work, error: VendorError, now: datetime, *, creates: bool) -> None:
        """A write in Bling: a create that nobody knows of is looked up before it is repeated."""
        if creates and isinstance(error, Transient) and error.unknown:
            work.create_in_doubt = True
            return work.postpone(now + self._create_settles, counts=True)
        if isinstance(error, Gone):
            work.gone_in_bling = True
            return work.end(Outcome.SKIPPED, Reason.GONE_IN_BLING, error.text)
        return self.read_failed(work, error, now)

    def write_failed(self, work: Work, error: VendorError, now: datetime) -> None:
        """Any write or look-up in Bitrix24."""
        if isinstance(error, Gone):
            work.gone_in_bitrix24 = True
            return work.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24, error.text)
        return self._failed(work, error, now, Provider.BITRIX24, None, Reason.REFUSED_BY_BITRIX24)

    def read_failed(self, work: Work, error: VendorError, now: datetime) -> None:
        """A read in Bling (a record that is gone is no failure: the reader says so itself)."""
        return self._failed(work, error, now, Provider.BLING, work.key.account_id, Reason.REFUSED_BY_BLING)

    def stumbled(self, work: Work, now: datetime) -> None:
        """A mistake of ours, not of a vendor."""
        self._try_again(work, VendorError("erro interno do Ponte ao tratar este registro"), now)

    def _failed(
        self,
        work: Work,
        error: VendorError,
        now: datetime,
        provider: Provider,
        account_id: UUID | None,
        refused: Reason,
    ) -> None:
        match error:
            case Throttled(until=until):
                work.postpone(max(until, now + timedelta(seconds=1)), counts=False)
            case Disconnected(state=state, text=text):
                self.broken[provider, account_id] = (state, text)
                work.hold(REASONS.get(state, Reason.NEEDS_RECONNECT), text)
            case Rejected(text=text):
                work.end(Outcome.FAILED, refused, text)
            case Transient(code=code) if code in OUR_CODES:
                work.postpone(now + OURS, counts=False)
            case _:
                self._try_again(work, error, now)

    def _try_again(self, work: Work, error: VendorError, now: datetime) -> None:
        tried = max((event.attempts for event in work.events), default=0) + 1
        wait = wait_before(tried, self._chance.random())
        if wait is None:
            work.end(Outcome.DEAD, Reason.GAVE_UP, error.text)
        else:
            work.postpone(now + wait, counts=True)
