"""Clientes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from litestar import Response, get
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import structs

from connector.account.operators import note
from connector.store import operator_tenants as store
from connector.store.operator_tenants import Place, TenantRow, Trouble
from connector.store.scope import Connection
from dashboard.operator.pages.pulse import hear
from dashboard.operator.pages.queues import look, with_budgets
from dashboard.operator.pages.screen import PAGE, Visit, id_in, screen, text_in
from dashboard.operator.telling import pulse, queues, sheet, spark
from dashboard.operator.telling.tenants import LATE, Asked, Found, tenants
from dashboard.operator.views import Figure
from dashboard.reader import _
from server.operators import Watching
from server.parts import Parts, Used

#: Tenants of the file that are read at once.
SHEET_PAGE = 200


@get("/")
async def show_tenants(watcher: Watching, parts: Used, request: Visit) -> Response[str]:
    """All of them, or the ones that are asked for."""
    asked = asked_of(request)
    now, business_now = parts.clock.now(), parts.clock.business_now()
    async with parts.database.system() as conn:
        rows = await _find(conn, asked, now, business_now, PAGE + 1)
        shown = [row.tenant_id for row in rows[:PAGE]]
        health = await store.health(conn, shown, now)
        hours = await store.hours(conn, shown, spark.since(now))
        heard = await hear(conn, now)
        waiting = await look(conn, now)
    found = Found(
        rows=rows,
        health=health,
        hours=hours,
        figures=(_rate(heard), *queues.figures(await with_budgets(waiting, parts.redis))),
        beats=pulse.beats(heard),
    )
    return screen("tenants.html", tenants(asked, found, PAGE, now, business_now), watcher, request)


@get("/clientes.csv")
async def send_sheet(watcher: Watching, parts: Used, request: Visit) -> Stream:
    """The same list whole, as a file; it is made while it leaves, a few hundred tenants at a time."""
    asked = asked_of(request)
    now = parts.clock.now()
    async with parts.database.system() as conn:
        await note(conn, watcher, now, "tenants.exported", reason=asked.search, filter=asked.trouble)
    name = f"clientes-{now:%Y-%m-%d}.csv"
    return Stream(
        _sheet(parts, asked, now),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _sheet(parts: Parts, asked: Asked, now: datetime) -> AsyncIterator[str]:
    business_now = parts.clock.business_now()
    yield sheet.head()
    while True:
        async with parts.database.system() as conn:
            rows = await _find(conn, asked, now, business_now, SHEET_PAGE)
            health = await store.health(conn, [row.tenant_id for row in rows], now)
        yield sheet.lines(rows, health, now, business_now)
        if len(rows) < SHEET_PAGE:
            return
        last = rows[-1]
        asked = structs.replace(asked, after=Place(last.name, last.tenant_id))


def asked_of(request: Visit) -> Asked:
    """From the address; what makes no sense is as if it were not there."""
    trouble = request.query_params.get("estado", "")
    after = id_in(request, "id")
    return Asked(
        search=text_in(request, "q"),
        trouble=Trouble(trouble) if trouble in set(Trouble) else None,
        after=Place(text_in(request, "depois", 2_000), after) if after else Place(),
    )


async def _find(
    conn: Connection, asked: Asked, now: datetime, business_now: datetime, limit: int
) -> list[TenantRow]:
    """`limit` rows at most, by name, from the place that is asked for."""
    search = asked.search
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


handlers: list[ControllerRouterHandler] = [show_tenants, send_sheet]
