"""What can be brought once a choice was saved: records that were left out before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from connector.account.people import Viewer
from connector.account.toggles import Toggle
from connector.domain.events import Kind
from connector.domain.remedies import BY_FILTER, KEPT_OUT
from connector.store import history, links
from connector.store.scope import Connection
from dashboard.reader import _
from dashboard.telling.causes import left_out
from dashboard.views.parts import Action


async def by_toggles(conn: Connection, viewer: Viewer, on: Mapping[Toggle, bool]) -> tuple[Action, ...]:
    """What toggles kept out that are on by now (inside the tenant's scope)."""
    wanted = {KEPT_OUT[toggle] for toggle, ticked in on.items() if ticked and toggle in KEPT_OUT}
    return tuple(left_out(await links.reasons(conn, viewer.tenant_id), wanted, viewer))


async def after_ticking(conn: Connection, viewer: Viewer, on: Mapping[Toggle, bool]) -> tuple[Action, ...]:
    """Beside what can be brought: where to see the first record arrive, until one has."""
    found = await by_toggles(conn, viewer, on)
    if not any(on.values()) or await history.last_sync_at(conn, viewer.tenant_id) is not None:
        return found
    return (*found, Action(label=_("Agora teste: veja chegar na Visão geral"), url="/"))


async def by_filter(conn: Connection, viewer: Viewer, kinds: Collection[Kind]) -> tuple[Action, ...]:
    """What the filter kept out before it was saved anew (inside the tenant's scope)."""
    wanted = [(kind, reason) for kind in kinds for reason in BY_FILTER]
    return tuple(left_out(await links.reasons(conn, viewer.tenant_id), wanted, viewer))
