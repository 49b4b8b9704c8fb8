"""Registros: the records in one state, for the counted lines of the overview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from connector.account.replaying import LONGEST_SEARCH
from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.store import history, links, record_lists
from dashboard.pages.surroundings import look_around, shell_of
from dashboard.rendering import page
from dashboard.telling.asked import LARGEST_ID
from dashboard.telling.records import SHOWN, Asked, Known, records
from server.parts import Used
from server.sessions import Viewing

PAGE = 50


@get("/registros")
async def show_records(viewer: Viewing, parts: Used, request: Request[Any, Any, Any]) -> Response[str]:
    """One kind's records by state, reason and search, in the order of their Bling ids."""
    asked = _asked(request.query_params)
    async with parts.database.tenant(viewer.tenant_id) as conn:
        around = await look_around(conn, viewer, parts.clock.business_now())
        known = Known(
            counts=await history.summary(conn, viewer.tenant_id),
            reasons=await links.reasons(conn, viewer.tenant_id),
            rows=await record_lists.records(conn, viewer.tenant_id, asked.wanted, asked.after, PAGE + 1),
            bling=parts.settings.bling_authorize_url,
        )
    view = records(asked, known, viewer, PAGE)
    return page("records.html", {"shell": shell_of(around, request), "view": view})


def _asked(query: Mapping[str, str]) -> Asked:
    """Read the address; what nobody knows is left aside."""
    kind = Kind(query["tipo"]) if query.get("tipo") in set(SHOWN) else Kind.PRODUCT
    queued = query.get("fila", "")
    return Asked(
        kind=kind,
        state=RecordState(query["estado"]) if query.get("estado") in set(RecordState) else None,
        reason=Reason(query["motivo"]) if query.get("motivo") in set(Reason) else None,
        search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        after=_place(kind, query.get("depois", "")),
        queued=int(queued) if queued.isascii() and queued.isdecimal() and len(queued) <= 9 else None,
    )


def _place(kind: Kind, text: str) -> RecordKey | None:
    """`account.bling_id` of the page before; anything else begins at the first."""
    account, _, number = text.partition(".")
    try:
        bling_id = int(number) if len(number) <= 20 else 0
        key = RecordKey(kind, UUID(account), bling_id)
    except ValueError:
        return None
    return key if 0 < abs(bling_id) <= LARGEST_ID else None


handlers: list[ControllerRouterHandler] = [show_records]
