"""All calls of Bling's API that the sandbox answers, by path and method."""

from __future__ import annotations

from sandbox.bling import product_calls
from sandbox.bling.bodies import ok
from sandbox.bling.context import Context, Routes
from sandbox.core.http import Answer


def _company(context: Context) -> Answer:
    return ok(context.company.basics())


ROUTES: Routes = {
    "empresas/me/dados-basicos": {"GET": _company},
    **product_calls.ROUTES,
}
