"""Orders and notes of a Bling account for people; what the API has no call for is here too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.response import Redirect

from sandbox.bling.company import Company
from sandbox.bling.errors import BlingError
from sandbox.core.world import World
from sandbox.pages.bling import FormOf, company_of, refused


class MoveForm(msgspec.Struct, frozen=True):
    """An order's new situation."""

    situacao: int


class NoteForm(msgspec.Struct, frozen=True):
    """What to do with a note."""

    act: Literal["send", "cancel"]


@post("/pages/bling/{company_id:str}/orders/{order_id:int}", sync_to_thread=False)
def move_order(
    company_id: str, order_id: int, data: Annotated[MoveForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Move an order to another situation."""
    company = company_of(world, company_id)
    return _done(company, lambda: company.orders.move(order_id, data.situacao))


@post("/pages/bling/{company_id:str}/orders/{order_id:int}/note", sync_to_thread=False)
def make_note(company_id: str, order_id: int, world: World) -> Redirect | Response[str]:
    """Make the draft of an order's note."""
    company = company_of(world, company_id)
    return _done(company, lambda: company.nfe.from_order(order_id))


@post("/pages/bling/{company_id:str}/nfe/{note_id:int}", sync_to_thread=False)
def change_nfe(
    company_id: str, note_id: int, data: Annotated[NoteForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Authorise or cancel an NF-e."""
    company = company_of(world, company_id)
    act = company.nfe.send if data.act == "send" else company.nfe.cancel
    return _done(company, lambda: act(note_id))


@post("/pages/bling/{company_id:str}/nfce/{note_id:int}", sync_to_thread=False)
def change_nfce(
    company_id: str, note_id: int, data: Annotated[NoteForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Authorise or cancel an NFC-e."""
    company = company_of(world, company_id)
    act = company.nfce.send if data.act == "send" else company.nfce.cancel
    return _done(company, lambda: act(note_id))


def _done(company: Company, act: Callable[[], object]) -> Redirect | Response[str]:
    back = f"/pages/bling/{company.id}"
    try:
        act()
    except BlingError as refusal:
        return refused(refusal, back)
    return Redirect(back, status_code=303)
