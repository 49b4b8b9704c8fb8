"""The second look at records that seem to differ: the planner's own rooms, on paper.

A difference is told only when two looks, some seconds apart, saw the same, with no event waiting and nothing
synced between them: a webhook may be on its way. What is told is what a repair would write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from connector.bitrix24.catalogue import property_name
from connector.domain.drift import FieldDrift
from connector.domain.events import RecordKey, Source
from connector.domain.mapping import LINK_FIELD
from connector.store import drift as rows
from connector.store import inbox
from connector.store import links as link_rows
from connector.store.drift import Doubt
from connector.store.links import Link
from connector.store.runs import Finding
from connector.store.scope import Connection
from connector.sync.asking import question_of
from connector.sync.ends import OnPaper
from connector.sync.runs import verdicts
from connector.sync.runs.stride import Stride
from connector.sync.runs.verdicts import Found
from connector.sync.turn import Turning
from connector.sync.work import Work

#: Between two looks at a record, and until one that is being worked on is looked at again.
SETTLES, BUSY = timedelta(seconds=10), timedelta(seconds=2)
#: A record that cannot be read, or never comes to rest, is given up after so long.
PATIENCE = timedelta(minutes=10)


@dataclass(slots=True)
class Seen:
    """What one look at some doubts came to."""

    findings: list[Finding] = field(default_factory=list)
    decided: list[Doubt] = field(default_factory=list)
    again: list[Doubt] = field(default_factory=list)
    #: Records that could not be compared.
    unread: int = 0
    #: Differences of records that Bling does not have and no pair remembers.
    strangers: int = 0


class SecondLook:
    """Looks at the doubts that are due."""

    def __init__(self, stride: Stride, settles: timedelta) -> None:
        self._stride, self._engine, self._settles = stride, stride.engine, settles
        self._tenant_id = stride.tenant_id
        self._kind = stride.run.kind
        self._works: dict[RecordKey, Work] = {}
        self._begun = stride.engine.clock()
        #: The links as they were before the look.
        self._before: dict[RecordKey, Link] = {}

    async def read(self, doubts: Sequence[Doubt]) -> None:
        """Let the planner see the records; nothing is written."""
        keys = {self._key(doubt) for doubt in doubts}
        async with self._engine.database.tenant(self._tenant_id) as conn:
            waiting = await inbox.waiting_for(conn, self._tenant_id, keys)
            self._before = await link_rows.load(conn, self._tenant_id, keys)
        asked = sorted(keys - waiting)
        paper = OnPaper()
        turning = Turning(self._engine, self._tenant_id, paper)
        try:
            if asked:
                await turning.process(
                    {key: [question_of(key, Source.RECONCILE, self._begun)] for key in asked}
                )
        finally:
            await turning.close()
            self._stride.called(paper.calls, paper.scopes)
        self._works = {work.key: work for work in paper.works}

    async def decide(self, conn: Connection, doubts: Sequence[Doubt], number: int) -> Seen:
        """What is to be told of them; findings are numbered from `number` on."""
        keys = {self._key(doubt) for doubt in doubts}
        waiting = await inbox.waiting_for(conn, self._tenant_id, keys)
        links = await link_rows.load(conn, self._tenant_id, keys)
        shared = {one.record for one in await rows.shared_links(conn, self._tenant_id, self._kind)}
        seen = Seen()
        groups: dict[RecordKey, list[Doubt]] = defaultdict(list)
        for doubt in doubts:
            groups[self._key(doubt)].append(doubt)
        for key, mine in groups.items():
            is_moving = key in waiting or self._was_synced(key, links.get(key), mine)
            self._one(key, mine, is_moving, key in shared, seen, number + len(seen.findings))
        return seen

    def _one(
        self, key: RecordKey, doubts: list[Doubt], is_moving: bool, is_shared: bool, seen: Seen, number: int
    ) -> None:
        now = self._engine.clock()
        work = self._works.get(key)
        marked = {doubt.bitrix_id for doubt in doubts if doubt.bitrix_id} - {self._pair(key)}
        found = None if is_moving or work is None else verdicts.judged(work, marked, is_shared=is_shared)
        if found is None or work is None:
            if now - min(doubt.doubted_at for doubt in doubts) > PATIENCE:
                seen.unread += 1
                seen.decided += doubts
            else:
                seen.again += [_later(doubt, None, now + BUSY) for doubt in doubts]
        elif not found:
            seen.decided += doubts
        elif (sign := verdicts.signature(work, found)) != doubts[0].sign:
            seen.again += [_later(doubt, sign, now + self._settles) for doubt in doubts]
        else:
            seen.decided += doubts
            seen.findings += [self._finding(work, one, number + n) for n, one in enumerate(found, 1)]
            seen.strangers += work.gone_in_bling and not verdicts.is_linked(work.link)

    def _was_synced(self, key: RecordKey, link: Link | None, doubts: list[Doubt]) -> bool:
        """Whether the record was worked on while it was looked at."""
        if link is None:
            return key in self._before
        return link.updated_at >= self._begun or link != self._before.get(key)

    def _finding(self, work: Work, found: Found, number: int) -> Finding:
        difference = found.difference
        fields = [self._spelt(one) for one in difference.fields]
        return Finding(
            n=number,
            kind=work.key.kind,
            account_id=work.key.account_id,
            bling_id=work.key.bling_id,
            bitrix_id=found.bitrix_id,
            what=difference.what,
            label=_label(work),
            detail=difference.why,
            fields=msgspec.Raw(msgspec.json.encode(fields)),
        )

    def _spelt(self, one: FieldDrift) -> FieldDrift:
        """The link property by its own number."""
        catalogue = self._stride.context.catalogue
        if one.field != LINK_FIELD or catalogue is None:
            return one
        return msgspec.structs.replace(one, field=property_name(catalogue.product_link_property))

    def _pair(self, key: RecordKey) -> int:
        link = self._before.get(key)
        return (link.bitrix_id or 0) if link is not None and link.gone_at is None else 0

    def _key(self, doubt: Doubt) -> RecordKey:
        return RecordKey(self._kind, doubt.account_id, doubt.bling_id)


def _later(doubt: Doubt, sign: bytes | None, due_at: datetime) -> Doubt:
    return msgspec.structs.replace(doubt, sign=sign, looks=min(doubt.looks + 1, 9999), due_at=due_at)


def _label(work: Work) -> str:
    """What people call it; a record that Bling has forgotten is called as in Bitrix24."""
    known = (work.source or {}).get("nome") or (work.link.label if work.link is not None else "")
    present = getattr(work, "present", None)
    values = getattr(present, "values", None)
    name = values.get("name") if isinstance(values, dict) else None
    return work.label if known or not name else str(name)
