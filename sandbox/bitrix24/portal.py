"""One Bitrix24 portal: who works there, its catalogue and CRM, and whether Ponte is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sandbox.bitrix24 import furniture
from sandbox.bitrix24.catalogue import Catalogue, Iblocks
from sandbox.bitrix24.crm import Crm
from sandbox.bitrix24.events import Author, Events
from sandbox.bitrix24.inventory import Inventory
from sandbox.bitrix24.limits import STANDARD, RatePlan
from sandbox.bitrix24.people import staff
from sandbox.core.clock import Clock


class PortalPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What distinguishes a portal from the others. `number` spreads their ids apart."""

    number: int
    member_id: str
    domain: str
    name: str
    rate: RatePlan = STANDARD
    self_hosted: bool = False
    brazilian_presets: bool = True
    required_deal_field: bool = False
    offline_events: bool = True


class Delivery(msgspec.Struct, frozen=True):
    """One online event on its way."""

    portal: Portal
    event: str
    data: dict[str, Any]
    handler: str
    handler_id: int | None
    author: Author


class Portal:
    """A portal's whole state. `installed` means that the installation was finished."""

    def __init__(
        self, plan: PortalPlan, *, base_url: str, clock: Clock, send: Callable[[Delivery], None]
    ) -> None:
        self.plan = plan
        self.base_url = base_url
        self.clock = clock
        self._send = send
        self.installed = False
        self.install_page_shown = False
        self.closed = False
        self.unique_codes = True
        self.notices: list[dict[str, Any]] = []
        self._last_notice = plan.number * 1000
        self.placements: dict[tuple[str, str], str] = {}
        self.users = {user.id: user for user in staff(plan.number)}
        products = 12 + 2 * plan.number
        self.catalogue = Catalogue(Iblocks(products, products + 1, 90 + 7 * plan.number), plan.number * 1000)
        self.price_types = furniture.price_types()
        self.measures = furniture.measures()
        self.stores = furniture.stores()
        self.inventory = Inventory()
        self.crm = Crm(self, first_id=plan.number * 100)
        self.events = Events(self)
        furniture.furnish(self)

    @property
    def member_id(self) -> str:
        """The portal's own id, 32 hexadecimal digits."""
        return self.plan.member_id

    @property
    def rest_url(self) -> str:
        """`client_endpoint`: where the portal's REST is reached."""
        return f"{self.base_url}/bitrix24/{self.member_id}/rest/"

    def catalogs(self) -> list[dict[str, Any]]:
        """The two rows of `catalog.catalog.list`."""
        iblocks = self.catalogue.iblocks
        common = {"iblockTypeId": "CRM_PRODUCT_CATALOG", "lid": "s1", "subscription": "N", "vatId": 0}
        name = "Catálogo de produtos CRM"
        rows: list[dict[str, Any]] = [
            {"iblockId": iblocks.products, "name": name, "productIblockId": None, "skuPropertyId": None},
            {
                "iblockId": iblocks.offers,
                "name": f"{name} (ofertas)",
                "productIblockId": iblocks.products,
                "skuPropertyId": iblocks.sku_property,
            },
        ]
        return [dict(sorted((common | row | {"id": row["iblockId"]}).items())) for row in rows]

    def notify(self, user_id: int, message: str, tag: str) -> int:
        """Put a notice before a user, in place of the one with the same tag; its id."""
        if tag:
            self.notices = [
                notice for notice in self.notices if (notice["tag"], notice["user_id"]) != (tag, user_id)
            ]
        self._last_notice += 1
        notice = {"id": self._last_notice, "user_id": user_id, "message": message, "tag": tag}
        self.notices.append(notice)
        return self._last_notice

    def deliver(
        self, event: str, data: dict[str, Any], *, handler: str, handler_id: int | None, author: Author
    ) -> None:
        """Send an online event on its way; nobody waits for it and it is never sent again."""
        self._send(Delivery(self, event, data, handler, handler_id, author))
