"""Clientes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Response, get
from litestar.types import ControllerRouterHandler

from connector.store import operator_tenants as store
from connector.store.operator_tenants import Place, TenantRow, Trouble
from connector.store.scope import Connection
from dashboard.operator.pages.pulse import hear
from dashboard.operator.pages.queues import look, with_budgets
from dashboard.operator.pages.screen import PAGE, Visit, id_in, screen, text_in
from dashboard.operator.telling import pulse, queues
from dashboard.operator.telling.tenants import LATE, Asked, Found, tenants
from dashboard.operator.views import Figure
from dashboard.reader import _
from server.operators import Watching
from server.parts import Used


@get("/")
async def show_tenants(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """All of them, or the ones that are asked for."""
    asked = asked_of(request)
    now, business_now = parts.clock.now(), parts.clock.business_now()
    async with parts.database.system() as conn:
        rows = await _find(conn, asked, now, business_now)
        health = await store.health(conn, [row.tenant_id for row in rows[:PAGE]], now)
        heard = await hear(conn, now)
        waiting = await look(conn, now)
    found = Found(
        rows=rows,
        health=health,
        figures=(_rate(heard), *queues.figures(await with_budgets(waiting, parts.redis))),
        beats=pulse.beats(heard),
    )
    return screen("tenants.html", tenants(asked, found, PAGE, now, business_now), watcher, request)


def asked_of(request: Visit) -> Asked:
    """From the address; what makes no sense is as if it were not there."""
    trouble = request.query_params.get("estado", "")
    after = id_in(request, "id")
    return Asked(
        search=text_in(request, "q"),
        trouble=Trouble(trouble) if trouble in set(Trouble) else None,
        after=Place(text_in(request, "depois", 2_000), after) if after else Place(),
    )


async def _find(conn: Connection, asked: Asked, now: datetime, business_now: datetime) -> list[TenantRow]:
    """One row more than the page."""
    limit, search = PAGE + 1, asked.search
    named = await _named(conn, search)
    if asked.trouble is not None:
        troubled = await store.in_trouble(conn, asked.trouble, now - LATE, business_now)
        if named is None and search:
            rows = await store.page_of(conn, troubled, asked.after, store.MOST)
            return [row for row in rows if search.lower() in row.name.lower()][:limit]
        wanted = troubled if named is None else [one for one in troubled if one in set(named)]
        return await store.page_of(conn, wanted, asked.after, limit)
    if named is not None:
        return await store.page_of(conn, named, asked.after, limit)
    if search:
        return await store.page_named(conn, search, asked.after, limit)
    return await store.page(conn, asked.after, limit)


async def _named(conn: Connection, search: str) -> list[UUID] | None:
    """Whom an address, a company, a portal or an id names; None where it is part of a name."""
    try:
        return [UUID(search), *await store.by_company(conn, search), *await store.by_member(conn, search)]
    except ValueError:
        pass
    if "@" in search:
        return await store.by_email(conn, search.lower())
    return None


def _rate(heard: pulse.Heard) -> Figure:
    now, usual = pulse.rate(heard)
    return Figure(
        name=_("Avisos por minuto"),
        value=pulse.per_minute(now),
        meaning=_("usual a esta hora: %(usual)s") % {"usual": pulse.per_minute(usual)},
        url="/operator/pulso",
    )


handlers: list[ControllerRouterHandler] = [show_tenants]
