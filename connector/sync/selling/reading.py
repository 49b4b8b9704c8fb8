"""What Bitrix24 tells of won deals: the deals, their rows, their customers with their documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from connector.bitrix24 import crm
from connector.bitrix24.crm import COMPANY, CONTACT, DEAL
from connector.bitrix24.crm_setup import CrmPlaces
from connector.bitrix24.packer import Command, Done, Failed, Packer, Result
from connector.domain.buyers import Buyer, buyer_of
from connector.domain.vendor import Gone, VendorError

_T = TypeVar("_T")

#: Asked of every deal.
FIELDS = (
    *("title", "stageId", "categoryId", "opportunity", "currencyId", "closedate"),
    *("contactId", "companyId", "originatorId", "originId"),
)


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """A deal as Bitrix24 has it now."""

    fields: dict[str, Any]
    rows: tuple[crm.Row, ...] = ()
    buyer: Buyer | None = None


class DealReader:
    """Reads many deals in few requests. A failed command fails its own deals only."""

    def __init__(self, packer: Packer, places: CrmPlaces) -> None:
        self._packer = packer
        self._document_fields = {
            CONTACT: places.document_field_contact,
            COMPANY: places.document_field_company,
        }

    async def deals(self, ids: Sequence[int], more: Iterable[str]) -> dict[int, dict[str, Any] | VendorError]:
        """The deals that still exist, or why they could not be read."""
        groups = list(_chunks(ids))
        select = (*FIELDS, *more)
        results = await self._packer.run([crm.find_items_by_ids(DEAL, group, select) for group in groups])
        found: dict[int, dict[str, Any] | VendorError] = {}
        for group, result in zip(groups, results, strict=True):
            rows = _taken(result, crm.items)
            if isinstance(rows, VendorError):
                found |= dict.fromkeys(group, rows)
            else:
                found |= {int(row["id"]): row for row in rows}
        return found

    async def rows(self, ids: Sequence[int]) -> dict[int, tuple[crm.Row, ...] | VendorError]:
        """The rows of these deals, all pages of them."""
        found: dict[int, list[crm.Row]] = {one: [] for one in ids}
        failed: dict[int, VendorError] = {}
        pages = dict.fromkeys(ids, 0)
        while pages:
            results = await self._packer.run([crm.list_rows(deal, start) for deal, start in pages.items()])
            further: dict[int, int] = {}
            for deal, result in zip(pages, results, strict=True):
                rows = _taken(result, crm.rows)
                if isinstance(rows, VendorError):
                    failed[deal] = rows
                    continue
                found[deal] += rows
                if isinstance(result, Done) and result.next is not None:
                    further[deal] = result.next
            pages = further
        return {one: failed.get(one) or tuple(rows) for one, rows in found.items()}

    async def buyers(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], Buyer | VendorError | None]:
        """Customers by (entity, id); None for one that was deleted."""
        people = await self._packer.run([crm.get_item(entity, one) for entity, one in wanted])
        documents = await self._documents(wanted)
        found: dict[tuple[int, int], Buyer | VendorError | None] = {}
        for who, result in zip(wanted, people, strict=True):
            item = _taken(result, crm.item)
            if isinstance(item, Gone):
                found[who] = None
            elif isinstance(item, VendorError):
                found[who] = item
            elif isinstance(texts := documents.get(who, []), VendorError):
                found[who] = texts
            else:
                own = item.get(self._document_fields.get(who[0]) or "")
                found[who] = buyer_of(item, company=who[0] == COMPANY, documents=[*texts, own])
        return found

    async def _documents(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], list[str] | VendorError]:
        """CPF and CNPJ in their requisites."""
        groups = [
            (entity, group)
            for entity in (CONTACT, COMPANY)
            for group in _chunks([one for kind, one in wanted if kind == entity])
        ]
        results = await self._packer.run([crm.requisites_of(entity, group) for entity, group in groups])
        found: dict[tuple[int, int], list[str] | VendorError] = {}
        for (entity, group), result in zip(groups, results, strict=True):
            rows = _taken(result, crm.requisites)
            if isinstance(rows, VendorError):
                found |= {(entity, one): rows for one in group}
                continue
            for one in rows:
                texts = found.setdefault((one.entity, one.entity_id), [])
                if isinstance(texts, list):
                    texts += [one.cnpj, one.cpf]
        return found


def customer_of(deal: dict[str, Any]) -> tuple[int, int] | None:
    """Whom a deal is with, as (entity, id): its company before its contact."""
    if company := int(deal.get("companyId") or 0):
        return COMPANY, company
    if contact := int(deal.get("contactId") or 0):
        return CONTACT, contact
    return None


def _taken(result: Result, decode: Any) -> Any:
    """What an answer holds, or the error; a form that we do not know is one, too."""
    if isinstance(result, Failed):
        return result.error
    try:
        return decode(result.result)
    except VendorError as error:
        return error


def _chunks(items: Sequence[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(items), crm.MOST_IDS):
        yield list(items[start : start + crm.MOST_IDS])


def dressed(deal_id: int, origin: str) -> Command:
    """Says in the deal which order of Bling it is: whoever looks for the order's deal finds it."""
    return crm.update_item(DEAL, deal_id, {"originatorId": crm.ORIGINATOR, "originId": origin})
