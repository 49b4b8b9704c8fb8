"""Looking persons up in Bitrix24, many in one command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from connector.bitrix24 import crm
from connector.bitrix24.crm import COMPANY, CONTACT
from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.packer import Command, Failed, Packer, Result
from connector.domain.people import Document, document_of
from connector.domain.vendor import VendorError
from connector.sync.deals.party import Case, Clue, Hit

_T = TypeVar("_T")
_Owners = dict[Any, list[Case]]

#: Each document is asked for with and without its mask.
_DOCUMENTS_A_LIST = crm.MOST_IDS // 2
_ENTITIES = (CONTACT, COMPANY)


@dataclass(frozen=True, slots=True)
class _Question:
    command: Command
    cases: Sequence[Case]
    take: Callable[[Any], None]

    def page(self, start: int) -> _Question:
        """The same list, further on."""
        return _Question(
            Command(self.command.method, {**self.command.params, "start": start}), self.cases, self.take
        )


class Search:
    """Fills cases with hits; a case whose look-up failed has the error, so that nobody is made twice."""

    def __init__(self, packer: Packer, places: CrmPlaces) -> None:
        self._packer = packer
        self._fields = {CONTACT: places.document_field_contact, COMPANY: places.document_field_company}
        self._presets = {"cpf": places.person_preset, "cnpj": places.company_preset}

    async def by_origin_and_document(self, cases: Sequence[Case]) -> None:
        """What Ponte made before, and whoever carries the document."""
        await self._ask([*self._origins(cases), *self._documents(cases)])

    async def by_document_and_reach(self, cases: Sequence[Case], newly_known: Sequence[Case]) -> None:
        """By e-mail and phone; by document, too, where Bling's contact told one that the order did not."""
        await self._ask([*self._documents(newly_known), *self._reach(cases)])
        await self.documents_on([case for case in cases if case.person.document is not None])

    async def documents_on(self, cases: Sequence[Case]) -> None:
        """The documents of all that was found by origin, e-mail or phone."""
        questions: list[_Question] = []
        for entity in _ENTITIES:
            owners = _owners((hit.id, case) for case in cases for hit in _unsure(case, entity))
            for ids in _chunks(list(owners), crm.MOST_IDS):
                questions += self._carried(entity, ids, owners)
        await self._ask(questions)

    def _origins(self, cases: Sequence[Case]) -> Iterator[_Question]:
        owners = _owners((origin, case) for case in cases for origin in case.origins)
        for entity in _ENTITIES:
            for origins in _chunks(list(owners), crm.MOST_IDS):
                command = crm.find_by_origin(entity, origins)
                yield _Question(command, _those(owners, origins), partial(_take_origins, entity, owners))

    def _documents(self, cases: Sequence[Case]) -> Iterator[_Question]:
        owners = _owners((document, case) for case in cases if (document := case.person.document))
        for kind, preset in self._presets.items():
            wanted = [document for document in owners if document.kind == kind]
            for documents in _chunks(wanted, _DOCUMENTS_A_LIST):
                values = [form for one in documents for form in (one.text, one.masked)]
                concerned = _those(owners, documents)
                if preset is not None:
                    command = crm.find_requisites("RQ_CPF" if kind == "cpf" else "RQ_CNPJ", values)
                    yield _Question(command, concerned, partial(_take_requisites, owners))
                    continue
                for entity, name in self._named_fields():
                    command = crm.find_items(entity, {f"@{name}": values}, (name,))
                    take = partial(_take_fields, entity, name, owners)
                    yield _Question(command, concerned, take)

    def _reach(self, cases: Sequence[Case]) -> Iterator[_Question]:
        """One person a command: the answer does not tell which value led to whom."""
        for case in cases:
            phones = [form for phone in case.person.phones for form in phone.forms]
            ways = ((Clue.EMAIL, crm.EMAIL, case.person.emails), (Clue.PHONE, crm.PHONE, phones))
            for clue, kind, values in ways:
                if values:
                    command = crm.find_by_comm(kind, list(values[: crm.MOST_VALUES]), case.entity)
                    yield _Question(command, [case], partial(_take_reached, clue, case))

    def _carried(self, entity: int, ids: list[int], owners: _Owners) -> Iterator[_Question]:
        concerned = _those(owners, ids)
        if any(preset is not None for preset in self._presets.values()):
            command = crm.requisites_of(entity, ids)
            yield _Question(command, concerned, partial(_carry_requisites, owners))
        if name := self._fields[entity]:
            command = crm.find_items_by_ids(entity, ids, (name,))
            yield _Question(command, concerned, partial(_carry_fields, entity, name, owners))

    def _named_fields(self) -> Iterator[tuple[int, str]]:
        return ((entity, name) for entity, name in self._fields.items() if name)

    async def _ask(self, questions: list[_Question]) -> None:
        while questions:
            results = await self._packer.run([question.command for question in questions])
            further = map(_answer, questions, results)
            questions = [question for question in further if question is not None]


