"""Contacts of a Bling account for people. Bling sends no webhooks for them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from sandbox.bling.contacts import masked
from sandbox.core.world import World
from sandbox.pages.bling import SHOWN, FormOf, answered, company_of
from sandbox.pages.rendering import page

_BASE = "/pages/bling/{company_id:str}/contacts"
KINDS = {"F": "Pessoa física", "J": "Pessoa jurídica", "E": "Estrangeiro"}


class ContactForm(msgspec.Struct, frozen=True):
    """What a person may set."""

    nome: str
    tipo: str = "F"
    numeroDocumento: str = ""
    email: str = ""
    celular: str = ""

    def sent(self) -> dict[str, Any]:
        """As the API takes it."""
        return {**msgspec.structs.asdict(self), "situacao": "A"}


@get(_BASE, sync_to_thread=False)
def show_contacts(company_id: str, world: World) -> Response[str]:
    """The newest contacts, and a form for one more."""
    company = company_of(world, company_id)
    contacts = list(company.contacts.all())[: -SHOWN - 1 : -1]
    return page("contacts.html", "Contatos", company=company, contacts=contacts, kinds=KINDS, masked=masked)


@post(_BASE, sync_to_thread=False)
def create_contact(
    company_id: str, data: Annotated[ContactForm, FormOf], world: World
) -> Redirect | Response[str]:
    """A new contact."""
    company = company_of(world, company_id)
    back = f"/pages/bling/{company.id}/contacts"
    return answered(company, lambda: company.contacts.create(data.sent()), back=back, failing=back)


@get(f"{_BASE}/{{contact_id:int}}", sync_to_thread=False)
def show_contact(company_id: str, contact_id: int, world: World) -> Response[str]:
    """The editor of a contact."""
    company = company_of(world, company_id)
    contact = company.contacts.find(contact_id)
    if contact is None:
        raise NotFoundException("Este contato não existe mais.")
    return page("contact.html", contact.body["nome"], company=company, contact=contact.body, kinds=KINDS)


@post(f"{_BASE}/{{contact_id:int}}", sync_to_thread=False)
def change_contact(
    company_id: str, contact_id: int, data: Annotated[ContactForm, FormOf], world: World
) -> Redirect | Response[str]:
    """Change a contact; what the editor does not show stays."""
    company = company_of(world, company_id)
    back = f"/pages/bling/{company.id}/contacts"

    def change() -> None:
        before = company.contacts.get(contact_id).body
        company.contacts.replace(contact_id, before | data.sent())

    return answered(company, change, back=back, failing=f"{back}/{contact_id}")
