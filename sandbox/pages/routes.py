"""The pages' routes."""

from __future__ import annotations

from litestar import Response, Router, get
from litestar.di import Provide

from sandbox.core.world import World
from sandbox.pages import bitrix24, bitrix24_products, bling, contacts, doors, mail, orders, sales
from sandbox.pages.rendering import page


def routes(world: World) -> list[Router]:
    """The index, the two vendors' records, and the mail."""
    handlers = [
        show_index,
        bling.show_company,
        bling.show_product,
        bling.create_product,
        bling.change_product,
        bling.delete_product,
        bling.show_webhooks,
        orders.new_order,
        orders.create_order,
        orders.show_order,
        orders.change_order,
        orders.delete_order,
        contacts.show_contacts,
        contacts.create_contact,
        contacts.show_contact,
        contacts.change_contact,
        sales.move_order,
        sales.make_note,
        sales.change_nfe,
        sales.change_nfce,
        bitrix24.show_portal,
        bitrix24.show_deal,
        bitrix24.change_deal,
        bitrix24.delete_deal,
        bitrix24_products.create_product,
        bitrix24_products.show_product,
        bitrix24_products.change_product,
        bitrix24_products.delete_product,
        doors.open_bling,
        mail.show_mail,
        mail.post_mail,
    ]
    provide = Provide(lambda: world, sync_to_thread=False)
    return [Router("/", route_handlers=handlers, dependencies={"world": provide})]


@get("/", sync_to_thread=False)
def show_index(world: World) -> Response[str]:
    """What there is to see."""
    companies, portals = list(world.bling.companies.values()), world.bitrix24.portals()
    return page("index.html", "O sandbox da Ponte", companies=companies, portals=portals)
