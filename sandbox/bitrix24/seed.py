"""What the demo's portals hold already: products that somebody entered by hand, a customer, a deal."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24 import crm_items, crm_rows
from sandbox.bitrix24.crm import Entity
from sandbox.bitrix24.elements import OFFERS, PARENTS, PRODUCTS, create
from sandbox.bitrix24.furniture import BASE_PRICE_TYPE, WHOLESALE_PRICE_TYPE
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.prices import add_price
from sandbox.bitrix24.registry import Call
from sandbox.bitrix24.tokens import Token

SHARED_SKU = "CAN-350"
"""Also a SKU of the demo's first Bling company: its product is there to be adopted."""


def fill(portal: Portal, token: Token) -> None:
    """Put the demo's records into a portal."""
    iblock_id = portal.catalogue.iblocks.products
    mug = _product(portal, token, {"name": "Caneca 350 ml (cadastro manual)", "xmlId": SHARED_SKU}, "32.00")
    _price(portal, token, mug, WHOLESALE_PRICE_TYPE, "25.50")
    notebook = _product(portal, token, {"name": "Caderno pautado A5", "code": "caderno-a5"}, "18.90")
    _product(portal, token, {"name": "Caneta azul (fora de linha)", "active": "N"}, "2.50")
    shirt = create(_call(portal, token), PARENTS, {"iblockId": iblock_id, "name": "Camiseta do escritório"})
    for size in ("P", "M"):
        _offer(portal, token, shirt.id, f"Camiseta do escritório {size}")
    _deal(portal, token, notebook)


def _call(portal: Portal, token: Token, params: dict[str, Any] | None = None) -> Call:
    return Call(portal, token, params or {}, portal.clock.real())


def _product(portal: Portal, token: Token, fields: dict[str, Any], price: str) -> int:
    sent = {"iblockId": portal.catalogue.iblocks.products} | fields
    element = create(_call(portal, token), PRODUCTS, sent)
    _price(portal, token, element.id, BASE_PRICE_TYPE, price)
    return element.id


def _offer(portal: Portal, token: Token, parent_id: int, name: str) -> None:
    sent = {"iblockId": portal.catalogue.iblocks.offers, "name": name, "parentId": parent_id}
    element = create(_call(portal, token), OFFERS, sent)
    _price(portal, token, element.id, BASE_PRICE_TYPE, "59.90")


def _price(portal: Portal, token: Token, element_id: int, group_id: int, price: str) -> None:
    sent = {"catalogGroupId": group_id, "price": price, "currency": "BRL"}
    add_price(_call(portal, token), element_id, sent)


def _deal(portal: Portal, token: Token, product_id: int) -> None:
    mail = {"typeId": "EMAIL", "valueType": "WORK", "value": "cliente@exemplo.example"}
    call = _call(portal, token)
    contact = crm_items.create(call, Entity.CONTACT, {"name": "Marina", "lastName": "Costa", "fm": [mail]})
    fields = {"title": "Cadernos para o escritório", "contactId": contact["id"], "ufCrm1767225600001": "Site"}
    deal = crm_items.create(call, Entity.DEAL, fields)
    rows = [{"productId": product_id, "price": 18.9, "quantity": 10}]
    sent = {"ownerType": Entity.DEAL.letter, "ownerId": deal["id"], "productRows": rows}
    crm_rows.rows_set(_call(portal, token, sent))
