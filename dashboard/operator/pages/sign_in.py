"""The operators' door: e-mail, password and a code; and the way out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import operators
from connector.account.operators import CodeUsed, Watcher
from connector.account.signin import Braked, Browser, Refused, SignedIn
from connector.account.typed import LONGEST_PASSWORD
from connector.store import operators as store
from dashboard.operator.views import SignIn
from dashboard.pages.sign_in import own_path
from dashboard.reader import Language, Theme, _
from dashboard.rendering import page
from dashboard.views.public import Picture
from server.operators import Watching, operator_cookie, operator_token, visit_cookie
from server.parts import Used

HOME = "/operator"
DOOR = f"{HOME}/entrar"
#: Longer texts are nobody's e-mail, password or code.
LONGEST = LONGEST_PASSWORD

Visit = Request[Any, Any, Any]


class SignInForm(msgspec.Struct, frozen=True):
    """What the form sends."""

    email: str = ""
    password: str = ""
    code: str = ""
    next: str = HOME


class LooksForm(msgspec.Struct, frozen=True):
    """One button's choice, and where to go back to."""

    back: str = HOME
    language: Language | None = None
    theme: Theme | None = None


Form = Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
Looks = Annotated[LooksForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/entrar")
async def show_sign_in(request: Visit) -> Response[Any]:
    """The form. Who is signed in already needs none."""
    if isinstance(request.scope.get("user"), Watcher):
        return Redirect(HOME, status_code=303)
    return _form(SignIn(next=_inside(request.query_params.get("next", HOME))))


@post("/entrar")
async def sign_in(data: Form, request: Visit, parts: Used) -> Response[Any]:
    """Open a session, or say on the form why not."""
    typed = (data.email, data.password, data.code)
    email, password, code = typed if max(map(len, typed)) <= LONGEST else ("", "", "")
    browser = Browser(agent=request.headers.get("user-agent", ""), old_token=operator_token(request))
    now = parts.clock.now()
    result = await operators.sign_in(parts.database, parts.vault, email, password, code, now, browser)
    if isinstance(result, SignedIn):
        answer: Response[Any] = Redirect(_inside(data.next), status_code=303)
        answer.set_cookie(operator_cookie(parts.settings, result.token))
        return answer
    shown = SignIn(email=data.email[:LONGEST], next=_inside(data.next), error=_error(result))
    if isinstance(result, Braked):
        return _form(shown, 429, {"Retry-After": str(result.retry_after)})
    return _form(shown, 422)


@post("/sair", status_code=303)
async def sign_out(request: Visit, parts: Used) -> Redirect:
    """End the session, and with it every visit."""
    if token := operator_token(request):
        await operators.sign_out(parts.database, token, parts.clock.now())
    answer = Redirect(DOOR, status_code=303)
    answer.set_cookie(operator_cookie(parts.settings, ""))
    answer.set_cookie(visit_cookie(parts.settings, ""))
    return answer


@post("/preferencias", status_code=303)
async def set_looks(data: Looks, watcher: Watching, parts: Used) -> Redirect:
    """Language or theme of the operator, for good."""
    async with parts.database.system() as conn:
        await store.set_looks(conn, watcher.operator_id, data.language, data.theme)
    return Redirect(_inside(data.back), status_code=303)


def _form(shown: SignIn, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    context = {"view": shown, "picture": Picture(path=DOOR)}
    return page("operator/sign_in.html", context, status=status, headers=headers)


def _inside(path: str) -> str:
    """A path of the operator's house; anything else becomes its first page."""
    ours = own_path(path)
    return ours if ours == HOME or ours.startswith(f"{HOME}/") else HOME


def _error(result: Refused | Braked | CodeUsed) -> str:
    if isinstance(result, Braked):
        return _("Muitas tentativas. Espere %(seconds)s segundos e tente de novo.") % {
            "seconds": result.retry_after
        }
    if isinstance(result, CodeUsed):
        return _("Este código já foi usado. Espere o próximo no aplicativo.")
    return _("E-mail, senha e código não conferem. Tente de novo.")


public: list[ControllerRouterHandler] = [show_sign_in, sign_in, sign_out]
handlers: list[ControllerRouterHandler] = [set_looks]
