"""Orders of a Bling account for people: made, changed, moved, deleted as by the API."""

from __future__ import annotations

from itertools import islice
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from sandbox.bling.company import Company
from sandbox.bling.errors import BlingError
from sandbox.core.world import World
from sandbox.pages.bling import SHOWN, answered, company_of
from sandbox.pages.forms import Form
from sandbox.pages.order_form import sent_order, shown, shown_rows
from sandbox.pages.rendering import NOTE_SITUATIONS, page

_BASE = "/pages/bling/{company_id:str}/orders"
Answer = Redirect | Response[str]


@get(f"{_BASE}/new", sync_to_thread=False)
def new_order(company_id: str, world: World) -> Response[str]:
    """The editor of an order to be made."""
    return _editor(company_of(world, company_id), None)


@post(_BASE, status_code=200)
async def create_order(company_id: str, request: Request[Any, Any, Any], world: World) -> Answer:
    """Make an order."""
    company, form = company_of(world, company_id), await Form.of(request)

    def create() -> None:
        order_id = company.orders.create(sent_order(company, form, None))
        situation = int(form.text("situacao") or 0)
        if situation and company.orders.get(order_id).body["situacao"]["id"] != situation:
            company.orders.move(order_id, situation)

    return answered(company, create, failing=f"/pages/bling/{company.id}/orders/new")


@get(f"{_BASE}/{{order_id:int}}", sync_to_thread=False)
def show_order(company_id: str, order_id: int, world: World) -> Response[str]:
    """The editor of an order."""
    company = company_of(world, company_id)
    try:
        order = company.orders.get(order_id).body
    except BlingError as refusal:
        return page(
            "refused.html",
            "Este pedido não existe mais",
            status=refusal.status,
            reasons=[],
            back=f"/pages/bling/{company.id}",
        )
    return _editor(company, order)


@post(f"{_BASE}/{{order_id:int}}/edit", status_code=200)
async def change_order(
    company_id: str, order_id: int, request: Request[Any, Any, Any], world: World
) -> Answer:
    """Replace an order by what the editor holds."""
    company, form = company_of(world, company_id), await Form.of(request)
    where = f"/pages/bling/{company.id}/orders/{order_id}"

    def replace() -> None:
        before = company.orders.get(order_id).body
        company.orders.replace(order_id, sent_order(company, form, before))

    return answered(company, replace, back=where, failing=where)


@post(f"{_BASE}/{{order_id:int}}/delete", sync_to_thread=False)
def delete_order(company_id: str, order_id: int, world: World) -> Answer:
    """Delete an order; it passes through *Cancelado*."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.orders.delete(order_id))


def _editor(company: Company, order: dict[str, Any] | None) -> Response[str]:
    notes = [*company.nfe.all(), *company.nfce.all()]
    note_id = order["notaFiscal"]["id"] if order else 0
    return page(
        "order.html",
        f"Pedido {order['numero']}" if order else "Novo pedido de venda",
        company=company,
        made=order,
        order=shown(order),
        rows=shown_rows(order),
        contacts=list(company.contacts.all())[: -SHOWN - 1 : -1],
        products=list(islice(company.catalogue.newest_first(), SHOWN)),
        note=next((note for note in notes if note["id"] == note_id), None),
        note_situations=NOTE_SITUATIONS,
    )
