"""One tenant: what is wrong, and what an operator may do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from connector.account.licence import right_of
from connector.account.operator_visits import PERMISSION
from connector.account.operators import Watcher
from connector.store import connections, erasures, inbox, licences, operators, people, silences
from connector.store import operator_tenants as store
from connector.store.operator_tenants import Place, TenantRow
from connector.store.scope import Connection
from dashboard.operator.pages.screen import Visit, screen
from dashboard.operator.telling.tenant import Known, Said, tenant
from server.operators import Watching
from server.parts import Parts, Used
from server.problems import NotFound

PATH = "/operator/clientes"
ERRORS, DEEDS = 8, 10
WEEK = timedelta(days=7)


@get("/clientes/{tenant_id:uuid}")
async def show_tenant(
    tenant_id: FromPath[UUID], watcher: Watching, parts: Used, request: Visit
) -> Response[str]:
    """The page."""
    return await show(tenant_id, watcher, parts, request, Said())


async def show(
    tenant_id: UUID, watcher: Watcher, parts: Parts, request: Visit, said: Said, status: int = 200
) -> Response[Any]:
    """The page, with what came of the last form; 404 for nobody's id."""
    async with parts.database.system() as conn:
        rows = await store.page_of(conn, [tenant_id], Place(), 1)
        if not rows:
            raise NotFound
        known = await _know(conn, rows[0], parts)
    path = f"{PATH}/{tenant_id}" if request.method == "POST" else ""
    return screen("tenant.html", tenant(known, said), watcher, request, path=path, status=status)


async def _know(conn: Connection, row: TenantRow, parts: Parts) -> Known:
    now, tenant_id = parts.clock.now(), row.tenant_id
    _grant, grant_note = await licences.grant(conn, tenant_id)
    return Known(
        row=row,
        health=(await store.health(conn, [tenant_id], now))[tenant_id],
        accounts=await connections.accounts(conn, tenant_id),
        silent=await silences.of_tenant(conn, tenant_id),
        portal=await connections.portal(conn, tenant_id),
        right=await right_of(tenant_id, parts.clock.business_now()),
        grant_note=grant_note,
        lanes=await store.lanes(conn, tenant_id),
        held=await inbox.held(conn, tenant_id),
        errors=await store.errors(conn, tenant_id, now - WEEK, ERRORS),
        people=await people.members(conn, tenant_id),
        erasure=await erasures.load(conn, tenant_id),
        drainer=await store.drainer(conn, tenant_id),
        may_change=await store.allows(conn, tenant_id, PERMISSION),
        deeds=await operators.notes(conn, tenant_id, None, DEEDS),
        now=now,
        business_now=parts.clock.business_now(),
    )


handlers: list[ControllerRouterHandler] = [show_tenant]
