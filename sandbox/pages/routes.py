"""The pages' routes."""

from __future__ import annotations

from litestar import Response, Router, get
from litestar.di import Provide

from sandbox.core.world import World
from sandbox.pages import bitrix24, bling, mail, sales
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
        sales.move_order,
        sales.make_note,
        sales.change_nfe,
        sales.change_nfce,
        bitrix24.show_portal,
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
