"""Getting a portal's catalogue ready for product sync; doing it again changes nothing."""

from __future__ import annotations

from typing import Any

from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.limits import ENTERPRISE, STANDARD
from connector.domain.vendor import Rejected

LINK_CODE = "PONTE_BLING_ID"
LINK_NAME = "Bling ID"


async def prepare(client: Bitrix24) -> Catalogue:
    """Find the catalogue's parts, and make the link property where it is missing.

    Raises `Rejected` if the portal has no product catalogue, and whatever a call raises.
    """
    await _learn_plan(client)
    catalogs = await _all(client, "catalog.catalog.list", "catalogs", {})
    product_iblock = _product_iblock(catalogs)
    offer_iblock = next(
        (int(row["iblockId"]) for row in catalogs if str(row.get("productIblockId")) == str(product_iblock)),
        None,
    )
    return Catalogue(
        product_iblock_id=product_iblock,
        offer_iblock_id=offer_iblock,
        base_price_type=_base(await _all(client, "catalog.priceType.list", "priceTypes", {})),
        product_link_property=await _link_property(client, product_iblock),
        offer_link_property=None if offer_iblock is None else await _link_property(client, offer_iblock),
    )


async def _learn_plan(client: Bitrix24) -> None:
    """Enterprise portals allow more requests; `app.info` tells the licence's family."""
    info = (await client.call("app.info", {})).result
    family = str(info.get("LICENSE_FAMILY", "")) if isinstance(info, dict) else ""
    await client.limiter.learn(ENTERPRISE if family.lower().startswith("ent") else STANDARD)


def _product_iblock(catalogs: list[dict[str, Any]]) -> int:
    mains = [int(row["iblockId"]) for row in catalogs if not row.get("productIblockId")]
    if not mains:
        raise Rejected("O portal não tem catálogo de produtos.", code="no_catalogue")
    # A portal with several: the CRM's own is the one that was made first.
    return min(mains)


def _base(types: list[dict[str, Any]]) -> int:
    for test in (
        lambda row: row.get("base") == "Y",
        lambda row: row.get("xmlId") == "BASE" or row.get("name") == "BASE",
        lambda row: True,
    ):
        if fitting := [int(row["id"]) for row in types if test(row)]:
            return min(fitting)
    raise Rejected("O portal não tem tipos de preço.", code="no_price_type")


async def _link_property(client: Bitrix24, iblock_id: int) -> int:
    params = {"select": ["id", "code", "iblockId"], "filter": {"iblockId": iblock_id, "code": LINK_CODE}}
    rows = await _all(client, "catalog.productProperty.list", "productProperties", params)
    ours = [
        int(row["id"]) for row in rows if row.get("code") == LINK_CODE and int(row["iblockId"]) == iblock_id
    ]
    return min(ours) if ours else await _add_link_property(client, iblock_id)


async def _add_link_property(client: Bitrix24, iblock_id: int) -> int:
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
    answer = await client.call("catalog.productProperty.add", {"fields": fields})
    return int(answer.result["productProperty"]["id"])


async def _all(client: Bitrix24, method: str, name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        answer = await client.call(method, {**params, "start": start})
        page = answer.result.get(name) if isinstance(answer.result, dict) else answer.result
        rows += page or []
        start = answer.next
    return rows
