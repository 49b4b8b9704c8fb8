"""One way to show a page of the operator's house, and to read its address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.response import Redirect

from connector.account.operators import Watcher
from dashboard.operator.telling.house import house
from dashboard.reader import _
from dashboard.rendering import page

#: Rows of a page.
PAGE = 50
DONE = "feito"

Visit = Request[Any, Any, Any]


def screen(
    template: str,
    view: object,
    watcher: Watcher,
    request: Visit,
    *,
    path: str = "",
    status: int = 200,
    refused: str = "",
) -> Response[str]:
    """The page, with rail and what came of the last form; `path` where a form's answer is another page."""
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    around = house(watcher, path or request.url.path + query, _said(request), refused)
    return page(f"operator/{template}", {"house": around, "view": view}, status=status)


def done(path: str, word: str) -> Redirect:
    """Back to the page, which says so."""
    return Redirect(f"{path}{'&' if '?' in path else '?'}{DONE}={word}", status_code=303)


def id_in(request: Visit, name: str) -> UUID | None:
    """An id in the query; None where there is none, or something else."""
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        return None


def text_in(request: Visit, name: str, longest: int = 200) -> str:
    """A word in the query, cut; what the database cannot take is left out."""
    return "".join(filter(str.isprintable, request.query_params.get(name, "")))[:longest].strip()


def _said(request: Visit) -> str:
    return {
        "licenca": _("Licença dada. O que aguardava por ela passa agora."),
        "licenca-fim": _("Licença encerrada."),
        "pausa": _("Cliente pausado. O que chegar fica guardado."),
        "retomado": _("Cliente retomado. O que aguardava passa agora."),
        "entregue": _("Entregue. Os eventos estão na fila do cliente."),
        "descartado": _("Descartado."),
        "repetido": _("Repetido. O aviso está na fila."),
        "reprocesso": _("Os eventos estão na fila dos clientes."),
        "nada": _("Não havia nada a repetir."),
    }.get(request.query_params.get(DONE, ""), "")
