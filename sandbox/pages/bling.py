"""Bling for people: its products. Changes take the API's own way, webhooks included."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body
from litestar.response import Redirect

from sandbox.bling.company import Company
from sandbox.bling.errors import BlingError
from sandbox.core.world import World
from sandbox.pages.rendering import NOTE_SITUATIONS, SITUATIONS, page, typed_number

SHOWN = 200
"""Rows of a page; a burst of ten thousand products is nothing to read."""


class ProductForm(msgspec.Struct, frozen=True):
    """What a person may set."""

    nome: str
    codigo: str = ""
    preco: str = ""
    situacao: str = "A"

    def sent(self) -> dict[str, Any]:
        """As the API takes it."""
        return {**msgspec.structs.asdict(self), "preco": typed_number(self.preco) or 0}


FormOf = Body(media_type=RequestEncodingType.URL_ENCODED)


@get("/pages/bling/{company_id:str}", sync_to_thread=False)
def show_company(company_id: str, world: World) -> Response[str]:
    """Products and orders of one account."""
    company = company_of(world, company_id)
    return page(
        "bling.html",
        company.profile.nome,
        company=company,
        products=list(islice(company.catalogue.newest_first(), SHOWN)),
        more=max(0, len(company.catalogue) - SHOWN),
        orders=list(company.orders.all())[: -SHOWN - 1 : -1],
        more_orders=max(0, len(company.orders) - SHOWN),
        notes=[("nfe", note) for note in company.nfe.all()] + [("nfce", note) for note in company.nfce.all()],
        situations=SITUATIONS,
        note_situations=NOTE_SITUATIONS,
    )


@get("/pages/bling/{company_id:str}/products/{product_id:int}", sync_to_thread=False)
def show_product(company_id: str, product_id: int, world: World) -> Response[str]:
    """The editor of one product."""
    company = company_of(world, company_id)
    product = company.catalogue.find(product_id)
    if product is None:
        raise NotFoundException("Este produto não existe mais.")
    title = str(product.body["nome"])
    return page("product.html", title, company=company, product=product, situations=SITUATIONS)


@post("/pages/bling/{company_id:str}/products", sync_to_thread=False)
def create_product(
    company_id: str, data: Annotated[ProductForm, FormOf], world: World
) -> Redirect | Response[str]:
    """A new simple product."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.catalogue.create(data.sent() | {"tipo": "P", "formato": "S"}))


@post("/pages/bling/{company_id:str}/products/{product_id:int}", sync_to_thread=False)
def change_product(
    company_id: str, product_id: int, data: Annotated[ProductForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Change what the editor shows."""
    company = company_of(world, company_id)
    editor = f"/pages/bling/{company.id}/products/{product_id}"
    return answered(company, lambda: company.catalogue.patch(product_id, data.sent()), failing=editor)


@post("/pages/bling/{company_id:str}/products/{product_id:int}/delete", sync_to_thread=False)
def delete_product(company_id: str, product_id: int, world: World) -> Redirect | Response[str]:
    """Delete a product for good."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.catalogue.delete(product_id))


@get("/pages/bling/{company_id:str}/webhooks", sync_to_thread=False)
def show_webhooks(company_id: str, world: World) -> Response[str]:
    """The latest events that left this account for Ponte, newest first."""
    company = company_of(world, company_id)
    mine = [notice for notice in world.bling.webhooks.notices if notice.company_id == company.id]
    return page("webhooks.html", "Webhooks enviados", company=company, notices=mine[::-1])


def answered(
    company: Company, act: Callable[[], object], *, back: str = "", failing: str = ""
) -> Redirect | Response[str]:
    """Carry a person's wish out: back to the account or where `back` says, or a page with Bling's reasons."""
    home = f"/pages/bling/{company.id}"
    try:
        act()
    except BlingError as refusal:
        return refused(refusal, failing or home)
    return Redirect(back or home, status_code=303)


def company_of(world: World, company_id: str) -> Company:
    """The company of a page's address; 404 if there is none."""
    found = world.bling.companies.get(company_id)
    if found is None:
        raise NotFoundException("Esta empresa não existe.")
    return found


def refused(refusal: BlingError, back: str) -> Response[str]:
    """A page with Bling's reasons and a way back."""
    fields = refusal.error.get("fields") or [{"msg": refusal.error["description"]}]
    reasons = [entry["msg"] for entry in fields]
    return page("refused.html", "Não deu certo", status=refusal.status, reasons=reasons, back=back)
