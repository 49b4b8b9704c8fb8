"""Configuração › Conexões."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import billing, connect_bling, consent
from connector.account.connect_bling import OwnApp
from connector.account.status import status_of
from connector.store import consents
from dashboard.pages.limits import usages_now
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.connections import Known, connected, connections, portal_connected, result
from dashboard.telling.known import Surroundings
from dashboard.views.parts import Action, Notice, Shell
from server.parts import Used
from server.problems import Conflict, NotFound
from server.sessions import Viewing

PATH = "/configuracao/conexoes"
#: What the address says of a consent that ended, a disconnection, an app that waits for its consent.
CONNECTED, INSTEAD, FAILED, PORTAL = "conectada", "outra", "falha", "portal"
DISCONNECTED, APP, BAD_APP = "desconectada", "aplicativo", "incompleto"


class AppForm(msgspec.Struct, frozen=True):
    """A tenant's own Bling app, for one account or a new one."""

    client_id: str = ""
    client_secret: str = ""
    conta: str = ""


AppSent = Annotated[AppForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/configuracao", sync_to_thread=False)
def show_settings() -> Redirect:
    """Configuração begins with its first part."""
    return Redirect(PATH, status_code=303)


@get(PATH)
async def show_connections(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """Both sides, as they are, and what became of a consent."""
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
    async with parts.database.system() as conn:
        under_way = await consents.under_way(conn, viewer.tenant_id, parts.clock.now())
    known = Known(
        status=await status_of(parts.database, viewer.tenant_id, parts.clock.business_now()),
        usages=await usages_now(parts.redis, around.accounts),
        under_way=under_way,
        app_url=parts.settings.app_url,
    )
    said = _said(dict(request.query_params), around)
    view = connections(around, known)
    return page("connections.html", {"shell": _shell(around, request, said), "view": view})


@post(f"{PATH}/{{account_id:uuid}}/desconectar", status_code=303)
async def disconnect(account_id: FromPath[UUID], viewer: Viewing, parts: Used) -> Redirect:
    """Give the tokens back; links and history stay."""
    if await connect_bling.disconnect(parts.connecting, viewer.tenant_id, account_id, viewer.actor) is None:
        raise NotFound
    return _back({DISCONNECTED: str(account_id)})


@post(f"{PATH}/{{account_id:uuid}}/principal", status_code=303)
async def choose_main(account_id: FromPath[UUID], viewer: Viewing, parts: Used) -> Redirect:
    """Records born in Bitrix24 go to this account from now on."""
    if not await connect_bling.choose_main(parts.connecting, viewer.tenant_id, account_id, viewer.actor):
        raise Conflict("not_connected", _("Só uma conta conectada pode ser a principal."))
    return _back({})


@post(f"{PATH}/aplicativo", status_code=303)
async def keep_app(data: AppSent, viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Redirect:
    """Keep a tenant's own app until its consent succeeds; the secret is never shown again."""
    app = OwnApp(data.client_id.strip(), data.client_secret.strip())
    if not _is_app(app):
        return _back({FAILED: BAD_APP})
    asked = account_asked(data.conta)
    ticket = await consent.keep_app(parts.connecting, viewer, str(request.auth), app, asked)
    return _back({APP: ticket})


def account_asked(text: str) -> UUID | None:
    """The account that is meant; what is no id is one that nobody has, and refused as another tenant's."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def _is_app(app: OwnApp) -> bool:
    fields = (app.client_id, app.client_secret)
    return all(0 < len(one) <= consent.LONGEST and one.isascii() and one.isprintable() for one in fields)


def _back(said: dict[str, str]) -> Redirect:
    return Redirect(f"{PATH}?{urlencode(said)}" if said else PATH, status_code=303)


def _shell(around: Surroundings, request: Request[Any, Any, Any], said: Notice | None) -> Shell:
    """The remedy of a broken connection stands on this page: the banner would say it twice."""
    shell = shell_of(around, request)
    others = tuple(one for one in shell.notices if not _mended_here(one))
    return msgspec.structs.replace(shell, path=PATH, notices=(said,) if said else others)


def _mended_here(notice: Notice) -> bool:
    return notice.action is not None and not notice.action.posts and notice.action.url != billing.PAGE


def _said(query: dict[str, str], around: Surroundings) -> Notice | None:
    known = {str(account.id): account for account in around.accounts}
    match query:
        case {"conectada": id_} if id_ in known:
            return connected(known[id_], around, instead=False)
        case {"outra": id_} if id_ in known:
            return connected(known[id_], around, instead=True)
        case {"portal": _ignored} if around.portal is not None:
            return portal_connected(around.portal, around)
        case {"desconectada": id_} if id_ in known:
            fact = _("%(name)s foi desconectada.") % {"name": known[id_].name}
            return Notice(tone="ok", fact=fact, next_step=_("Pares e histórico foram guardados."))
        case {"falha": "incompleto"}:
            fact = _("O aplicativo não foi guardado.")
            return Notice(tone="wait", fact=fact, next_step=_("Preencha o client id e o client secret."))
        case {"falha": failure}:
            return result(failure)
        case {"aplicativo": ticket}:
            return _app_waits(ticket)
    return None


def _app_waits(ticket: str) -> Notice:
    """A link, because a form may not lead to another site."""
    url = f"/oauth/bling/start?{urlencode({'aplicativo': ticket})}"
    return Notice(
        tone="info",
        fact=_("Aplicativo guardado."),
        next_step=_("Falta autorizar no Bling. Até lá, nada muda."),
        action=Action(label=_("Autorizar no Bling"), url=url, icon="arrow-right"),
    )


handlers: list[ControllerRouterHandler] = [
    show_settings,
    show_connections,
    disconnect,
    choose_main,
    keep_app,
]
