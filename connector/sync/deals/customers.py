"""Who a group's deals are with: parties for the orders, persons for the deals, links for next time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

from connector.bitrix24.crm import COMPANY, CONTACT
from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.events import Kind, RecordKey, RecordState
from connector.domain.orders import Person, contact_of
from connector.domain.people import person_of_order
from connector.domain.vendor import Provider, Rejected
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.people import Making, Party, People
from connector.sync.deals.work import DealWork
from connector.sync.quiet import is_quiet
from connector.sync.reading import reading
from connector.sync.shared import Shared

_SHAPES = {CONTACT: "contact", COMPANY: "company"}


class Customers:
    """Finds or makes the persons of one turn's deals, each once."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._making: Making = {}

    async def of(
        self, works: Iterable[DealWork], context: Context, places: CrmPlaces, now: datetime
    ) -> dict[RecordKey, Person]:
        """The person of each open work, by its key; works that have to wait for one are postponed."""
        named = {
            work.key: contact for work in works if work.open and (contact := contact_of(work.source or {}))
        }
        keys = {key: _contact_key(key, contact) for key, contact in named.items()}
        quiet = {work.key for work in works if is_quiet(work)}
        links = await self._shared.load_links(set(keys.values()))
        parties = {
            key: Party(key=keys[key], source=contact, link=usable(links.get(keys[key])), quiet=key in quiet)
            for key, contact in named.items()
        }
        await self.people(context, places).resolve(list(parties.values()))
        found: dict[RecordKey, Person] = {}
        for work in works:
            party = parties.get(work.key)
            if party is not None and work.open:
                self._tell(work, party, links.get(party.key), now)
                found[work.key] = _person(party)
        return found

    def people(
        self,
        context: Context,
        places: CrmPlaces,
        known: Mapping[RecordKey, Mapping[str, Any]] = MappingProxyType({}),
    ) -> People:
        """Who finds or makes persons; `known` = contacts that were read in Bling already."""
        settles = self._shared.engine.create_settles
        clock = self._shared.engine.clock

        async def mark(labels: dict[RecordKey, str]) -> None:
            await self._shared.ends.mark_creating(labels, clock())

        async def read(account_id: UUID, contact_id: int) -> dict[str, Any]:
            if (one := known.get(RecordKey(Kind.CONTACT, account_id, contact_id))) is not None:
                return dict(one)
            reading.set(())
            return await self._shared.bling(account_id).contact(contact_id)

        return People(
            self._shared.packer,
            places,
            read,
            lambda party: _origin(context, party),
            mark,
            self._shared.ends.real,
            is_settling=lambda sent: clock() < sent + settles,
            making=self._making,
        )

    def _tell(self, work: DealWork, party: Party, old: Link | None, now: datetime) -> None:
        """What became of the party is part of the work's history; a deal goes without a refused person."""
        for call in party.calls:
            work.called(call)
        if party.in_doubt:
            work.postpone(now + self._shared.engine.create_settles, counts=False)
        elif party.error is not None and not isinstance(party.error, Rejected):
            faults = self._shared.faults
            failed = faults.read_failed if party.provider is Provider.BLING else faults.write_failed
            failed(work, party.error, now)
        elif party.error is not None:
            what = "ficou incompleto" if party.bitrix_id else "não pôde ser criado"
            work.remark = f"o cliente {what} no Bitrix24: {party.error.text}"
        elif party.detail:
            work.remark = party.detail
        if party.bitrix_id is not None and party.entity is not None:
            link = _link(party, old, now)
            if link != old:
                work.also.append(link)


def _contact_key(order: RecordKey, contact: Mapping[str, Any]) -> RecordKey:
    return RecordKey(Kind.CONTACT, order.account_id, int(contact["id"]))


def usable(link: Link | None) -> Link | None:
    """A link whose person was not finished is looked at again."""
    if link is None or link.state is RecordState.IN_STEP or link.bitrix_id is None:
        return link
    return msgspec.structs.replace(link, bitrix_id=None)


def _origin(context: Context, party: Party) -> str:
    """A person with a document is one person whatever contact of whatever account it comes from."""
    document = person_of_order(party.source).document
    if document is not None:
        return f"{document.kind}:{document.text}"
    return f"{context.companies[party.key.account_id]}:contato:{party.key.bling_id}"


def _person(party: Party) -> Person:
    if party.entity == COMPANY:
        return Person(company_id=party.bitrix_id)
    return Person(contact_id=party.bitrix_id)


def _link(party: Party, old: Link | None, now: datetime) -> Link:
    """The link of the contact; without a finished person it is known, and tried again next time."""
    state = RecordState.IN_STEP if party.error is None else RecordState.NEEDS_YOU
    detail = None if party.error is None else party.error.text
    shape = _SHAPES[party.entity or CONTACT]
    name = str(party.source.get("nome") or party.key.bling_id)
    known = old is not None and (old.bitrix_id, old.shape, old.state, old.label, old.detail) == (
        party.bitrix_id,
        shape,
        state,
        name,
        detail,
    )
    if known and old is not None:
        return old
    base = old or Link(record=party.key, state=state, created_at=now, updated_at=now)
    return msgspec.structs.replace(
        base,
        bitrix_id=party.bitrix_id,
        shape=shape,
        label=name,
        state=state,
        reason=None,
        detail=detail,
        creating_at=None,
        synced_at=now,
        updated_at=now,
    )
