"""The calls of `/contatos`."""

from __future__ import annotations

from sandbox.bling.bodies import NO_CONTENT, ok
from sandbox.bling.contacts import row
from sandbox.bling.context import Context, Routes
from sandbox.core.http import Answer


def _list(context: Context) -> Answer:
    page = context.query.page(context.company.contacts.listed(context.query, context.now))
    return ok([row(contact.body) for contact in page])


def _get(context: Context) -> Answer:
    return ok(context.company.contacts.get(context.ids[0]).body)


def _create(context: Context) -> Answer:
    return ok({"id": context.company.contacts.create(context.sent)}, 201)


def _replace(context: Context) -> Answer:
    context.company.contacts.replace(context.ids[0], context.sent)
    return NO_CONTENT


def _situation(context: Context) -> Answer:
    context.company.contacts.set_situation(context.ids[0], context.sent.get("situacao"))
    return NO_CONTENT


def _delete(context: Context) -> Answer:
    context.company.contacts.delete(context.ids[0])
    return NO_CONTENT


def _types(context: Context) -> Answer:
    return ok(context.company.references.contact_types)


ROUTES: Routes = {
    "contatos": {"GET": _list, "POST": _create},
    "contatos/{}": {"GET": _get, "PUT": _replace, "DELETE": _delete},
    "contatos/{}/situacoes": {"PATCH": _situation},
    "contatos/tipos": {"GET": _types},
}
