"""Lists of everything in a portal that carries our mark, whatever it is the pair of."""

from __future__ import annotations

from connector.bitrix24 import crm
from connector.bitrix24.batch import Command
from connector.bitrix24.catalogue import property_name


def marked_products(iblock_id: int, property_id: int, after: int, start: int) -> Command:
    """Records of an iblock whose link property holds anything, by their ids from `after` on, 50 a page."""
    name = property_name(property_id)
    return Command(
        "catalog.product.list",
        {
            "select": ["id", "iblockId", "name", "active", "type", "xmlId", name],
            "filter": {"iblockId": iblock_id, f"!{name}": "", ">id": after},
            "order": {"id": "ASC"},
            "start": start,
        },
    )


def marked_deals(after: int, start: int) -> Command:
    """Deals that Ponte made, by their ids from `after` on, 50 a page."""
    wanted = {"=originatorId": crm.ORIGINATOR, ">id": after}
    return crm.find_items(crm.DEAL, wanted, ("originId", "title"), start)
