"""Making contacts and companies, each once, with what identifies them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from connector.bitrix24 import crm
from connector.bitrix24.crm import COMPANY, CONTACT
from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.packer import Command, Done, Failed, Packer, Result
from connector.domain.events import RecordKey
from connector.domain.people import Address, Person
from connector.domain.vendor import Rejected, Transient, VendorError
from connector.sync.deals.party import Case, Clue, Hit

#: Persons that are being made in a turn, by all that identifies them; chunks of one turn share it.
Making = dict[object, Case]
MarkCreating = Callable[[dict[RecordKey, str]], Awaitable[None]]

#: Longest number that a requisite holds (facts of Bitrix24, people).
_LONGEST = 20


class Maker:
    """Writes persons."""

    def __init__(
        self, packer: Packer, places: CrmPlaces, mark_creating: MarkCreating, making: Making
    ) -> None:
        self._packer = packer
        self._mark_creating = mark_creating
        self._making = making
        self._fields = {CONTACT: places.document_field_contact, COMPANY: places.document_field_company}
        self._presets = {"cpf": places.person_preset, "cnpj": places.company_preset}

    async def make(self, cases: Iterable[Case]) -> None:
        """Make each person once; whoever is the same as one in the making waits for that one."""
        mine: list[Case] = []
        others: list[tuple[Case, Case]] = []
        for case in cases:
            leader = self._claim(case)
            if leader is case:
                mine.append(case)
            else:
                others.append((case, leader))
        await self._create(mine)
        await self.complete([case for case in mine if case.hit is not None])
        for case, leader in others:
            await leader.answered.wait()
            case.follow(leader)

    async def complete(self, cases: Sequence[Case]) -> None:
        """Write what needs the person's id: requisites, and then their address."""
        papers = [(case, command) for case in cases if (command := self._papers(case)) is not None]
        results = await self._packer.run([command for _, command in papers])
        addresses: list[tuple[Case, Command]] = []
        for (case, command), result in zip(papers, results, strict=True):
            if _finished(case, result) and command.method == "crm.requisite.add" and case.person.address:
                addresses.append((case, _address(result, case.person.address)))
        results = await self._packer.run([command for _, command in addresses])
        for (case, _), result in zip(addresses, results, strict=True):
            _finished(case, result)

    def can_hold_document(self, case: Case) -> bool:
        """Whether the portal has a place for the document of this person."""
        return self._preset(case.person) is not None or bool(self._fields[case.entity])

    def _claim(self, case: Case) -> Case:
        """Whose create will make this person; nothing is awaited in between, so that one case wins."""
        sure, reach = _identities(case)
        for tag in (*sure, *reach):
            leader = self._making.get(tag)
            if leader is not None and (tag in sure or not leader.conflicts(case.person.document)):
                return leader
        for tag in (*sure, *reach):
            self._making.setdefault(tag, case)
        return case

    async def _create(self, cases: Sequence[Case]) -> None:
        try:
            if cases:
                labels = {party.key: case.person.name for case in cases for party in case.parties}
                await self._mark_creating(labels)
                results = await self._packer.run([self._item(case) for case in cases])
                for case, result in zip(cases, results, strict=True):
                    _made(case, result)
        finally:
            for case in cases:
                # Broken off half-way: nobody knows what was carried out.
                case.in_doubt = case.in_doubt or case.open
                case.answered.set()

    def _item(self, case: Case) -> Command:
        person = case.person
        fields: dict[str, Any] = {"originatorId": crm.ORIGINATOR, "originId": next(iter(case.origins))}
        if case.entity == COMPANY:
            fields["title"] = _name(case)
        else:
            fields["name"] = person.first_name or _name(case)
            fields["lastName"] = person.last_name
        if channels := crm.multifields(phones=(phone.text for phone in person.phones), emails=person.emails):
            fields["fm"] = channels
        make = crm.import_item if case.quiet else crm.add_item
        return make(case.entity, fields | self._custom_document(case, case.entity))

    def _papers(self, case: Case) -> Command | None:
        """What writes the document of a person who is there; an address alone wants requisites, too."""
        hit, person = case.hit, case.person
        if hit is None or not (person.document or person.address):
            return None
        if preset := self._preset(person):
            name = "Pessoa jurídica" if _is_firm(person) else "Pessoa física"
            return crm.add_requisite(hit.entity, hit.id, preset, name, _requisite_fields(person))
        custom = self._custom_document(case, hit.entity) if case.incomplete else {}
        return crm.update_item(hit.entity, hit.id, custom) if custom else None

    def _preset(self, person: Person) -> int | None:
        return self._presets["cnpj" if _is_firm(person) else "cpf"]

    def _custom_document(self, case: Case, entity: int) -> dict[str, str]:
        """The document in a field of Ponte's, where the portal lacks the preset for it."""
        document, field = case.person.document, self._fields[entity]
        if document is None or not field or self._preset(case.person) is not None:
            return {}
        return {field: document.text}


