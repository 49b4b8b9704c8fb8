"""The calls of `/pedidos/vendas`."""

from __future__ import annotations

from sandbox.bling.bodies import NO_CONTENT, Body, bare, ok
from sandbox.bling.context import Context, Routes
from sandbox.bling.errors import BlingError
from sandbox.bling.orders import row
from sandbox.core.http import Answer


def _answer(order_id: int) -> Body:
    """Without `numero`: it has to be read back."""
    return {"id": order_id, "alertas": [], "rastreamento": {}}


def _list(context: Context) -> Answer:
    page = context.query.page(context.company.orders.listed(context.query, context.now))
    return ok([row(order.body) for order in page])


def _get(context: Context) -> Answer:
    return ok(context.company.orders.get(context.ids[0]).body)


def _create(context: Context) -> Answer:
    return ok(_answer(context.company.orders.create(context.sent)), 201)


def _replace(context: Context) -> Answer:
    context.company.orders.replace(context.ids[0], context.sent)
    return ok(_answer(context.ids[0]))


def _move(context: Context) -> Answer:
    context.company.orders.move(context.ids[0], context.ids[1])
    return NO_CONTENT


def _delete(context: Context) -> Answer:
    context.company.orders.delete(context.ids[0])
    return NO_CONTENT


def _delete_many(context: Context) -> Answer:
    alerts: list[str] = []
    for order_id in sorted(context.query.integers("idsPedidosVendas") or ()):
        try:
            context.company.orders.delete(order_id)
        except BlingError:
            alerts.append(f"A venda {order_id} não foi encontrada.")
    return ok({"alertas": alerts}) if alerts else NO_CONTENT


def _make_nfe(context: Context) -> Answer:
    return bare({"idNotaFiscal": context.company.nfe.from_order(context.ids[0])}, 201)


def _make_nfce(context: Context) -> Answer:
    return bare({"idNotaFiscal": context.company.nfce.from_order(context.ids[0])}, 201)


ROUTES: Routes = {
    "pedidos/vendas": {"GET": _list, "POST": _create, "DELETE": _delete_many},
    "pedidos/vendas/{}": {"GET": _get, "PUT": _replace, "DELETE": _delete},
    "pedidos/vendas/{}/situacoes/{}": {"PATCH": _move},
    "pedidos/vendas/{}/gerar-nfe": {"POST": _make_nfe},
    "pedidos/vendas/{}/gerar-nfce": {"POST": _make_nfce},
}
