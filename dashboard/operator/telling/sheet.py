"""The list of tenants as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from connector.store.operator_tenants import COUNTED, Health, TenantRow
from dashboard.operator.telling import words
from dashboard.operator.telling.tenants import chip
from dashboard.reader import N_, _, reader

COLUMNS = (
    *(
        N_("ID"),
        N_("Cliente"),
        N_("Situação"),
        N_("Licença"),
        N_("Plano"),
        N_("Origem"),
        N_("Fim da licença"),
    ),
    *(N_("Desde"), N_("Última sincronização"), N_("Fila"), N_("Aguardando"), N_("Devido desde")),
    *(N_("Eventos 24 h"), N_("Falhas 24 h"), N_("Contas do Bling"), N_("Portal do Bitrix24")),
)
#: A spreadsheet takes what begins so for a formula (OWASP, CSV injection); an apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Spreadsheets know by it that the file is UTF-8.
BOM = "\ufeff"


def head() -> str:
    """The first line."""
    return BOM + _written([[_(name) for name in COLUMNS]])


def lines(
    rows: Iterable[TenantRow], health: dict[UUID, Health], now: datetime, business_now: datetime
) -> str:
    """A line for each of these tenants."""
    return _written(_cells(row, health[row.tenant_id], now, business_now) for row in rows)


def _cells(row: TenantRow, health: Health, now: datetime, business_now: datetime) -> list[str]:
    return [
        str(row.tenant_id),
        _text(row.name),
        chip(row, health, now, business_now).label,
        words.licence(row.state).label if row.state else "",
        _text(words.plan(row.plan)) if row.plan else "",
        _text(row.source or ""),
        _moment(row.ends_at),
        _moment(row.created_at),
        _moment(health.last_sync),
        _count(health.depth),
        _count(health.held),
        _moment(health.oldest_due if health.oldest_due and health.oldest_due < now else None),
        str(health.settled),
        str(health.failed),
        " ".join(health.accounts),
        health.portal or "",
    ]


def _written(rows: Iterable[list[str]]) -> str:
    """RFC 4180; in Brazil spreadsheets part columns by semicolons, because numbers have commas."""
    out = io.StringIO()
    csv.writer(out, delimiter="," if reader().language == "en" else ";").writerows(rows)
    return out.getvalue()


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _moment(at: datetime | None) -> str:
    """In UTC, as spreadsheets of every language read it."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _count(n: int) -> str:
    return f">{COUNTED}" if n > COUNTED else str(n)
