"""A tenant with a row in every table that holds a word nobody else may see; and all routes of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from litestar import Litestar
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler

from connector.store.ids import new_id

#: In lower case: some columns hold nothing else.
CANARY = f"canary-{uuid4().hex}"

_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'migration' ORDER BY relname
"""
COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
        WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum] LIMIT 1) AS rule
FROM pg_attribute a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
"""


class Victim(msgspec.Struct, frozen=True):
    """A tenant with a row in every table that can hold one of its own."""

    tenant_id: UUID
    person_id: UUID
    #: All that could be given as the name of something that is this tenant's.
    names: list[str]


class Stop(msgspec.Struct, frozen=True):
    """One method of one route."""

    method: str
    path: str
    parameters: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """As lists of exceptions name it."""
        return f"{self.method} {self.path}"

    def at(self, name: str) -> str:
        """The address with every parameter filled in."""
        return re.sub(r"\{[^}]*\}", name, self.path)


def stops(app: Litestar) -> list[Stop]:
    """Every registered route and method but OPTIONS, which Litestar answers itself."""
    return [stop for route in app.routes for handler in _handlers(route) for stop in _stops(route, handler)]


def _handlers(route: Any) -> list[Any]:
    return list(getattr(route, "route_handlers", None) or [route.route_handler])


def _stops(route: Any, handler: Any) -> Iterator[Stop]:
    if isinstance(handler, ASGIRouteHandler):
        yield Stop("POST", route.path)
    if not isinstance(handler, HTTPRouteHandler):
        return
    sent = handler.parsed_data_field
    fields = getattr(sent.annotation, "__struct_fields__", ()) if sent else ()
    known = {*handler.resolve_dependencies(), *route.path_parameters, "request", "data", "state", "scope"}
    queries = tuple(name for name in handler.parsed_fn_signature.parameters if name not in known)
    for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
        yield Stop(method, route.path, tuple(route.path_parameters), tuple(fields), queries)


async def tables(owner: asyncpg.Connection) -> list[str]:
    """All tables, by the catalogue."""
    return [row["relname"] for row in await owner.fetch(_TABLES)]


async def settle_in(owner: asyncpg.Connection) -> Victim:
    """Put a row of one new tenant into every table."""
    tenant_id, person_id = uuid4(), uuid4()
    names = [CANARY, str(tenant_id), str(person_id)]
    for table in await tables(owner):
        columns = await owner.fetch(COLUMNS, table)
        values = [_value(table, column, tenant_id, person_id) for column in columns]
        names += [str(value) for value in values if isinstance(value, UUID) and str(value) not in names]
        places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        listed = ", ".join(column["name"] for column in columns)
        async with owner.transaction():
            await owner.execute("SET LOCAL session_replication_role = replica")
            await owner.execute(f"INSERT INTO {table} ({listed}) VALUES ({places})", *values)
    return Victim(tenant_id, person_id, [*names, "7"])


def _value(table: str, column: Any, tenant_id: UUID, person_id: UUID) -> Any:
    name, type_ = column["name"], column["type"]
    if name == "tenant_id":
        return tenant_id
    if name in ("person_id", "author", "changed_by") or (table, name) == ("person", "id"):
        return person_id
    match type_:
        case "text":
            allowed = re.search(r"'([^']+)'::text", column["rule"] or "")
            return allowed.group(1) if allowed else CANARY
        case "uuid":
            return new_id(datetime.now(UTC))
        case "bytea":
            return CANARY.encode()
        case "json":
            return f'{{"{CANARY}": "{CANARY}"}}'
        case "jsonb":
            # What an event waited for.
            return f'[{{"reason": "{CANARY}", "from": "2026-11-23T12:00:00Z"}}]'
        case "timestamp with time zone":
            # What is over may be swept away by anybody's request.
            return datetime.now(UTC) + timedelta(days=name == "expires_at")
        case "date":
            return datetime.now(UTC).date()
        case "boolean":
            return True
        case "uuid[]" | "text[]":
            return []
    return 7


async def digest(owner: asyncpg.Connection, victim: Victim) -> dict[str, str]:
    """What stands in every table for the victim, to be compared."""
    found: dict[str, str] = {}
    for table in await tables(owner):
        columns = {row["name"] for row in await owner.fetch(COLUMNS, table)}
        where = "t.tenant_id = $1" if "tenant_id" in columns else "t::text LIKE '%' || $2 || '%'"
        query = f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {table} t"
        found[table] = await owner.fetchval(
            f"{query} WHERE {where} AND ($1::uuid IS NOT NULL) AND ($2::text <> '')",
            victim.tenant_id,
            CANARY,
        )
    return found
