"""Registros: the records in one state, for the counted lines of the overview."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account.people import Viewer
from connector.domain.events import Kind, RecordKey, RecordState
from connector.store import history
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.records import SHOWN, records
from server.parts import Parts

PAGE = 50


@get("/registros")
async def show_records(viewer: Viewer, parts: Parts, request: Request[Any, Any, Any]) -> Response[str]:
    """One kind's records by state, in the order of their Bling ids."""
    query = request.query_params
    kind = Kind(query["tipo"]) if query.get("tipo") in set(SHOWN) else Kind.PRODUCT
    state = RecordState(query["estado"]) if query.get("estado") in set(RecordState) else None
    after = _place(kind, query.get("depois", ""))
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        counts = await history.summary(conn, viewer.tenant_id)
        rows = await history.records(conn, viewer.tenant_id, kind, state, None, after, PAGE + 1)
    view = records(kind, state, counts, rows, PAGE)
    return page("records.html", {"shell": shell_of(around, request), "view": view})


def _place(kind: Kind, text: str) -> RecordKey | None:
    """`account.bling_id` of the page before; anything else begins at the first."""
    account, _, number = text.partition(".")
    try:
        bling_id = int(number) if len(number) <= 19 else 0
        key = RecordKey(kind, UUID(account), bling_id)
    except ValueError:
        return None
    return key if 0 < bling_id <= LARGEST_ID else None


handlers: list[ControllerRouterHandler] = [show_records]
