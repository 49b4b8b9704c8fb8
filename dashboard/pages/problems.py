"""Errors on pages: in plain words, with a way on. Programs get the server's problem JSON as ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect

from dashboard.operator.readers import greet_operator
from dashboard.pages.visitors import greet
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.views.parts import Action
from dashboard.views.sign_in import ProblemPage
from server.app import EXCEPTION_HANDLERS
from server.problems import NotSignedIn, Problem
from server.requests import SECURITY_HEADERS
from server.sessions import SAFE_METHODS

#: Addresses that only programs ask for.
PROGRAMS = ("/api/", "/webhooks/", "/health/", "/metrics", "/schema", "/live", "/static/")

Visit = Request[Any, Any, Any]
Answerer = Callable[[Visit, Any], Response[Any]]


def handlers() -> dict[Any, Answerer]:
    """For the app: the server's own handlers, each asked first whether a person is reading."""
    theirs: Mapping[Any, Any] = EXCEPTION_HANDLERS
    return {kind: _for_people(answer) for kind, answer in theirs.items()}


def _for_people(answer: Any) -> Answerer:
    def choose(request: Visit, error: Any) -> Response[Any]:
        said: Response[Any] = answer(request, error)
        return _tell(request, error, said) if _is_page(request) else said

    return choose


def _is_page(request: Visit) -> bool:
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.startswith(PROGRAMS)


def _tell(request: Visit, error: Any, said: Response[Any]) -> Response[Any]:
    """The page that says what the server's answer says; status and headers are the same."""
    if isinstance(error, NotSignedIn):
        return _to_sign_in(request)
    operators = _is_operators(request)
    (greet_operator if operators else greet)(request)
    status = HTTPStatus(said.status_code or 500)
    shown = {"view": _words(status, error, "/operator" if operators else "/")}
    # No router's middleware sees an address that leads nowhere: the headers are said here too.
    headers = SECURITY_HEADERS | dict(said.headers)
    return page("problem.html", shown, status=status, headers=headers)


def _is_operators(request: Visit) -> bool:
    return request.url.path.startswith("/operator")


def _to_sign_in(request: Visit) -> Response[Any]:
    """And back to the page that was asked for; operators have a door of their own."""
    door, home = ("/operator/entrar", "/operator") if _is_operators(request) else ("/entrar", "/")
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = asked if request.method in SAFE_METHODS and asked != home else ""
    target = f"{door}?next={quote(wanted, safe='')}" if wanted else door
    if request.headers.get("hx-request"):
        return Response("", status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": target})
    return Redirect(target, status_code=303)


def _words(status: HTTPStatus, error: Any, home: str) -> ProblemPage:
    title, text = _told(status, error)
    elsewhere = (Action(label=_("Ajuda"), url="/ajuda"), Action(label=_("Status"), url="/status"))
    return ProblemPage(
        code=status.value,
        title=title,
        text=text,
        url=home,
        way_on=_("Voltar ao início"),
        elsewhere=elsewhere,
    )


def _told(status: HTTPStatus, error: Any) -> tuple[str, str]:
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
            return _("Esta página não existe"), _("O endereço pode ter mudado, ou o link veio errado.")
        case HTTPStatus.FORBIDDEN:
            text = _("Seu papel não permite isto, ou a página ficou aberta tempo demais. Abra-a de novo.")
            return _("Isto não é permitido"), text
        case HTTPStatus.TOO_MANY_REQUESTS:
            text = _("Vieram muitos pedidos da sua rede. Espere alguns minutos e tente de novo.")
            return _("Muitos pedidos em pouco tempo"), text
        case HTTPStatus.SERVICE_UNAVAILABLE:
            text = _("Estamos de volta em instantes. Nada se perde: o que muda no Bling fica guardado.")
            return _("Um momento"), text
        case HTTPStatus.CONFLICT if isinstance(error, Problem) and error.detail:
            return _("Agora não dá"), error.detail
        case code if code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return _("Não entendemos o pedido"), _("Volte e tente de novo.")
        case _:
            return _("Algo deu errado"), _("O erro é nosso e já foi anotado. Tente de novo daqui a pouco.")
