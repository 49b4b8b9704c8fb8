"""Where a record is seen at the vendors themselves."""

from __future__ import annotations

from urllib.parse import urlsplit

from connector.domain.events import Kind, RecordKey
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


def links(record: RecordKey, bitrix_id: int | None, portal: Portal | None, bling: str) -> tuple[Action, ...]:
    """To the record on both sides; `bling` = any address of Bling's site."""
    found = [_in_bling(record, bling)]
    if record.kind in DEALS and bitrix_id is not None and portal is not None:
        found.append(Action(label=_("Negócio no Bitrix24"), url=deal_url(portal, bitrix_id)))
    return tuple(one for one in found if one is not None)


def deal_url(portal: Portal, bitrix_id: int) -> str:
    """The deal's card."""
    base = portal.client_endpoint.rstrip("/").removesuffix("/rest")
    return f"{base}/crm/deal/details/{bitrix_id}/"


def _in_bling(record: RecordKey, bling: str) -> Action | None:
    name, site = BLING_PAGES.get(record.kind), urlsplit(bling)
    if name is None or record.in_bling is None:
        return None
    return Action(label=_("Ver no Bling"), url=f"{site.scheme}://{site.netloc}/{name}#edit/{record.bling_id}")
