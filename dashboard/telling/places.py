"""Where a record is seen at the vendors themselves."""

from __future__ import annotations

from urllib.parse import urlsplit

from connector.domain.events import Kind, RecordKey
from connector.domain.products import Shape
from connector.store.connections import Portal
from dashboard.reader import _
from dashboard.telling.deals import DEALS
from dashboard.views.parts import Action

#: Bling's own screens.
BLING_PAGES = {
    Kind.PRODUCT: "produtos.php",
    Kind.ORDER: "vendas.php",
    Kind.SALE: "notas.fiscais.php",
    Kind.CONTACT: "contatos.php",
}


#: Products that have a page of their own in Bitrix24; a variation's is below its parent's.
PAGED = frozenset({Shape.SIMPLE, Shape.SKU})


def links(
    record: RecordKey, bitrix_id: int | None, portal: Portal | None, bling: str, shape: str | None = None
) -> tuple[Action, ...]:
    """To the record on both sides; `bling` = any address of Bling's site, `shape` = a product's there."""
    found = [in_bling(record, bling)]
    if record.kind in DEALS and bitrix_id is not None and portal is not None:
        found.append(Action(label=_("Negócio no Bitrix24"), url=deal_url(portal, bitrix_id)))
    elif bitrix_id is not None and portal is not None and shape in PAGED:
        found.append(_product_in_bitrix24(portal, bitrix_id))
    return tuple(one for one in found if one is not None)


def _product_in_bitrix24(portal: Portal, bitrix_id: int) -> Action | None:
    """The product's card in the portal's catalogue."""
    if portal.product_iblock_id is None:
        return None
    url = f"{_site(portal)}/crm/catalog/{portal.product_iblock_id}/product/{bitrix_id}/"
    return Action(label=_("Ver no Bitrix24"), url=url)


def deal_url(portal: Portal, bitrix_id: int) -> str:
    """The deal's card."""
    return f"{_site(portal)}/crm/deal/details/{bitrix_id}/"


def _site(portal: Portal) -> str:
    return portal.client_endpoint.rstrip("/").removesuffix("/rest")


def in_bling(record: RecordKey, bling: str) -> Action | None:
    """To the record in Bling; None for one that Bling has not, or shows on no page."""
    name, site = BLING_PAGES.get(record.kind), urlsplit(bling)
    if name is None or record.in_bling is None:
        return None
    return Action(label=_("Ver no Bling"), url=f"{site.scheme}://{site.netloc}/{name}#edit/{record.bling_id}")
