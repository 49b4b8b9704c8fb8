"""What everybody may do for themselves, whatever their role: sessions, leaving, another company."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import notices, own_password, team
from connector.account.signin import Braked, Refused
from connector.account.team import Refusal
from connector.account.typed import Wrong, name_wrong
from connector.security.tokens import token_hash
from connector.store import people
from dashboard.pages import team as screen
from dashboard.pages.sign_in import error_of
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.team import Answer, companies
from dashboard.telling.typed import wrong
from server.parts import Used
from server.problems import NotFound
from server.sessions import Viewing

PATH = "/empresas"

Visit = Request[Any, Any, Any]


class Chosen(msgspec.Struct, frozen=True):
    """One company's button."""

    company: UUID


class Called(msgspec.Struct, frozen=True):
    """What the person wants to be called."""

    name: str = ""


class Passwords(msgspec.Struct, frozen=True):
    """The present password and the next."""

    present: str = ""
    password: str = ""


class Wanted(msgspec.Struct, frozen=True):
    """Boxes that are ticked."""

    bling: str = ""
    bitrix24: str = ""
    other: str = ""
    reminder: str = ""
    resolved: str = ""
    digest: str = ""
    quiet: str = ""


PasswordsForm = Annotated[Passwords, Body(media_type=RequestEncodingType.URL_ENCODED)]
WantedForm = Annotated[Wanted, Body(media_type=RequestEncodingType.URL_ENCODED)]
CalledForm = Annotated[Called, Body(media_type=RequestEncodingType.URL_ENCODED)]
ChosenForm = Annotated[Chosen, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/equipe/nome")
async def set_name(data: CalledForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """What others call the person; older lines of the history keep the name of then."""
    if found := name_wrong(data.name):
        return await screen.show(viewer, parts, request, Answer(name_error=wrong(found)), 422)
    async with parts.database.system() as conn:
        await people.set_name(viewer.person_id, data.name.strip())
        await team.note(conn, viewer, parts.clock.now(), "person.renamed", name=data.name.strip())
    return screen.done("nome")


@post("/equipe/senha")
async def change_password(data: PasswordsForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Another password; the other sessions end."""
    found = await own_password.change(
        parts.database, viewer, str(request.auth), data.present, data.password, parts.clock.now()
    )
    match found:
        case None:
            return screen.done("senha")
        case Wrong():
            return await screen.show(viewer, parts, request, Answer(password_error=wrong(found)), 422)
        case Braked(retry_after):
            answer = await screen.show(viewer, parts, request, Answer(present_error=error_of(found)), 429)
            answer.headers["Retry-After"] = str(retry_after)
            return answer
        case Refused():
            refused = Answer(present_error=_("Esta não é a senha de agora. Tente de novo."))
            return await screen.show(viewer, parts, request, refused, 422)


@post("/equipe/avisos")
async def choose_notices(data: WantedForm, viewer: Viewing, parts: Used) -> Response[Any]:
    """Which mails the person wants: the ticked ones."""
    wanted = [kind for kind in notices.Kind if getattr(data, kind.value)]
    await notices.choose(parts.database, viewer, wanted, parts.clock.now())
    return screen.done("avisos")


@post("/sessoes/{session_id:uuid}/encerrar")
async def end_session(
    session_id: FromPath[UUID], viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Sign one of one's own browsers out."""
    async with parts.database.system() as conn:
        known = await people.close_one_session(conn, viewer.person_id, session_id)
        if known:
            await team.note(conn, viewer, parts.clock.now(), "session.ended")
    return await screen.ended(None if known else Refusal.NOBODY, "sessao", viewer, parts, request)


@post("/sessoes/encerrar-outras")
async def end_other_sessions(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Sign oneself out everywhere but here."""
    async with parts.database.system() as conn:
        await people.close_other_sessions(conn, viewer.person_id, token_hash(str(request.auth)))
        await team.note(conn, viewer, parts.clock.now(), "sessions.ended")
    return screen.done("sessoes")


@post("/equipe/sair")
async def leave(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Go; to another company of one's own, if there is one."""
    refused = await team.leave(parts.database, viewer, parts.clock.now())
    if refused is not None:
        return await screen.ended(refused, "", viewer, parts, request)
    async with parts.database.system() as conn:
        rest = await people.memberships(conn, viewer.person_id)
        hashed = token_hash(str(request.auth))
        if rest:
            await people.enter(conn, hashed, rest[0].tenant_id)
        else:
            await people.close_session(conn, hashed)
    return Redirect("/", status_code=303)


@get(PATH)
async def show_companies(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """All companies of the person."""
    async with parts.database.system() as conn:
        found = await people.companies(conn, viewer.person_id)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    return page("companies.html", {"shell": shell_of(around, request), "rows": companies(viewer, found)})


@post(PATH)
async def enter_company(data: ChosenForm, parts: Used, request: Visit) -> Redirect:
    """Look at another one from now on."""
    async with parts.database.system() as conn:
        if not await people.enter(conn, token_hash(str(request.auth)), data.company):
            raise NotFound
    return Redirect("/", status_code=303)


handlers: list[ControllerRouterHandler] = [
    set_name,
    change_password,
    choose_notices,
    end_session,
    end_other_sessions,
    leave,
    show_companies,
    enter_company,
]
