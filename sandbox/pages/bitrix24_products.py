"""A portal's products for people: made, changed and deleted as in its own screens, with their events."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from sandbox.bitrix24 import elements, prices
from sandbox.bitrix24.catalogue import Element
from sandbox.bitrix24.element_fields import got
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.portal import Portal
from sandbox.bitrix24.registry import Call
from sandbox.core.world import World
from sandbox.pages.bitrix24 import by_hand, portal_of
from sandbox.pages.bling import FormOf
from sandbox.pages.rendering import page, typed_number

_PRODUCTS = "/pages/bitrix24/{member_id:str}/products"
_PRODUCT = f"{_PRODUCTS}/{{product_id:int}}"


class ProductForm(msgspec.Struct, frozen=True):
    """What a person may set."""

    name: str
    xmlId: str = ""
    price: str = ""
    active: str = "Y"

    def fields(self) -> dict[str, str]:
        """As the portal's REST takes it; an empty code stays what it is."""
        return {"name": self.name, "active": self.active} | ({"xmlId": self.xmlId} if self.xmlId else {})


@get(_PRODUCT, sync_to_thread=False)
def show_product(member_id: str, product_id: int, world: World) -> Response[str]:
    """One product of the catalogue, to be changed."""
    portal = portal_of(world, member_id)
    element = _element(portal, product_id)
    return page(
        "bitrix24_product.html",
        element.fields["name"],
        member_id=member_id,
        portal=portal,
        product=got(portal.catalogue, element),
        price=_base_price(portal, product_id),
        has_price=not element.kind.is_parent,
    )


@post(_PRODUCTS, sync_to_thread=False)
def create_product(
    member_id: str, data: Annotated[ProductForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Make a simple product."""
    portal, where = portal_of(world, member_id), f"/pages/bitrix24/{member_id}"
    call = by_hand(world, portal)
    sent: dict[str, Any] = {"iblockId": portal.catalogue.iblocks.products, **data.fields()}
    try:
        element = elements.create(call, elements.PRODUCTS, sent)
        _set_price(call, element.id, data.price)
    except RestError as refusal:
        return _refused(refusal, where)
    return Redirect(where, status_code=303)


@post(_PRODUCT, sync_to_thread=False)
def change_product(
    member_id: str, product_id: int, data: Annotated[ProductForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Change a product; its price is a record of its own."""
    portal, where = portal_of(world, member_id), f"/pages/bitrix24/{member_id}/products/{product_id}"
    call = by_hand(world, portal)
    try:
        elements.change(call, _element(portal, product_id), data.fields())
        _set_price(call, product_id, data.price)
    except RestError as refusal:
        return _refused(refusal, where)
    return Redirect(where, status_code=303)


@post(f"{_PRODUCT}/delete", sync_to_thread=False)
def delete_product(member_id: str, product_id: int, world: World) -> Redirect:
    """Delete a product."""
    portal = portal_of(world, member_id)
    elements.remove(by_hand(world, portal), _element(portal, product_id))
    return Redirect(f"/pages/bitrix24/{member_id}", status_code=303)


def _refused(refusal: RestError, where: str) -> Response[str]:
    return page("refused.html", "Não deu certo", status=400, reasons=[refusal.description], back=where)


def _element(portal: Portal, product_id: int) -> Element:
    found = portal.catalogue.elements.get(product_id)
    if found is None:
        raise NotFoundException("Este produto não existe mais.")
    return found


def _base_price(portal: Portal, product_id: int) -> dict[str, Any] | None:
    """The price of the lowest price type; BASE comes first in every portal."""
    found = sorted(portal.catalogue.prices_of(product_id), key=lambda price: int(price["catalogGroupId"]))
    return found[0] if found else None


def _set_price(call: Call, product_id: int, typed: str) -> None:
    """Nothing typed leaves the price as it is."""
    amount, known = typed_number(typed), _base_price(call.portal, product_id)
    if amount in (None, ""):
        return
    if known is None:
        group = min(int(one["id"]) for one in call.portal.price_types)
        sent = {"productId": product_id, "catalogGroupId": group, "price": amount, "currency": "BRL"}
        prices.add_price(call, product_id, sent)
    else:
        prices.change_price(call, known, {"price": amount, "currency": "BRL"})
