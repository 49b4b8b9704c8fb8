"""Bling's orders held against Bitrix24's deals, record by record: sums to the cent, doubles, persons.

What is compared comes from the sandbox's dumps of both vendors, never from Ponte's own memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

CENT = Decimal("0.01")

Record = dict[str, Any]
Dump = dict[str, list[Record]]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong; every number but the first two is 0 when all is well."""

    orders: int
    deals: int
    #: Orders without a deal.
    missing: int
    #: Deals whose rows, amount and order's total are not all the same.
    sums_wrong: int
    #: Deals that another person has, or none, than their order.
    persons_wrong: int
    double_deals: int
    double_contacts: int
    double_companies: int
    #: A few of those that are wrong, in words.
    examples: list[str] = []

    @property
    def doubles(self) -> int:
        """Records that are there twice."""
        return self.double_deals + self.double_contacts + self.double_companies

    @property
    def fine(self) -> bool:
        """Whether both sides agree."""
        return not (self.missing or self.sums_wrong or self.persons_wrong or self.doubles)


class Books:
    """Both sides of one tenant after a burst; `order_ids` are the orders that it was made of."""

    def __init__(self, bling: Dump, bitrix24: Dump, company_id: str, order_ids: Iterable[int]) -> None:
        wanted = set(order_ids)
        self._orders = {f"{company_id}:{one['id']}": one for one in bling["orders"] if one["id"] in wanted}
        self._customers = {one["id"]: one for one in bling["contacts"]}
        self._deals: defaultdict[str, list[Record]] = defaultdict(list)
        for deal in bitrix24["deals"]:
            if deal["originId"] in self._orders:
                self._deals[deal["originId"]].append(deal)
        self._rows: defaultdict[int, list[Record]] = defaultdict(list)
        for row in sorted(bitrix24["rows"], key=lambda row: (row["sort"], row["id"])):
            self._rows[row["ownerId"]].append(row)
        self._products = {product["id"]: product["name"] for product in bitrix24["products"]}
        documents = _documents(bitrix24["requisites"])
        self._contacts = {one["id"]: _identity(one, documents, 3) for one in bitrix24["contacts"]}
        self._companies = {one["id"]: _identity(one, documents, 4) for one in bitrix24["companies"]}

    def findings(self) -> Findings:
        """Everything that does not agree."""
        wrong, strangers = self._wrong_sums(), self._wrong_persons()
        missing = [origin for origin in self._orders if origin not in self._deals]
        return Findings(
            orders=len(self._orders),
            deals=sum(map(len, self._deals.values())),
            missing=len(missing),
            sums_wrong=len(wrong),
            persons_wrong=len(strangers),
            double_deals=_doubles([origin for origin, deals in self._deals.items() for _ in deals]),
            double_contacts=_doubles(self._contacts.values()),
            double_companies=_doubles(self._companies.values()),
            examples=[*wrong[:3], *strangers[:3], *(f"{origin} has no deal" for origin in missing[:3])],
        )

    def state(self) -> dict[str, object]:
        """What stands in Bitrix24 for each order, without ids and times of Bitrix24's own."""
        return {origin: [self._shown(deal) for deal in deals] for origin, deals in self._deals.items()}

    def _shown(self, deal: Record) -> Record:
        names = (
            "title",
            "categoryId",
            "stageId",
            "opportunity",
            "isManualOpportunity",
            "currencyId",
            "comments",
        )
        rows = [
            {
                **{name: row[name] for name in ("productName", "price", "quantity", "discountRate")},
                "product": self._products.get(row["productId"], ""),
            }
            for row in self._rows[deal["id"]]
        ]
        return {**{name: deal[name] for name in names}, "rows": rows, "person": self._person(deal)}

    def _person(self, deal: Record) -> str:
        if deal["companyId"]:
            return self._companies.get(deal["companyId"], "nobody")
        return self._contacts.get(deal["contactId"], "nobody")

    def _wrong_sums(self) -> list[str]:
        told = []
        for origin, deals in self._deals.items():
            total = _number(self._orders[origin]["total"])
            for deal in deals:
                rows = sum((_worth(row) for row in self._rows[deal["id"]]), Decimal(0))
                if not rows == total == _number(deal["opportunity"]):
                    told.append(f"{origin}: total {total}, rows {rows}, opportunity {deal['opportunity']}")
        return told

    def _wrong_persons(self) -> list[str]:
        told = []
        for origin, deals in self._deals.items():
            customer = self._customers[self._orders[origin]["contato"]["id"]]
            expected = _bare(customer["numeroDocumento"])
            for deal in deals:
                person = self._person(deal)
                firm = bool(deal["companyId"])
                known = person == expected if expected else person.endswith(f":contato:{customer['id']}")
                if not known or firm != (customer["tipo"] == "J"):
                    told.append(f"{origin}: {customer['tipo']} {expected or customer['id']} is {person!r}")
        return told


def _documents(requisites: Sequence[Record]) -> dict[tuple[int, int], str]:
    """CPF or CNPJ by kind and id of its owner."""
    return {
        (int(one["ENTITY_TYPE_ID"]), int(one["ENTITY_ID"])): _bare(one["RQ_CPF"] or one["RQ_CNPJ"] or "")
        for one in requisites
    }


def _identity(person: Record, documents: dict[tuple[int, int], str], entity: int) -> str:
    """Who somebody is: by document, else by what Ponte wrote into the origin, else like nobody else."""
    document = documents.get((entity, person["id"]))
    if document:
        return document
    kind, _, text = str(person["originId"] or "").partition(":")
    if kind in ("cpf", "cnpj"):
        return text
    return str(person["originId"] or f"{entity} {person['id']}")


def _doubles(names: Iterable[str]) -> int:
    found = list(names)
    return len(found) - len(set(found))


def _worth(row: Record) -> Decimal:
    """What Bitrix24 counts for a row."""
    return (_number(row["price"]) * _number(row["quantity"])).quantize(CENT, ROUND_HALF_UP)


def _number(value: object) -> Decimal:
    return Decimal(str(value))


def _bare(document: str) -> str:
    return "".join(filter(str.isalnum, document)).upper()
