"""The guard rail between planning and writing: whoever plans asks here what may be written.

Nothing is asked while nothing odd is planned. What is let pass is noted before it is written, under the
fence of the lease, so the count holds across chunks, turns and workers and outlives a crash; Redis has no
part in it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

import msgspec
import structlog

from connector.domain import guard_rail
from connector.domain.events import RecordKey
from connector.domain.guard_rail import Cause, Limits, Side, Suspicion
from connector.store import alerts, holds, lease
from connector.store.holds import Decided, HoldState, Known, Stopped
from connector.store.ids import new_id
from connector.store.scope import Connection, Database

#: A write that leaves a discarded change out has settled by then: a turn, and the writes that it began.
SETTLES = timedelta(minutes=2)
_WORST = {cause: place for place, cause in enumerate(Cause)}

log = structlog.get_logger(__name__)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A record with something odd in its plan."""

    what: Stopped
    #: When the oldest of its events was received.
    since: datetime
    #: When both sides were known to agree last.
    synced_at: datetime | None = None
    #: A person asked for this very record to be synced again.
    by_hand: bool = False

    @property
    def record(self) -> RecordKey:
        """Its key."""
        return self.what.record


class Ruling(Enum):
    """What becomes of a plan: it is carried out, it waits for a person, or what is odd is left out of it."""

    PASSES = "passes"
    HELD = "held"
    REFUSED = "refused"


class _By(Enum):
    """What an earlier decision says."""

    NOTHING = 0
    PASS = 1
    REFUSE = 2
    ASK = 3


class Guard:
    """The guard rail of one tenant's drain."""

    def __init__(
        self, database: Database, tenant_id: UUID, fence: int, clock: Callable[[], datetime]
    ) -> None:
        self._database, self._tenant_id, self._fence, self._clock = database, tenant_id, fence, clock
        #: Chunks of a turn are counted one after the other.
        self._one = asyncio.Lock()

    async def judge(
        self,
        side: Side,
        asked: Sequence[Asked],
        mended: Collection[RecordKey],
        limits: Limits,
        business_now: datetime,
    ) -> dict[RecordKey, Ruling]:
        """Rule on odd plans; `mended` records waited for a person and have nothing odd about them any more.

        Raises `Fenced` when the lease is another's.
        """
        if not asked and not mended:
            return {}
        async with self._one, self._database.tenant(self._tenant_id) as conn:
            await lease.check(conn, self._tenant_id, self._fence)
            if mended:
                await self._let_leave(conn, side, mended, business_now)
            return await self._rule(conn, side, asked, limits, business_now) if asked else {}

    async def _rule(
        self, conn: Connection, side: Side, asked: Sequence[Asked], limits: Limits, business_now: datetime
    ) -> dict[RecordKey, Ruling]:
        now = self._clock()
        decided = await holds.decided(conn, self._tenant_id, side, [one.record for one in asked])
        said = {one.record: _said(one, decided.get(one.record)) for one in asked}
        known = await holds.look(conn, self._tenant_id, side, {one.what.run for one in asked}, now)
        stopped = _stopped(asked, said, known, limits)
        rulings: dict[RecordKey, Ruling] = {}
        passes: list[Stopped] = []
        for one in asked:
            if said[one.record] is _By.REFUSE:
                rulings[one.record] = Ruling.REFUSED
                await holds.keep_refusing(conn, self._tenant_id, decided[one.record].hold_id, one.record, now)
            elif one.record in stopped:
                rulings[one.record] = Ruling.HELD
            else:
                rulings[one.record] = Ruling.PASSES
                passes += [one.what] if said[one.record] is _By.NOTHING else []
        if passes:
            await holds.note_passes(conn, self._tenant_id, side, passes, now)
        await self._hold(conn, side, asked, stopped, known, business_now)
        return rulings

    async def _hold(
        self,
        conn: Connection,
        side: Side,
        asked: Sequence[Asked],
        stopped: Mapping[RecordKey, Cause],
        known: Known,
        business_now: datetime,
    ) -> None:
        """Let the stopped wait, each with its own: those of one cause and run together."""
        now = self._clock()
        groups: dict[tuple[str, Cause], list[Stopped]] = defaultdict(list)
        for one in asked:
            if one.record in stopped:
                groups[one.what.run, stopped[one.record]].append(one.what)
        for (run, cause), items in groups.items():
            hold_id = known.open[run].get(cause)
            if hold_id is None:
                hold_id = new_id(now)
                await holds.begin(conn, self._tenant_id, hold_id, cause, side, run, now)
                await self._cry(conn, cause, business_now)
                log.warning("guard_rail_stopped", cause=cause, side=side, run=run, hold=str(hold_id))
            await holds.join(conn, self._tenant_id, hold_id, items, now)

    async def _cry(self, conn: Connection, cause: Cause, business_now: datetime) -> None:
        """People are told at once, and once for each incident: what was told before is told anew."""
        name = guard_rail.alert(cause)
        await alerts.over(conn, self._tenant_id, name)
        await alerts.open_(
            conn,
            self._tenant_id,
            cause=name,
            subject=cause,
            detail="",
            at=business_now,
            due_at=business_now,
        )

    async def _let_leave(
        self, conn: Connection, side: Side, mended: Collection[RecordKey], business_now: datetime
    ) -> None:
        left = await holds.leave(conn, self._tenant_id, side, mended, self._clock())
        for cause in {cause for cause, state in left if state is HoldState.OVER}:
            if not await holds.is_open(conn, self._tenant_id, cause):
                await alerts.resolve(conn, self._tenant_id, guard_rail.alert(cause), business_now)


def told(suspicions: Sequence[Suspicion]) -> str:
    """What is odd, for the event's page."""
    return "; ".join(map(_told, suspicions))


def _told(one: Suspicion) -> str:
    if one.cause is Cause.DEACTIVATED:
        return "o registro ficaria inativo"
    return f"preço de {_money(one.before)} para {_money(one.after)}"


def _money(text: str | None) -> str:
    return f"{Decimal(text or '0'):.2f}".replace(".", ",")


def _said(one: Asked, decided: Decided | None) -> _By:
    """What was decided about these very changes; a change of another kind is asked about again."""
    if decided is None:
        return _By.NOTHING
    covered = [decided.decision.covers(suspicion) for suspicion in one.what.suspicions]
    of_then = one.since <= decided.decided_at
    if decided.decision.approved:
        return (_By.PASS if all(covered) else _By.ASK) if of_then else _By.NOTHING
    if one.by_hand or not (one.synced_at is None or one.synced_at <= decided.at + SETTLES):
        return _By.NOTHING
    if all(covered):
        return _By.REFUSE
    return _By.ASK if of_then or any(covered) else _By.NOTHING


def _stopped(
    asked: Sequence[Asked], said: Mapping[RecordKey, _By], known: Known, limits: Limits
) -> dict[RecordKey, Cause]:
    """Which wait, by their worst cause; each run counts by itself."""
    found = {one.record: _worst(one.what.suspicions) for one in asked if said[one.record] is _By.ASK}
    for run, passed in known.passed.items():
        moves = {
            one.record: {suspicion.cause for suspicion in one.what.suspicions}
            for one in asked
            if one.what.run == run and said[one.record] is _By.NOTHING
        }
        for record, causes in guard_rail.stopped(moves, passed, known.open[run], limits).items():
            found[record] = min(causes, key=_WORST.__getitem__)
    return found


def _worst(suspicions: Sequence[Suspicion]) -> Cause:
    return min((one.cause for one in suspicions), key=_WORST.__getitem__)
