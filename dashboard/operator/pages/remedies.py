"""What an operator does to one tenant: visit it, stop it, let it go on, give it a licence."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from connector.account import operator_tenants, operator_visits
from connector.account.licence import UnknownTenant
from connector.account.operator_tenants import Refusal
from connector.account.operators import Watcher
from connector.domain.plans import PLANS
from dashboard.operator.pages.screen import Visit, done
from dashboard.operator.pages.tenant import PATH, show
from dashboard.operator.telling.tenant import Said
from dashboard.operator.views import LicenceForm
from dashboard.pages.visitors import BRAZIL
from dashboard.reader import _
from dashboard.views.parts import Choice
from server.operators import Watching, visit_cookie
from server.parts import Parts, Used
from server.problems import NotFound

LONGEST_NOTE = 500


class Reason(msgspec.Struct, frozen=True):
    """Why."""

    reason: str = ""


class Licence(msgspec.Struct, frozen=True):
    """Which plan, until the end of which day in Brazil (empty: without end), and why."""

    plan: str = ""
    until: str = ""
    note: str = ""


ReasonForm = Annotated[Reason, Body(media_type=RequestEncodingType.URL_ENCODED)]
LicenceData = Annotated[Licence, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/clientes/{tenant_id:uuid}/visita")
async def visit(
    tenant_id: FromPath[UUID], data: ReasonForm, watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """Into the tenant's own screens, for half an hour."""
    if operator_visits.reason_wrong(data.reason):
        said = Said(visit_error=_("Diga o motivo em 8 a 300 letras: o cliente vai ler."))
        return await show(tenant_id, watcher, parts, request, said, 422)
    token = await operator_visits.begin(
        parts.database, watcher, str(request.auth), tenant_id, data.reason, parts.clock.now()
    )
    if token is None:
        raise NotFound
    answer = Redirect("/", status_code=303)
    answer.set_cookie(visit_cookie(parts.settings, token))
    return answer


@post("/clientes/{tenant_id:uuid}/pausar")
async def pause(
    tenant_id: FromPath[UUID], data: ReasonForm, watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """Stop all of its syncs."""
    if operator_visits.reason_wrong(data.reason):
        said = Said(pause_error=_("Diga o motivo em 8 a 300 letras: o cliente vai ler."))
        return await show(tenant_id, watcher, parts, request, said, 422)
    why = data.reason.strip()
    refused = await operator_tenants.pause(parts.database, watcher, tenant_id, why, parts.clock.now())
    return await _ended(refused, "pausa", tenant_id, watcher, parts, request)


@post("/clientes/{tenant_id:uuid}/retomar")
async def resume(tenant_id: FromPath[UUID], watcher: Watching, parts: Used, request: Visit) -> Response[Any]:
    """Let it go on."""
    refused = await operator_tenants.resume(parts.database, watcher, tenant_id, parts.clock.now())
    await parts.engine.waker.wake([tenant_id])
    return await _ended(refused, "retomado", tenant_id, watcher, parts, request)


@post("/clientes/{tenant_id:uuid}/licenca")
async def grant(
    tenant_id: FromPath[UUID], data: LicenceData, watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """Give a licence, or give one another end."""
    now, business_now = parts.clock.now(), parts.clock.business_now()
    until = _day(data.until)
    if error := _wrong(data, until, business_now):
        return await show(tenant_id, watcher, parts, request, _typed(data, error), 422)
    end = None if until is None else _end_of(until)
    try:
        await operator_tenants.grant(
            parts.database, watcher, tenant_id, data.plan, end, data.note.strip(), now, business_now
        )
    except UnknownTenant:
        raise NotFound from None
    await parts.engine.waker.wake([tenant_id])
    return done(f"{PATH}/{tenant_id}", "licenca")


@post("/clientes/{tenant_id:uuid}/licenca/encerrar")
async def end_licence(
    tenant_id: FromPath[UUID], data: ReasonForm, watcher: Watching, parts: Used, request: Visit
) -> Response[Any]:
    """Take back what was given by hand."""
    if operator_visits.reason_wrong(data.reason):
        said = Said(licence=LicenceForm(error=_("Diga por que, em 8 a 300 letras.")))
        return await show(tenant_id, watcher, parts, request, said, 422)
    now, business_now = parts.clock.now(), parts.clock.business_now()
    try:
        why = data.reason.strip()
        await operator_tenants.end_licence(parts.database, watcher, tenant_id, why, now, business_now)
    except UnknownTenant:
        raise NotFound from None
    return done(f"{PATH}/{tenant_id}", "licenca-fim")


async def _ended(
    refused: Refusal | None, word: str, tenant_id: UUID, watcher: Watcher, parts: Parts, request: Visit
) -> Response[Any]:
    match refused:
        case None | Refusal.ALREADY:
            return done(f"{PATH}/{tenant_id}", word)
        case Refusal.UNKNOWN:
            raise NotFound
        case Refusal.LEAVING:
            said = Said(pause_error=_("A empresa está saindo da Ponte: só ela mesma volta."))
            return await show(tenant_id, watcher, parts, request, said, 409)


def _wrong(data: Licence, until: date | None, business_now: datetime) -> str:
    if data.plan not in PLANS:
        return _("Escolha um plano.")
    if data.until and until is None:
        return _("Esta data não existe.")
    if until is not None and _end_of(until) <= business_now:
        return _("A data já passou. Escolha uma que ainda venha.")
    note = data.note.strip()
    if not note or len(note) > LONGEST_NOTE or not note.isprintable():
        return _("Escreva uma nota: por que, e com quem foi combinado.")
    return ""


def _typed(data: Licence, error: str) -> Said:
    plans = tuple(Choice(key, plan.name, key == data.plan) for key, plan in PLANS.items())
    note = "".join(filter(str.isprintable, data.note))[:LONGEST_NOTE]
    return Said(licence=LicenceForm(plans=plans, until=data.until[:10], note=note, error=error))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _end_of(day: date) -> datetime:
    """The day's last second in Brazil, so that the date shown is the one that was chosen."""
    return datetime.combine(day, time(23, 59, 59), BRAZIL)


handlers: list[ControllerRouterHandler] = [visit, pause, resume, grant, end_licence]
