"""Entrar, Sair, and how one likes to read: these stand outside the session."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import signin
from connector.account.people import Viewer
from connector.account.signin import Braked, Browser, Nowhere, SignedIn
from connector.account.typed import LONGEST_PASSWORD
from connector.store import people
from dashboard.pages.visitors import LANGUAGE, THEME, remember
from dashboard.reader import Language, Theme, _
from dashboard.rendering import page
from dashboard.views.portal import Refusal
from dashboard.views.public import Picture
from dashboard.views.sign_in import SignIn
from server.frame import frame_cookie, is_framed
from server.parts import Used
from server.sessions import ended_cookie, session_cookie, session_token

#: Longer texts are nobody's e-mail or password.
LONGEST = LONGEST_PASSWORD
PICTURE = Picture(path="/entrar")
#: In the query of who has just chosen another password.
CHANGED = "senha-trocada"


class SignInForm(msgspec.Struct, frozen=True):
    """What the form sends."""

    email: str = ""
    password: str = ""
    next: str = "/"


class LooksForm(msgspec.Struct, frozen=True):
    """One button's choice, and where to go back to."""

    back: str = "/"
    language: Language | None = None
    theme: Theme | None = None


Form = Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
Looks = Annotated[LooksForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/entrar", name="sign_in")
async def show_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """The form; `next` is where it leads to. Who is signed in already needs none."""
    if isinstance(request.scope.get("user"), Viewer):
        return Redirect("/", status_code=303)
    said = _("Senha trocada. Entre com a nova.") if CHANGED in request.query_params else ""
    view = SignIn(next=own_path(request.query_params.get("next", "/")), said=said)
    return page("sign_in.html", {"view": view, "picture": PICTURE})


@post("/entrar")
async def sign_in(data: Form, request: Request[Any, Any, Any], parts: Used) -> Response[Any]:
    """Open a session, or say on the form why not."""
    given = data.password if len(data.password) <= LONGEST and len(data.email) <= LONGEST else ""
    browser = browser_of(request)
    result = await signin.sign_in(parts.database, data.email, given, parts.clock.now(), browser)
    if isinstance(result, SignedIn):
        answer: Response[Any] = Redirect(own_path(data.next), status_code=303)
        answer.set_cookie(session_cookie(parts.settings, result.token))
        return answer
    shown = SignIn(email=data.email[:LONGEST], next=own_path(data.next), error=error_of(result))
    if isinstance(result, Braked):
        return page(
            "sign_in.html",
            {"view": shown, "picture": PICTURE},
            status=429,
            headers={"Retry-After": str(result.retry_after)},
        )
    return page("sign_in.html", {"view": shown, "picture": PICTURE}, status=422)


@post("/sair", status_code=303)
async def sign_out(request: Request[Any, Any, Any], parts: Used) -> Response[Any]:
    """End the session on the server; a portal's frame has no other page to show then."""
    if token := session_token(request):
        await signin.sign_out(parts.database, token, parts.clock.now())
    if is_framed(request):
        gone = Refusal(
            title=_("Você saiu"), text=_("Abra a Ponte de novo pelo menu de aplicativos do Bitrix24.")
        )
        answer: Response[Any] = page("portal_refused.html", {"view": gone})
        answer.set_cookie(frame_cookie(parts.settings, "", 0))
        return answer
    answer = Redirect("/entrar", status_code=303)
    answer.set_cookie(ended_cookie(parts.settings))
    return answer


@post("/preferencias", status_code=303)
async def set_looks(data: Looks, request: Request[Any, Any, Any], parts: Used) -> Redirect:
    """Language or theme: of the person for good, of the browser where nobody is signed in."""
    answer = Redirect(own_path(data.back), status_code=303)
    viewer = request.scope.get("user")
    if isinstance(viewer, Viewer):
        async with parts.database.system():
            if data.language is not None:
                await people.set_language(viewer.person_id, data.language)
            if data.theme is not None:
                await people.set_theme(viewer.person_id, data.theme)
    for name, value in ((LANGUAGE, data.language), (THEME, data.theme)):
        if value is not None:
            answer.set_cookie(remember(name, value))
    return answer


def browser_of(request: Request[Any, Any, Any]) -> Browser:
    """Where somebody signs in from; the session that was there ends."""
    return Browser(agent=request.headers.get("user-agent", ""), old_token=session_token(request))


def own_path(path: str) -> str:
    """A path of this site; anything that a browser could take for another site becomes the start page."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if ours and all(ord(letter) >= 32 for letter in path) else "/"


def error_of(result: signin.Refused | Braked | Nowhere) -> str:
    if isinstance(result, Nowhere):
        return _("Você não faz parte de nenhuma empresa. Peça um convite a quem administra a sua.")
    if isinstance(result, Braked):
        return _("Muitas tentativas. Espere %(seconds)s segundos e tente de novo.") % {
            "seconds": result.retry_after
        }
    return _("E-mail e senha não conferem. Tente de novo.")


handlers: list[ControllerRouterHandler] = [show_sign_in, sign_in, sign_out, set_looks]
