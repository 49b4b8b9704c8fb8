"""The calls of `/estoques`."""

from __future__ import annotations

from sandbox.bling.bodies import ok
from sandbox.bling.context import Context, Routes
from sandbox.core.http import Answer


def _balances(context: Context) -> Answer:
    return ok(list(context.company.stocks.listed(context.query)))


def _deposit_balances(context: Context) -> Answer:
    return ok(list(context.company.stocks.listed(context.query, context.ids[0])))


def _move(context: Context) -> Answer:
    return ok({"id": context.company.stocks.move(context.sent)}, 201)


ROUTES: Routes = {
    "estoques": {"POST": _move},
    "estoques/saldos": {"GET": _balances},
    "estoques/saldos/{}": {"GET": _deposit_balances},
}
