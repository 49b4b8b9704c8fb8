"""An order's situation and the notes of a Bling account; what the API has no call for is here too."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.response import Redirect

from sandbox.bling.invoices import Act
from sandbox.core.world import World
from sandbox.pages.bling import FormOf, answered, company_of


class MoveForm(msgspec.Struct, frozen=True):
    """An order's new situation."""

    situacao: int


class NewNoteForm(msgspec.Struct, frozen=True):
    """Which kind of note to make."""

    kind: Literal["nfe", "nfce"] = "nfe"


class NoteForm(msgspec.Struct, frozen=True):
    """What to do with a note."""

    act: Literal["send", "reject", "print", "cancel"]

    @property
    def means(self) -> Act:
        """The same in the sandbox's words."""
        return Act.AUTHORISE if self.act == "send" else Act(self.act)


@post("/pages/bling/{company_id:str}/orders/{order_id:int}", sync_to_thread=False)
def move_order(
    company_id: str, order_id: int, data: Annotated[MoveForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Move an order to another situation."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.orders.move(order_id, data.situacao))


@post("/pages/bling/{company_id:str}/orders/{order_id:int}/note", sync_to_thread=False)
def make_note(
    company_id: str, order_id: int, data: Annotated[NewNoteForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Make the draft of an order's note."""
    company = company_of(world, company_id)
    notes = company.nfe if data.kind == "nfe" else company.nfce
    return answered(company, lambda: notes.from_order(order_id))


@post("/pages/bling/{company_id:str}/nfe/{note_id:int}", sync_to_thread=False)
def change_nfe(
    company_id: str, note_id: int, data: Annotated[NoteForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Authorise, reject, print or cancel an NF-e."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.nfe.act(note_id, data.means))


@post("/pages/bling/{company_id:str}/nfce/{note_id:int}", sync_to_thread=False)
def change_nfce(
    company_id: str, note_id: int, data: Annotated[NoteForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Authorise, reject, print or cancel an NFC-e."""
    company = company_of(world, company_id)
    return answered(company, lambda: company.nfce.act(note_id, data.means))
