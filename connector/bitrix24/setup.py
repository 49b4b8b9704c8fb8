"""Getting a portal's catalogue ready for product sync; doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.limits import ENTERPRISE, STANDARD
from connector.bitrix24.packer import Command, Done, Failed, Packer
from connector.domain.vendor import Rejected

LINK_CODE = "PONTE_BLING_ID"
LINK_NAME = "Bling ID"

Row = dict[str, Any]

_INFO = Command("app.info", {})
_CATALOGS = Command("catalog.catalog.list", {"order": {"id": "ASC"}})
_PRICE_TYPES = Command("catalog.priceType.list", {"order": {"id": "ASC"}})


async def prepare(client: Bitrix24) -> Catalogue:
    """Find the catalogue's parts, and make the link property where it is missing: two or three requests.

    Raises `Rejected` if the portal has no product catalogue, and whatever a call raises.
    """
    packer = Packer(client)
    info, catalogs, types = await _answers(packer, [_INFO, _CATALOGS, _PRICE_TYPES])
    await _learn_plan(client, info.result)
    products, offers = iblocks(_rows(catalogs, "catalogs"))
    links = await _link_properties(packer, [products] if offers is None else [products, offers])
    return Catalogue(
        product_iblock_id=products,
        offer_iblock_id=offers,
        base_price_type=_base(_rows(types, "priceTypes")),
        product_link_property=links[products],
        offer_link_property=None if offers is None else links[offers],
    )


async def _learn_plan(client: Bitrix24, info: Any) -> None:
    """Enterprise portals allow more requests; `app.info` tells the licence's family."""
    family = str(info.get("LICENSE_FAMILY", "")) if isinstance(info, dict) else ""
    await client.limiter.learn(ENTERPRISE if family.lower().startswith("ent") else STANDARD)


def iblocks(catalogs: Sequence[Row]) -> tuple[int, int | None]:
    """The products' iblock and that of their offers, which names it as its `productIblockId`."""
    mains = [int(row["iblockId"]) for row in catalogs if not row.get("productIblockId")]
    if not mains:
        raise Rejected("O portal não tem catálogo de produtos.", code="no_catalogue")
    # A portal with several: the CRM's own is the one that was made first.
    products = min(mains)
    offers = [int(row["iblockId"]) for row in catalogs if str(row.get("productIblockId")) == str(products)]
    return products, min(offers, default=None)


def _base(types: Sequence[Row]) -> int:
    """The price type that the CRM shows; its id is 1 as a rule."""
    marked = [row for row in types if row.get("base") == "Y"]
    named = [row for row in types if "BASE" in (row.get("xmlId"), row.get("name"))]
    for fitting in (marked, named, types):
        if fitting:
            return min(int(row["id"]) for row in fitting)
    raise Rejected("O portal não tem tipos de preço.", code="no_price_type")


async def _link_properties(packer: Packer, iblocks: Sequence[int]) -> dict[int, int]:
    """The link property of each iblock: a property belongs to one of them."""
    found = await _answers(packer, [_find_link(iblock) for iblock in iblocks])
    links = {
        iblock: min(ours)
        for iblock, answer in zip(iblocks, found, strict=True)
        if (ours := [int(row["id"]) for row in _rows(answer, "productProperties") if _is_ours(row, iblock)])
    }
    missing = [iblock for iblock in iblocks if iblock not in links]
    made = await _answers(packer, [_add_link(iblock) for iblock in missing])
    for iblock, answer in zip(missing, made, strict=True):
        links[iblock] = int(answer.result["productProperty"]["id"])
    return links


def _find_link(iblock_id: int) -> Command:
    return Command(
        "catalog.productProperty.list",
        {"select": ["id", "code", "iblockId"], "filter": {"iblockId": iblock_id, "code": LINK_CODE}},
    )


def _is_ours(row: Row, iblock_id: int) -> bool:
    return row.get("code") == LINK_CODE and int(row["iblockId"]) == iblock_id


def _add_link(iblock_id: int) -> Command:
    fields = {
        "iblockId": iblock_id,
        "name": LINK_NAME,
        "code": LINK_CODE,
        # A text: Bling's ids exceed 32 bit.
        "propertyType": "S",
        "multiple": "N",
        "isRequired": "N",
        "active": "Y",
        "filtrable": "Y",
        "sort": 100,
    }
    return Command("catalog.productProperty.add", {"fields": fields})


async def _answers(packer: Packer, commands: Sequence[Command]) -> list[Done]:
    """All answers; raises the first failure."""
    answers: list[Done] = []
    for result in await packer.run(commands):
        if isinstance(result, Failed):
            raise result.error
        answers.append(result)
    return answers


def _rows(answer: Done, name: str) -> list[Row]:
    rows = answer.result.get(name) if isinstance(answer.result, dict) else answer.result
    return rows or []
