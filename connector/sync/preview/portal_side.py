"""What Bitrix24 holds of the records of a preview, whole, in one request."""

from __future__ import annotations

import asyncio

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24 import crm
from connector.bitrix24.catalogue import Catalogue
from connector.bitrix24.packer import Command, Failed, Packer
from connector.domain.events import Kind
from connector.domain.mapping import PRICE_FIELD
from connector.domain.products import Shape
from connector.domain.vendor import Call, ConnectionState, VendorError
from connector.store.links import Link
from connector.sync.clients import bitrix24_client
from connector.sync.context import Context
from connector.sync.engine import Engine
from connector.sync.preview.bling_side import GRACE_S, stamp
from connector.sync.preview.cache import Record, Shelf
from connector.sync.products import elements

#: Seconds that Bitrix24's records are kept: nobody tells of an edit by hand, and all are one request.
PRESENT_S = 60
#: Every field of a record of the catalogue, and of a deal.
_WHOLE, _WHOLE_DEAL = ("*", "property*"), ("*", "uf_*")


class PortalSide:
    """The tenant's portal, as one preview reads it; `calls` are for the log."""

    def __init__(self, engine: Engine, context: Context, kind: Kind, patience: float) -> None:
        self._engine, self._context, self._kind = engine, context, kind
        self._patience = patience + GRACE_S
        self._tenant_id = context.tenant_id
        self.calls: list[Call] = []

    async def present(self, links: list[Link]) -> dict[int, Record]:
        """Bitrix24's records by id, whole; a portal that is away leaves what we remember."""
        portal, catalogue = self._context.portal, self._context.catalogue
        if not links or portal is None or portal.state is not ConnectionState.CONNECTED:
            return {}
        shelf = Shelf(self._engine.redis, self._tenant_id, f"{self._kind}:present", PRESENT_S)
        names = {link.bitrix_id: f"{link.bitrix_id}:{stamp(link)}" for link in links if link.bitrix_id}
        kept = await shelf.load(names.values())
        found = {number: kept[name] for number, name in names.items() if name in kept}
        missing = [number for number in names if number not in found]
        if missing:
            packer = Packer(bitrix24_client(self._engine, self._tenant_id, portal, self.calls.append))
            new = await self._asked(packer, self._questions(catalogue, links, missing))
            await shelf.keep({names[number]: row for number, row in new.items() if number in names})
            found |= new
        return found

    def _questions(self, catalogue: Catalogue | None, links: list[Link], missing: list[int]) -> list[Command]:
        if self._kind is not Kind.PRODUCT:
            return [crm.find_items_by_ids(crm.DEAL, missing, _WHOLE_DEAL)]
        if catalogue is None:
            return []
        offers = {one.bitrix_id for one in links if one.shape == Shape.OFFER}
        found = [vendor.prices_of(missing, catalogue.base_price_type)]
        for is_offer in (False, True):
            place = elements.iblock(catalogue, offers=is_offer)
            ids = [number for number in missing if (number in offers) is is_offer]
            if place is not None and ids:
                found.append(vendor.find_by_ids(*place, ids, _WHOLE))
        return found

    async def _asked(self, packer: Packer, commands: list[Command]) -> dict[int, Record]:
        """Rows by id; a product's price goes with it."""
        try:
            async with asyncio.timeout(self._patience):
                results = await packer.run(commands)
        except (VendorError, TimeoutError):
            return {}
        rows: dict[int, Record] = {}
        prices: dict[int, str] = {}
        for command, result in zip(commands, results, strict=True):
            if isinstance(result, Failed):
                continue
            if command.method == "catalog.price.list":
                prices = {one.product_id: elements.amount(one) for one in vendor.prices(result.result)}
            elif self._kind is Kind.PRODUCT:
                rows |= {one.id: dict(one.fields) for one in vendor.found(result.result, 0)}
            else:
                rows |= {int(row["id"]): row for row in crm.items(result.result)}
        return {number: {**row, PRICE_FIELD: prices.get(number, "")} for number, row in rows.items()}
