"""Clientes: how everybody is doing, the ones in trouble first to be found."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from connector.domain.licence import DATED_STATES, OPEN_STATES, LicenceState
from connector.domain.vendor import ConnectionState
from connector.store.operator_tenants import COUNTED, Health, Hour, Place, TenantRow, Trouble
from dashboard import formats
from dashboard.operator.telling import words
from dashboard.operator.telling.spark import spark
from dashboard.operator.views import Beat, Figure, Tab, TenantLine, Tenants
from dashboard.reader import N_, _
from dashboard.views.parts import Chip, Tone

PATH = "/operator"
SHEET = f"{PATH}/clientes.csv"
#: Due for so long, an event is late: a drain in order takes seconds.
LATE = timedelta(minutes=5)
TROUBLES: dict[Trouble, tuple[str, Tone]] = {
    Trouble.LATE: (N_("Atrasados"), "need"),
    Trouble.BROKEN: (N_("Conexão perdida"), "need"),
    Trouble.UNLICENSED: (N_("Sem licença"), "need"),
    Trouble.HELD: (N_("Aguardando"), "wait"),
    Trouble.PAUSED: (N_("Pausados"), "wait"),
}
WORKING = frozenset({ConnectionState.CONNECTED, ConnectionState.NONE})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    search: str = ""
    trouble: Trouble | None = None
    after: Place = Place()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: a row more than the page means that there is another."""

    rows: list[TenantRow]
    health: dict[UUID, Health]
    hours: dict[UUID, list[Hour]]
    figures: tuple[Figure, ...]
    beats: tuple[Beat, ...]


def tenants(asked: Asked, found: Found, page: int, now: datetime, business_now: datetime) -> Tenants:
    """The list."""
    shown = found.rows[:page]
    older = ""
    if len(found.rows) > page:
        older = _url(asked, shown[-1])
    return Tenants(
        figures=found.figures,
        beats=found.beats,
        tabs=_tabs(asked),
        search=asked.search,
        trouble=asked.trouble.value if asked.trouble else "",
        rows=tuple(_line(row, found, now, business_now) for row in shown),
        older=older,
        first_page=asked.after == Place(),
        start_url=_address(asked.search, asked.trouble),
        sheet_url=_address(asked.search, asked.trouble, SHEET),
    )


def chip(row: TenantRow, health: Health, now: datetime, business_now: datetime) -> Chip:
    """The one thing to know about a tenant."""
    if row.paused_at is not None:
        return Chip(_("Pausado"), "wait")
    if broken(health):
        return Chip(_("Reconectar"), "need")
    if not licensed(row, business_now):
        return Chip(_("Sem licença"), "need")
    if health.oldest_due is not None and now - health.oldest_due > LATE:
        return Chip(_("Atrasado"), "need")
    if health.held:
        return Chip(_("Aguardando"), "wait")
    if ConnectionState.CONNECTED not in health.accounts or health.portal is None:
        return Chip(_("Não conectado"))
    return Chip(_("Em dia"), "ok")


def broken(health: Health) -> bool:
    """Whether a connection stands still."""
    return any(state not in WORKING for state in (*health.accounts, health.portal) if state is not None)


def licensed(row: TenantRow, business_now: datetime) -> bool:
    """Whether the licence, as told last, lets syncs pass now."""
    if row.state not in OPEN_STATES:
        return False
    return row.state not in DATED_STATES or row.ends_at is None or business_now < row.ends_at


def licence_text(row: TenantRow, business_now: datetime) -> str:
    """`Teste, 6 dias`, `Manual até 31/12/2026`, `Ativa`."""
    if row.state is None:
        return "–"
    name = words.licence(row.state).label
    if row.ends_at is None or row.state == LicenceState.ACTIVE:
        return name
    if row.state not in DATED_STATES:
        return name
    if row.ends_at <= business_now:
        return _("%(licence)s, acabou") % {"licence": name}
    return _("%(licence)s até %(date)s") % {"licence": name, "date": formats.date(row.ends_at)}


def failures(health: Health) -> str:
    """Share of the last 24 hours' events that failed."""
    return formats.percent(health.failed / health.settled, 1) if health.settled else "–"


def _line(row: TenantRow, found: Found, now: datetime, business_now: datetime) -> TenantLine:
    health = found.health[row.tenant_id]
    return TenantLine(
        url=f"{PATH}/clientes/{row.tenant_id}",
        name=row.name,
        chip=chip(row, health, now, business_now),
        licence=licence_text(row, business_now),
        plan=words.plan(row.plan) if row.plan else "–",
        last_sync=health.last_sync,
        depth=words.up_to(health.depth + health.held, COUNTED),
        age=words.overdue(health.oldest_due, now),
        failures=failures(health),
        spark=spark(found.hours.get(row.tenant_id, ()), now),
    )


def _tabs(asked: Asked) -> tuple[Tab, ...]:
    every = Tab(label=_("Todos"), url=_address(asked.search, None), current=asked.trouble is None)
    some = (
        Tab(label=_(label), tone=tone, url=_address(asked.search, trouble), current=trouble is asked.trouble)
        for trouble, (label, tone) in TROUBLES.items()
    )
    return (every, *some)


def _url(asked: Asked, last: TenantRow) -> str:
    return _address(asked.search, asked.trouble, depois=last.name, id=str(last.tenant_id))


def _address(search: str, trouble: Trouble | None, path: str = PATH, **more: str) -> str:
    query = {"q": search, "estado": trouble.value if trouble else "", **more}
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
