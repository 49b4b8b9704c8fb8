"""Who orders are for: one party for each order, one case for each person behind them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.bitrix24.crm import COMPANY, CONTACT
from connector.bitrix24.packer import Result
from connector.domain.events import RecordKey
from connector.domain.people import Document, Person, person_of_order
from connector.domain.vendor import Provider, VendorError
from connector.store.links import Link

#: A person's shapes in links.
SHAPES = {"contact": CONTACT, "company": COMPANY}


@dataclass(slots=True, eq=False)
class Party:
    """An order's customer: what is known, and what became of it.

    Found or made, `bitrix_id` is set; then `error` tells of what could not be finished (such as requisites):
    whoever keeps no link now finds the person again and the rest is made good. Without `bitrix_id` and
    `error` nobody was found and nothing was to be written, or (`detail`) the order names no customer.
    """

    key: RecordKey
    #: The order's `contato`.
    source: Mapping[str, Any]
    link: Link | None = None
    #: Made without the portal's automations.
    quiet: bool = False
    #: `entityTypeId`: 3 contact, 4 company.
    entity: int | None = None
    bitrix_id: int | None = None
    #: Made now; of several parties that are one person only the first says so.
    made: bool = False
    #: Requests in which Bitrix24 was asked or told about this person.
    calls: list[UUID] = field(default_factory=list)
    error: VendorError | None = None
    #: Whose error it is: contacts are read in Bling.
    provider: Provider = Provider.BITRIX24
    #: A create was sent, and nobody knows whether it was carried out: look again later, do not repeat.
    in_doubt: bool = False
    #: What a person may want to know, in Portuguese or in the vendor's words.
    detail: str | None = None


class Clue(IntEnum):
    """How a person was found; the first ones are the surest."""

    MADE = 0
    ORIGIN = 1
    DOCUMENT = 2
    EMAIL = 3
    PHONE = 4


class Hit(msgspec.Struct, frozen=True):
    """A contact or company that may be the person."""

    clue: Clue
    entity: int
    id: int


@dataclass(slots=True, eq=False)
class Case:
    """One person, wanted by one party or more."""

    person: Person
    parties: list[Party] = field(default_factory=list)
    #: `originId` under which Ponte may have made the person; the first is that of a new one.
    origins: dict[str, None] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)
    #: Documents that hits carry.
    documents: dict[tuple[int, int], set[Document]] = field(default_factory=lambda: defaultdict(set))
    hit: Hit | None = None
    #: Its making was interrupted before the document was written.
    incomplete: bool = False
    calls: dict[UUID, None] = field(default_factory=dict)
    error: VendorError | None = None
    provider: Provider = Provider.BITRIX24
    in_doubt: bool = False
    detail: str | None = None
    #: The create was answered; those who wait for this person may go on.
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def open(self) -> bool:
        """Nobody was found so far, and nothing stands in the way of going on."""
        return self.hit is None and self.error is None and not self.in_doubt

    @property
    def entity(self) -> int:
        """What the person should be in Bitrix24."""
        return COMPANY if self.person.company else CONTACT

    @property
    def quiet(self) -> bool:
        """Nobody wants the portal's automations for this person."""
        return bool(self.parties) and all(party.quiet for party in self.parties)

    def learn(self, person: Person) -> None:
        """What Bling tells of the contact; what it leaves out stays as the order has it."""
        known = self.person
        self.person = msgspec.structs.replace(
            person,
            document=person.document or known.document,
            **({} if person.name else {"name": known.name, "first_name": known.first_name}),
            **({} if person.name else {"last_name": known.last_name}),
        )

    def note(self, result: Result) -> None:
        """Remember the request."""
        if result.call_id is not None:
            self.calls[result.call_id] = None

    def choose(self) -> None:
        """Take the surest hit, the oldest of several; one that carries another document is somebody else."""
        fitting = [hit for hit in self.hits if not self._is_somebody_else(hit)]
        if self.open and fitting:
            self.hit = min(fitting, key=lambda hit: (hit.clue, hit.entity != self.entity, hit.id))

    def carries_no_document(self, hit: Hit) -> bool:
        """As far as was looked."""
        return not self.documents.get((hit.entity, hit.id))

    def conflicts(self, document: Document | None) -> bool:
        """Whether that is another person's document."""
        mine = self.person.document
        return mine is not None and document is not None and mine != document

    def _is_somebody_else(self, hit: Hit) -> bool:
        if hit.clue < Clue.EMAIL or self.carries_no_document(hit):
            return False
        document = self.person.document
        return document is not None and document not in self.documents[hit.entity, hit.id]

    def follow(self, leader: Case) -> None:
        """The same person was made for another case."""
        self.hit = leader.hit and Hit(Clue.ORIGIN, leader.hit.entity, leader.hit.id)
        self.error, self.provider = leader.error, leader.provider
        self.in_doubt, self.detail = leader.in_doubt, leader.detail

    def tell(self) -> None:
        """Give the parties what was found."""
        for place, party in enumerate(self.parties):
            party.calls += [call for call in self.calls if call not in party.calls]
            party.error, party.provider = self.error, self.provider
            party.in_doubt, party.detail = self.in_doubt, self.detail
            if self.hit is not None:
                party.entity, party.bitrix_id = self.hit.entity, self.hit.id
                party.made = self.hit.clue is Clue.MADE and place == 0


def cases_of(parties: Iterable[Party], origin_of: Callable[[Party], str]) -> list[Case]:
    """The persons whom a link does not name, each once: one Bling contact or one document is one person."""
    by_tag: dict[object, Case] = {}
    for party in parties:
        if party.key.bling_id == 0:
            party.detail = "o pedido não tem cliente"
            continue
        person, origin = person_of_order(party.source), origin_of(party)
        tags = [party.key, origin, *([person.document] if person.document else [])]
        case = next((by_tag[tag] for tag in tags if tag in by_tag), None) or Case(person)
        for tag in tags:
            by_tag.setdefault(tag, case)
        case.parties.append(party)
        case.origins[origin] = None
        if case.person.document is None and person.document is not None:
            case.person = msgspec.structs.replace(case.person, document=person.document)
    return [case for case in dict.fromkeys(by_tag.values()) if not _remember(case)]


def _remember(case: Case) -> bool:
    """Answer the parties whose link names the person, and with them the case's others."""
    known = {party: _linked(party) for party in case.parties}
    hits = [hit for hit in known.values() if hit is not None]
    for party, hit in known.items():
        if found := hit or min(hits, key=lambda one: one.id, default=None):
            party.entity, party.bitrix_id = found.entity, found.id
    return bool(hits)


def _linked(party: Party) -> Hit | None:
    link = party.link
    if link is None or link.bitrix_id is None or link.gone_at is not None or link.shape not in SHAPES:
        return None
    return Hit(Clue.ORIGIN, SHAPES[link.shape], link.bitrix_id)
