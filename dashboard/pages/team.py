"""Equipe: what owners and admins do; the guard of the pages keeps others to looking."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import keys, team
from connector.account.operator_visits import PERMISSION
from connector.account.own_password import has_password
from connector.account.people import Viewer
from connector.account.post import ring
from connector.account.signin import IDLE
from connector.account.team import Refusal
from connector.account.typed import LONGEST_EMAIL, name_wrong
from connector.security.tokens import token_hash
from connector.store import audit, directory, invitations, people, toggles
from connector.store.directory import KeyScope
from connector.store.people import Role
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.team import PAGE, Answer, Found, refusal
from dashboard.telling.team import team as told
from dashboard.telling.typed import wrong
from dashboard.views.team import InviteForm
from server.parts import Parts, Used
from server.sessions import Viewing

PATH = "/equipe"

Visit = Request[Any, Any, Any]


class Invited(msgspec.Struct, frozen=True):
    """The form of an invitation."""

    email: str = ""
    role: Role = Role.VIEWER


class Given(msgspec.Struct, frozen=True):
    """A role for somebody."""

    role: Role


class Named(msgspec.Struct, frozen=True):
    """The form of an API key."""

    name: str = ""
    scope: KeyScope = KeyScope.FULL


InvitedForm = Annotated[Invited, Body(media_type=RequestEncodingType.URL_ENCODED)]
GivenForm = Annotated[Given, Body(media_type=RequestEncodingType.URL_ENCODED)]
NamedForm = Annotated[Named, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(PATH)
async def show_team(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The whole screen."""
    return await show(viewer, parts, request, Answer(said=_said(request.query_params.get("feito", ""))))


@post(f"{PATH}/convites")
async def invite(data: InvitedForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Have a link sent, or say beside the field why not."""
    now, business_now = parts.clock.now(), parts.clock.business_now()
    refused = await team.invite(parts.database, parts.vault, viewer, data.email, data.role, now, business_now)
    if refused is not None:
        form = InviteForm(email=data.email[:LONGEST_EMAIL], error=refusal(refused))
        return await show(viewer, parts, request, Answer(invite=form), 422)
    await ring(parts.redis)
    return done("convite")


@post(f"{PATH}/convites/{{invitation_id:uuid}}/cancelar")
async def withdraw(
    invitation_id: FromPath[UUID], viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """The link leads nowhere any more."""
    refused = await team.withdraw(parts.database, viewer, invitation_id, parts.clock.now())
    return await ended(refused, "cancelado", viewer, parts, request)


@post(f"{PATH}/pessoas/{{person_id:uuid}}/papel")
async def give_role(
    person_id: FromPath[UUID], data: GivenForm, viewer: Viewing, parts: Used, request: Visit
) -> Response[Any]:
    """Another role."""
    refused = await team.give_role(parts.database, viewer, person_id, data.role, parts.clock.now())
    return await ended(refused, "papel", viewer, parts, request)


@post(f"{PATH}/pessoas/{{person_id:uuid}}/remover")
async def remove(person_id: FromPath[UUID], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Out of the team."""
    refused = await team.remove(parts.database, viewer, person_id, parts.clock.now())
    return await ended(refused, "removido", viewer, parts, request)


@post(f"{PATH}/chaves")
async def make_key(data: NamedForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """A key, shown this once: the answer itself carries it, so that no address does."""
    if found := name_wrong(data.name):
        return await show(viewer, parts, request, Answer(key_error=wrong(found)), 422)
    key = await keys.make(parts.database, viewer, data.name.strip(), data.scope, parts.clock.now())
    if key is None:
        refused = Answer(key_error=_("Há chaves demais. Revogue as que ninguém usa."))
        return await show(viewer, parts, request, refused, 422)
    return await show(viewer, parts, request, Answer(new_key=key), 201)


@post(f"{PATH}/chaves/{{key_id:uuid}}/revogar")
async def revoke_key(key_id: FromPath[UUID], viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """The key opens nothing any more."""
    known = await keys.revoke(parts.database, viewer, key_id, parts.clock.now())
    return await ended(None if known else Refusal.NOBODY, "revogada", viewer, parts, request)


async def show(
    viewer: Viewer, parts: Parts, request: Visit, answer: Answer, status: int = 200
) -> Response[str]:
    """The screen, with what came of the last form."""
    now, after = parts.clock.now(), _after(request)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        entries = await audit.entries(viewer.tenant_id, after, PAGE + 1)
        support = (await toggles.preferences(viewer.tenant_id)).get(PERMISSION) is True
    async with parts.database.system() as conn:
        found = Found(
            members=await people.members(conn, viewer.tenant_id),
            invitations=await invitations.open_ones(conn, viewer.tenant_id),
            keys=await directory.api_keys(conn, viewer.tenant_id),
            sessions=await people.sessions(conn, viewer.person_id, now, now - IDLE),
            has_password=await has_password(conn, viewer.person_id),
            here=token_hash(str(request.auth)),
            entries=entries,
            support_may_change=support,
            business_now=around.business_now,
        )
    shown = {"shell": shell_of(around, request, PATH), "view": told(viewer, found, answer)}
    return page("team.html", shown, status=status)


def done(word: str) -> Redirect:
    """Back to the screen, which says so."""
    return Redirect(f"{PATH}?feito={word}", status_code=303)


async def ended(
    refused: Refusal | None, word: str, viewer: Viewer, parts: Parts, request: Visit
) -> Response[Any]:
    """Done, or the screen with the reason why not."""
    if refused is None:
        return done(word)
    status = 404 if refused is Refusal.NOBODY else 409
    return await show(viewer, parts, request, Answer(refused=refusal(refused)), status)


def _said(word: str) -> str:
    return {
        "convite": _("Convite enviado."),
        "cancelado": _("Convite cancelado."),
        "suporte": _("A escolha sobre o suporte está salva."),
        "papel": _("Papel trocado."),
        "removido": _("A pessoa saiu da equipe."),
        "revogada": _("Chave revogada."),
        "nome": _("Nome trocado."),
        "sessao": _("Sessão encerrada."),
        "senha": _("Senha trocada. As outras sessões foram encerradas."),
        "avisos": _("Avisos salvos."),
        "encerrada": _("A empresa está saindo da Ponte. Até a data acima, você pode ficar."),
        "ficou": _("Que bom que você ficou. A sincronização continua."),
        "sessoes": _("As outras sessões foram encerradas."),
    }.get(word, "")


def _after(request: Visit) -> UUID | None:
    try:
        return UUID(request.query_params.get("depois", ""))
    except ValueError:
        return None


handlers: list[ControllerRouterHandler] = [
    show_team,
    invite,
    withdraw,
    give_role,
    remove,
    make_key,
    revoke_key,
]
