"""Eventos parados: what Ponte gave up."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from connector.store.operator_queues import Dead
from dashboard import formats
from dashboard.operator.views import DeadLine, DeadPage
from dashboard.telling import reasons
from dashboard.telling import words as shared

PATH = "/operator/parados"
#: Records that one press of the button runs again at most.
MOST = 500


def dead(rows: list[Dead], page: int, tenant_id: UUID | None, name: str) -> DeadPage:
    """The newest first."""
    shown = rows[:page]
    query = {"cliente": str(tenant_id)} if tenant_id else {}
    older = f"{PATH}?{urlencode({**query, 'depois': str(shown[-1].id)})}" if len(rows) > page else ""
    return DeadPage(
        rows=tuple(_line(one) for one in shown),
        older=older,
        tenant=str(tenant_id) if tenant_id else "",
        tenant_name=name,
        most=formats.number(MOST),
    )


def _line(one: Dead) -> DeadLine:
    told = reasons.told(one.reason, one.kind)
    return DeadLine(
        id=str(one.id),
        at=one.settled_at,
        tenant=one.tenant_name,
        tenant_url=f"/operator/clientes/{one.tenant_id}",
        label=one.label,
        kind=shared.kind(one.kind),
        why=one.detail or (told.short if told else ""),
        tries=formats.number(one.attempts),
    )
