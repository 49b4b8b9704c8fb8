"""What stands around every screen of a tenant: read once for each page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Request

from connector.account.people import Viewer
from connector.domain.licence import at
from connector.store import connections, inbox, licences, tenants
from connector.store.scope import Connection
from dashboard.telling.known import Surroundings
from dashboard.telling.shell import shell
from dashboard.views.parts import Shell


async def look_around(conn: Connection, viewer: Viewer, business_now: datetime) -> Surroundings:
    """Inside an open scope of the viewer's tenant."""
    tenant_id = viewer.tenant_id
    tenant, licence = await tenants.load(tenant_id), await licences.load(tenant_id)
    return Surroundings(
        viewer=viewer,
        accounts=tuple(await connections.accounts(conn, tenant_id)),
        portal=await connections.portal(conn, tenant_id),
        licence=None if licence is None else at(licence, business_now),
        held=await inbox.held(conn, tenant_id),
        paused=tenant is not None and tenant.paused_at is not None,
        business_now=business_now,
    )


def shell_of(around: Surroundings, request: Request[Any, Any, Any], own_path: str = "") -> Shell:
    """Rail and banner for the page that was asked for; `own_path` where a form's answer is that page."""
    if own_path and request.method != "GET":
        return shell(around, own_path)
    query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
    return shell(around, request.url.path + query)
