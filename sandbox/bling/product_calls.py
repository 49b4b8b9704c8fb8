"""The calls of `/produtos`."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.bling import product_forms as forms
from sandbox.bling.bodies import NO_CONTENT, Body, ok, whole
from sandbox.bling.context import Context, Routes
from sandbox.bling.errors import BlingError, field, invalid
from sandbox.bling.images import first_link, shown_images
from sandbox.bling.product_lists import listed
from sandbox.bling.products import Product
from sandbox.bling.state import BlingState
from sandbox.core.http import Answer


def detail(state: BlingState, product: Product, *, variations: list[Body]) -> Body:
    """A product as its GET shows it; a variation has `variacao` beside an empty `variacoes`."""
    base_url, clock = state.world.base_url, state.world.clock
    media = product.body["midia"]
    shown: Body = dict(product.body)
    image = first_link(media, base_url, clock)
    if image:
        shown["imagemURL"] = image
    shown["midia"] = shown_images(media, base_url, clock)
    if product.parent:
        parent = {"id": product.parent, "cloneInfo": product.clones}
        shown["variacao"] = {"nome": product.variation, "ordem": product.order, "produtoPai": parent}
    shown["variacoes"] = variations
    return shown


def full(context: Context, product: Product) -> Body:
    """A product with its variations."""
    return dump(context.state, context.company.catalogue.children(product), product)


def dump(state: BlingState, children: list[Product], product: Product) -> Body:
    """The same outside a call."""
    inner = []
    for child in children:
        shown = detail(state, child, variations=[])
        del shown["variacoes"]
        inner.append(shown)
    return detail(state, product, variations=inner)


def _list(context: Context) -> Answer:
    base_url, clock = context.state.world.base_url, context.state.world.clock
    page = context.query.page(listed(context.company.catalogue, context.query, context.now))
    return ok(
        [
            forms.row(product.body, product.parent, first_link(product.body["midia"], base_url, clock))
            for product in page
        ]
    )


def _get(context: Context) -> Answer:
    return ok(full(context, context.company.catalogue.get(context.ids[0])))


def _variations(context: Context) -> Answer:
    product = context.company.catalogue.get(context.ids[0])
    return ok(full(context, product))


def _create(context: Context) -> Answer:
    return ok(context.company.catalogue.create(context.sent), 201)


def _replace(context: Context) -> Answer:
    return ok(context.company.catalogue.replace(context.ids[0], context.sent))


def _patch(context: Context) -> Answer:
    return ok(context.company.catalogue.patch(context.ids[0], context.sent))


def _situation(context: Context) -> Answer:
    context.company.catalogue.set_situation(context.ids[0], context.sent.get("situacao"))
    return NO_CONTENT


def _delete(context: Context) -> Answer:
    context.company.catalogue.delete(context.ids[0])
    return NO_CONTENT


def _delete_many(context: Context) -> Answer:
    ids = context.query.integers("idsProdutos")
    if not ids:
        text = "O campo idsProdutos é obrigatório."
        raise invalid([field(1, text, "idsProdutos", forms.NAMESPACE)])
    return _each(sorted(ids), context.company.catalogue.delete)


def _situate_many(context: Context) -> Answer:
    ids, situation = context.sent.get("idsProdutos"), context.sent.get("situacao")
    if not isinstance(ids, list) or not ids:
        text = "O campo idsProdutos é obrigatório."
        raise invalid([field(1, text, "idsProdutos", forms.NAMESPACE)])
    wanted = [whole(entry) or 0 for entry in ids]
    return _each(wanted, lambda one: context.company.catalogue.set_situation(one, situation))


def _each(ids: list[int], act: Callable[[int], None]) -> Answer:
    """204 if all went well, else 200 with an alert for each id that did not."""
    alerts: list[Body] = []
    for product_id in ids:
        try:
            act(product_id)
        except BlingError as refusal:
            alerts.append({"id": product_id, "error": refusal.error})
    return ok({"alertas": alerts}) if alerts else NO_CONTENT


ROUTES: Routes = {
    "produtos": {"GET": _list, "POST": _create, "DELETE": _delete_many},
    "produtos/situacoes": {"POST": _situate_many},
    "produtos/{}": {"GET": _get, "PUT": _replace, "PATCH": _patch, "DELETE": _delete},
    "produtos/{}/situacoes": {"PATCH": _situation},
    "produtos/variacoes/{}": {"GET": _variations},
}