def _answer(question: _Question, result: Result) -> _Question | None:
    """Hand the answer to its cases; gives the question for the next page, if there is one."""
    for case in question.cases:
        case.note(result)
    try:
        if isinstance(result, Failed):
            raise result.error
        question.take(result.result)
    except VendorError as error:
        for case in question.cases:
            case.error = case.error or error
        return None
    return question.page(result.next) if result.next is not None else None


def _take_origins(entity: int, owners: _Owners, result: Any) -> None:
    for row in crm.items(result):
        _hit(owners.get(str(row.get("originId"))), Hit(Clue.ORIGIN, entity, int(row["id"])))


def _take_requisites(owners: _Owners, result: Any) -> None:
    for one in crm.requisites(result):
        if one.entity in _ENTITIES:
            for document in _documents_in(one.cpf, one.cnpj):
                _hit(owners.get(document), Hit(Clue.DOCUMENT, one.entity, one.entity_id))


def _take_fields(entity: int, name: str, owners: _Owners, result: Any) -> None:
    for row in crm.items(result):
        for document in _documents_in(row.get(name)):
            _hit(owners.get(document), Hit(Clue.DOCUMENT, entity, int(row["id"])))


def _take_reached(clue: Clue, case: Case, result: Any) -> None:
    case.hits += [Hit(clue, case.entity, found) for found in crm.found_by_comm(result, case.entity)]


def _carry_requisites(owners: _Owners, result: Any) -> None:
    for one in crm.requisites(result):
        for case in owners.get(one.entity_id, ()):
            case.documents[one.entity, one.entity_id].update(_documents_in(one.cpf, one.cnpj))


def _carry_fields(entity: int, name: str, owners: _Owners, result: Any) -> None:
    for row in crm.items(result):
        for case in owners.get(int(row["id"]), ()):
            case.documents[entity, int(row["id"])].update(_documents_in(row.get(name)))


def _hit(cases: Iterable[Case] | None, hit: Hit) -> None:
    for case in cases or ():
        case.hits.append(hit)


def _unsure(case: Case, entity: int) -> Iterator[Hit]:
    return (hit for hit in case.hits if hit.entity == entity and hit.clue is not Clue.DOCUMENT)


def _documents_in(*texts: object) -> list[Document]:
    return [document for text in texts if (document := document_of(text)) is not None]


def _owners(pairs: Iterable[tuple[_T, Case]]) -> dict[_T, list[Case]]:
    owners: dict[_T, list[Case]] = defaultdict(list)
    for key, case in pairs:
        owners[key].append(case)
    return owners


def _those(owners: _Owners, keys: Iterable[Any]) -> list[Case]:
    return list(dict.fromkeys(case for key in keys for case in owners[key]))


def _chunks(items: Sequence[_T], most: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), most):
        yield list(items[start : start + most])