def _made(case: Case, result: Result) -> None:
    case.note(result)
    try:
        if isinstance(result, Failed):
            raise result.error
        read = crm.imported_item_id if case.quiet else crm.written_item_id
        case.hit = Hit(Clue.MADE, case.entity, read(result.result))
    except VendorError as error:
        case.error = error
        case.in_doubt = isinstance(error, Transient) and error.unknown


def _finished(case: Case, result: Result) -> bool:
    """Whether it was written. What Bitrix24 refuses is only told: the person is there."""
    case.note(result)
    match result:
        case Done():
            return True
        case Failed(error=Rejected(text=text)):
            case.detail = text
        case Failed(error=error):
            case.error = error
    return False


def _address(requisite: Result, address: Address) -> Command:
    assert isinstance(requisite, Done)
    fields = {
        "ADDRESS_1": ", ".join(filter(None, (address.street, address.number))),
        "ADDRESS_2": address.complement,
        "CITY": address.city,
        "REGION": address.district,
        "PROVINCE": address.state,
        "POSTAL_CODE": address.postcode,
        "COUNTRY": address.country or "Brasil",
    }
    sent = {name: value for name, value in fields.items() if value}
    return crm.add_address(crm.written_requisite_id(requisite.result), sent)


def _requisite_fields(person: Person) -> dict[str, str]:
    document = person.document
    fields = {
        f"RQ_{document.kind.upper()}" if document else "": document.text if document else "",
        "RQ_COMPANY_NAME": person.name if person.company else "",
        "RQ_FIRST_NAME": person.first_name,
        "RQ_LAST_NAME": person.last_name,
        "RQ_IDENT_DOC_NUM": person.rg,
        "RQ_STATE_REG": person.state_registration[:_LONGEST],
        "RQ_MNPL_REG": person.municipal_registration[:_LONGEST],
    }
    return {name: value for name, value in fields.items() if value}


def _is_firm(person: Person) -> bool:
    """A document tells better than Bling's kind of contact which requisites fit."""
    return person.document.kind == "cnpj" if person.document else person.company


def _name(case: Case) -> str:
    """Bitrix24 wants one: in default of a name the document, the e-mail, Bling's number of the contact."""
    person = case.person
    document = person.document.masked if person.document else ""
    number = f"Contato {case.parties[0].key.bling_id}"
    return person.name or document or next(iter(person.emails), number)


def _identities(case: Case) -> tuple[set[object], list[object]]:
    """What is one person's alone, and what two persons may share if their documents allow it."""
    person = case.person
    sure: set[object] = {party.key for party in case.parties} | set(case.origins)
    if person.document is not None:
        sure.add(person.document)
    phones = (phone.text for phone in person.phones if phone.searchable)
    return sure, [(case.entity, way) for way in (*person.emails, *phones)]
