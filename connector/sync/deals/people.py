"""The persons of a group of orders: found in Bitrix24, or made there once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.packer import Packer
from connector.domain.people import person_of
from connector.domain.vendor import Gone, Provider, VendorError
from connector.sync.deals.party import Case, Clue, Party, cases_of
from connector.sync.deals.party_making import Maker, Making, MarkCreating
from connector.sync.deals.party_search import Search

__all__ = ["Making", "Party", "People"]

ReadContact = Callable[[UUID, int], Awaitable[dict[str, Any]]]


class People:
    """Resolves parties; the surest way first.

    1. The link. 2. Ponte's own origin, which also finds a person whose making was interrupted, and the
    document, in requisites or in Ponte's field. 3. Read in Bling: e-mail, then phone. 4. Made.
    """

    def __init__(
        self,
        packer: Packer,
        places: CrmPlaces,
        read_contact: ReadContact,
        origin_of: Callable[[Party], str],
        mark_creating: MarkCreating,
        may_write: bool = True,
        *,
        is_settling: Callable[[datetime], bool] = lambda _sent: False,
        making: Making | None = None,
    ) -> None:
        """`read_contact(account id, contact id)` raises `Gone` and other `VendorError`s.

        `origin_of`: the `originId` of a party's person. `is_settling`: whether a create that was sent then
        may still be under way, so that nobody is made whose link has such a `creating_at`. `making`: given
        to all who work at the same time on one tenant, it keeps them from making one person twice.
        """
        self._search = Search(packer, places)
        self._maker = Maker(packer, places, mark_creating, {} if making is None else making)
        self._read_contact = read_contact
        self._origin_of = origin_of
        self._may_write = may_write
        self._is_settling = is_settling

    async def resolve(self, parties: list[Party]) -> None:
        """Fill in the parties' results. Raises only `LeaseTooShort`; vendors' errors are results."""
        cases = cases_of(parties, self._origin_of)
        await self._find_known(cases)
        await self._read([case for case in cases if case.open or case.incomplete])
        if self._may_write:
            await self._maker.complete([case for case in cases if case.incomplete and case.error is None])
            await self._maker.make([case for case in cases if case.open])
        for case in cases:
            case.tell()

    async def _find_known(self, cases: Sequence[Case]) -> None:
        await self._search.by_origin_and_document(cases)
        for case in cases:
            case.choose()
            case.in_doubt = case.open and self._is_being_made(case)
        if self._may_write:
            suspects = (case for case in cases if _may_be_incomplete(case))
            await self._mark_incomplete([case for case in suspects if self._maker.can_hold_document(case)])

    async def _mark_incomplete(self, cases: Sequence[Case]) -> None:
        """Who was made but carries no document was left half-way, if the document is known."""
        await self._search.documents_on(cases)
        for case in cases:
            case.incomplete = case.hit is not None and case.carries_no_document(case.hit)

    async def _read(self, cases: Sequence[Case]) -> None:
        """Ask Bling for the contacts, and look for those who were not found by what it tells."""
        known = {case: case.person.document for case in cases}
        await asyncio.gather(*map(self._read_one, cases))
        still_open = [case for case in cases if case.open]
        newly_known = [case for case in still_open if case.person.document != known[case]]
        await self._search.by_document_and_reach(still_open, newly_known)
        for case in still_open:
            case.choose()

    async def _read_one(self, case: Case) -> None:
        key = case.parties[0].key
        try:
            contact = await self._read_contact(key.account_id, key.bling_id)
        except Gone:
            return
        except VendorError as error:
            case.error, case.provider = error, Provider.BLING
        else:
            case.learn(person_of(contact))

    def _is_being_made(self, case: Case) -> bool:
        sent = [party.link.creating_at for party in case.parties if party.link is not None]
        return any(at is not None and self._is_settling(at) for at in sent)


def _may_be_incomplete(case: Case) -> bool:
    """Found by origin, and not by the document that it should carry."""
    hit = case.hit
    if hit is None or hit.clue is not Clue.ORIGIN or case.person.document is None or case.error is not None:
        return False
    carrying = {(one.entity, one.id) for one in case.hits if one.clue is Clue.DOCUMENT}
    return (hit.entity, hit.id) not in carrying
