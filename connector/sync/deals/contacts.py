"""Contacts of Bling that come over by themselves: found in Bitrix24 or made there, as deals' customers are.

Only imports and what people run again ask for contacts: Bling sends no messages about them. A contact that
has its pair is left as it is, for no rule says which side is right about a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.events import Event, Outcome, Reason, RecordKey
from connector.domain.vendor import Gone, Provider, Rejected, VendorError
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.store.standing import PortalStanding
from connector.sync.context import Context
from connector.sync.deals.customers import Customers, usable
from connector.sync.deals.party import SHAPES, Party
from connector.sync.deals.places import Places
from connector.sync.quiet import is_quiet
from connector.sync.reading import reading
from connector.sync.shared import Shared
from connector.sync.work import Work

#: Contacts that are looked up and made together: a full batch.
TOGETHER = 50
#: `situacao` of a contact in Bling's bin.
EXCLUDED = "E"

_NAMES = {entity: shape for shape, entity in SHAPES.items()}


class MakeContact(msgspec.Struct, frozen=True, tag="contact"):
    """A person or company to be made; what is told of them stays in Bling and Bitrix24."""

    name: str


class ContactWork(Work):
    """A contact in work."""

    plan: MakeContact | None

    def __init__(
        self,
        key: RecordKey,
        event: Event,
        events: list[Event],
        trust: Trust,
        started_at: datetime,
        link: Link | None = None,
    ) -> None:
        super().__init__(key, event, events, trust, started_at, link)
        self.plan = None
        self.shape = link.shape if link is not None else None

    @property
    def creates(self) -> bool:
        return self.plan is not None

    @property
    def label(self) -> str:
        name = (self.source or {}).get("nome")
        if isinstance(name, str) and name:
            return name
        return (self.link.label if self.link else None) or str(self.key.bling_id)

    @property
    def sku(self) -> str | None:
        return None

    def columns(self) -> dict[str, object]:
        return {"shape": self.shape}

    def lens_version(self, context: Context) -> int:
        return context.deals.order.version


class Contacts:
    """The contacts' room of one turn."""

    def __init__(self, shared: Shared, places: Places) -> None:
        self._shared = shared
        self._places = places
        self._customers = Customers(shared)

    async def process(self, works: list[ContactWork], context: Context, portal: PortalStanding) -> None:
        """Every contact ends, waits, or is tried again."""
        for work in works:
            _decide(work, context)
        for start in range(0, len(works), TOGETHER):
            await self._group(works[start : start + TOGETHER], context, portal)

    async def _group(self, works: list[ContactWork], context: Context, portal: PortalStanding) -> None:
        await asyncio.gather(*(self._read(work) for work in works if work.open))
        await self._shared.ends.leave_stopped(works)
        mine = [work for work in works if work.open]
        places = await self._places_for(mine, portal) if mine else None
        if places is not None:
            await self._bring_over(mine, context, places)
        await self._shared.settle(works)

    async def _read(self, work: ContactWork) -> None:
        reading.set((work,))
        try:
            work.source = await self._shared.bling(work.key.account_id).contact(work.key.bling_id)
        except Gone as error:
            work.gone_in_bling = True
            work.end(Outcome.SKIPPED, Reason.GONE_IN_BLING, error.text)
        except VendorError as error:
            self._shared.faults.read_failed(work, error, self._shared.engine.clock())
        else:
            if work.source.get("situacao") == EXCLUDED:
                work.end(Outcome.SKIPPED, Reason.FILTERED)

    async def _places_for(self, works: Sequence[ContactWork], portal: PortalStanding) -> CrmPlaces | None:
        try:
            return await self._places.get(portal)
        except VendorError as error:
            for work in works:
                self._shared.faults.write_failed(work, error, self._shared.engine.clock())
            return None

    async def _bring_over(self, works: list[ContactWork], context: Context, places: CrmPlaces) -> None:
        known = {work.key: work.source or {} for work in works}
        parties = [
            Party(
                key=work.key,
                source=_as_customer(known[work.key]),
                link=usable(work.link),
                quiet=is_quiet(work),
            )
            for work in works
        ]
        await self._customers.people(context, places, known).resolve(parties)
        now = self._shared.engine.clock()
        for work, party in zip(works, parties, strict=True):
            self._tell(work, party, now)

    def _tell(self, work: ContactWork, party: Party, now: datetime) -> None:
        for call in party.calls:
            work.called(call)
        if party.entity is not None:
            work.bitrix_id, work.shape = party.bitrix_id, _NAMES[party.entity]
        if party.made or party.bitrix_id is None:
            work.plan = MakeContact(work.label)
        if party.in_doubt:
            work.create_in_doubt = True
            work.postpone(now + self._shared.engine.create_settles, counts=False)
        elif party.error is not None and not (isinstance(party.error, Rejected) and party.bitrix_id):
            faults = self._shared.faults
            failed = faults.read_failed if party.provider is Provider.BLING else faults.write_failed
            failed(work, party.error, now)
        else:
            remark = party.error.text if party.error is not None else party.detail
            work.written = {}
            work.end(Outcome.UNCHANGED if work.plan is None else Outcome.CREATED, detail=remark)


def _decide(work: ContactWork, context: Context) -> None:
    if reason := context.waits(work.key):
        return work.hold(reason)
    if work.bitrix_id is not None and usable(work.link) is work.link:
        return work.end(Outcome.UNCHANGED)
    return None


def _as_customer(record: dict[str, Any]) -> dict[str, Any]:
    """As an order names its customer."""
    return {**record, "tipoPessoa": record.get("tipo")}
