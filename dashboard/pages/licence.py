"""Licença: how the right to sync stands, and the ways to Stripe's pages."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account.billing import PAGE, NobodyPays, NotSetUp
from connector.account.licence import period_of
from connector.account.people import Viewer
from connector.billing.errors import NO_PRICE
from connector.domain.licence import OPEN_STATES, UNPAID, LicenceState
from connector.domain.plans import PLANS
from connector.domain.vendor import Rejected, VendorError
from connector.store import billing, inbox, licences, people
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.reader import _
from dashboard.rendering import page
from dashboard.telling.known import Surroundings
from dashboard.telling.licence import Known
from dashboard.telling.licence import licence as told
from server.frame import is_framed
from server.parts import Parts, Used
from server.problems import bad_field
from server.sessions import Viewing

#: In the address that the checkout leads back to.
SESSION, DONE = "sessao", "feito"

Visit = Request[Any, Any, Any]


class Chosen(msgspec.Struct, frozen=True):
    """A plan, by its lookup key."""

    plan: str = ""


ChosenForm = Annotated[Chosen, Body(media_type=RequestEncodingType.URL_ENCODED)]


class Refused(Exception):
    """Stripe, or the lack of it, stands against what was asked; says why in the reader's words."""


@get(PAGE, name="licence")
async def show_licence(viewer: Viewing, parts: Used, request: Visit) -> Response[str]:
    """The whole screen; who comes back from the checkout sees what Stripe says now."""
    came_back = bool(request.query_params.get(SESSION))
    if came_back:
        # If Stripe does not answer now, its message will do.
        with suppress(VendorError):
            await parts.billing.came_back(viewer.tenant_id)
    return await _show(viewer, parts, request, came_back=came_back)


@post(f"{PAGE}/assinar")
async def subscribe(data: ChosenForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """To the checkout; with a subscription that lives, to where it is looked after."""
    plan = _plan(data)
    asked = parts.billing.checkout(viewer.tenant_id, plan, viewer.actor, viewer.language)
    return await _to_stripe(asked, viewer, parts, request)


@post(f"{PAGE}/cobranca")
async def look_after(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """To cards, invoices and cancelling."""
    asked = parts.billing.portal(viewer.tenant_id, viewer.language)
    return await _to_stripe(asked, viewer, parts, request)


@post(f"{PAGE}/mudar")
async def change_plan(data: ChosenForm, viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """Another plan from now on."""
    asked = parts.billing.change_plan(viewer.tenant_id, _plan(data), viewer.actor)
    return await _done(asked, "plano", viewer, parts, request)


@post(f"{PAGE}/continuar")
async def go_on(viewer: Viewing, parts: Used, request: Visit) -> Response[Any]:
    """A cancelled subscription renews after all."""
    return await _done(parts.billing.go_on(viewer.tenant_id, viewer.actor), "renova", viewer, parts, request)


def _plan(data: Chosen) -> str:
    if data.plan not in PLANS:
        raise bad_field("plan", "choice", f"plan is one of {', '.join(PLANS)}")
    return data.plan


async def _to_stripe(asked: Awaitable[str], viewer: Viewer, parts: Parts, request: Visit) -> Response[Any]:
    try:
        url = await _answered(asked)
    except Refused as error:
        return await _show(viewer, parts, request, refused=str(error))
    if is_framed(request):
        return await _show(viewer, parts, request, window_url=url)
    return Redirect(url, status_code=303)


async def _done(
    asked: Awaitable[None], name: str, viewer: Viewer, parts: Parts, request: Visit
) -> Response[Any]:
    try:
        await _answered(asked)
    except Refused as error:
        return await _show(viewer, parts, request, refused=str(error))
    return Redirect(f"{PAGE}?{DONE}={name}", status_code=303)


async def _answered(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except NotSetUp as error:
        raise Refused(_("A cobrança ainda não foi configurada nesta instalação.")) from error
    except NobodyPays as error:
        raise Refused(_("Não há assinatura para isto. Escolha um plano.")) from error
    except Rejected as error:
        if error.code == NO_PRICE:
            raise Refused(_("Este plano ainda não pode ser assinado aqui. Fale com o suporte.")) from error
        raise Refused(_("O Stripe não aceitou, e nada mudou. Confira o cartão e tente de novo.")) from error
    except VendorError as error:
        raise Refused(_("O Stripe não respondeu. Nada mudou; tente de novo em instantes.")) from error


async def _show(
    viewer: Viewer,
    parts: Parts,
    request: Visit,
    *,
    came_back: bool = False,
    refused: str = "",
    window_url: str = "",
) -> Response[str]:
    business_now = parts.clock.business_now()
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, business_now)
        used = await licences.used(viewer.tenant_id, period_of(business_now))
        held = await inbox.held_by_kind(conn, viewer.tenant_id, UNPAID)
        since = await inbox.held_since(conn, viewer.tenant_id, UNPAID)
        subscriptions = await licences.subscriptions(conn, viewer.tenant_id)
    async with parts.database.system() as conn:
        members = await people.members(conn, viewer.tenant_id)
        customer = await billing.customer_of(conn, viewer.tenant_id)
    known = Known(
        used=used,
        people=len(members),
        held=held,
        held_since=min((one.since for one in since.values() if one.since is not None), default=None),
        subscriptions=subscriptions,
        has_customer=customer is not None,
        is_set_up=parts.billing.is_set_up,
        said=_said(request, around, came_back=came_back),
        refused=refused,
        window_url=window_url,
    )
    context = {"shell": shell_of(around, request, PAGE), "view": told(around, known)}
    return page("licence.html", context, status=422 if refused else 200, leads_away=True)


def _said(request: Visit, around: Surroundings, *, came_back: bool) -> str:
    if came_back:
        present = around.licence
        paid = present is not None and present.state in OPEN_STATES - {LicenceState.TRIAL, LicenceState.GRACE}
        if paid:
            return _("Pagamento recebido. Obrigado!")
        return _("O pagamento está sendo processado. A licença muda assim que ele for confirmado.")
    match request.query_params.get(DONE):
        case "plano":
            return _("O plano mudou.")
        case "renova":
            return _("A assinatura continua.")
    return ""


handlers: list[ControllerRouterHandler] = [show_licence, subscribe, look_after, change_plan, go_on]
