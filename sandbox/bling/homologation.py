"""The five steps by which Bling lets an app prove itself (facts §6)."""

from __future__ import annotations

from sandbox.bling.bodies import encode
from sandbox.bling.context import Context, Routes
from sandbox.bling.errors import error
from sandbox.bling.trial import PRODUCT, refused
from sandbox.core.http import Answer

HEADER = "x-bling-homologacao"


def _advance(context: Context, step: str) -> str:
    sent = context.request.headers.get(HEADER, "")
    return context.state.homologation.advance(step, sent, context.now)


def _require_product(context: Context) -> None:
    if context.ids[0] != context.state.homologation.product_id:
        raise error("RESOURCE_NOT_FOUND")


def _get(context: Context) -> Answer:
    passed = context.state.homologation.begin(context.now)
    return Answer(200, encode({"data": PRODUCT}), headers=((HEADER, passed),))


def _post(context: Context) -> Answer:
    if context.sent != PRODUCT:
        raise refused("O produto enviado difere do recebido.")
    passed = _advance(context, "POST")
    # One step kills the access token on purpose, so that the app shows it can refresh.
    context.state.oauth.kill_access(context.token)
    data = PRODUCT | {"id": context.state.homologation.product_id}
    return Answer(201, encode({"data": data}), headers=((HEADER, passed),))


def _put(context: Context) -> Answer:
    _require_product(context)
    if context.sent.get("nome") != "Copo" or context.sent.get("codigo") != PRODUCT["codigo"]:
        raise refused("O produto enviado não é o esperado.")
    return Answer(204, headers=((HEADER, _advance(context, "PUT")),))


def _patch(context: Context) -> Answer:
    _require_product(context)
    if context.sent.get("situacao") != "I":
        raise refused("A situação enviada não é a esperada.")
    return Answer(204, headers=((HEADER, _advance(context, "PATCH")),))


def _delete(context: Context) -> Answer:
    _require_product(context)
    return Answer(204, headers=((HEADER, _advance(context, "DELETE")),))


ROUTES: Routes = {
    "homologacao/produtos": {"GET": _get, "POST": _post},
    "homologacao/produtos/{}": {"PUT": _put, "DELETE": _delete},
    "homologacao/produtos/{}/situacoes": {"PATCH": _patch},
}
