"""All data of a tenant as a ZIP of JSON files: what the law (LGPD, art. 18) lets a customer ask for.

Tables come from the same catalogue as erasing does, so that none is forgotten. No column that could be a
secret leaves: of columns that hold bytes only messages, of others none that is named like a token. Rows are
read page by page, each page in a scope of its own: a slow download holds no connection.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.account.people import Viewer
from connector.account.team import note
from connector.store import erasures
from connector.store.erasures import Holding
from connector.store.scope import Connection, Database

#: Rows of one page.
PAGE = 500
#: Bytes that leave together.
PIECE = 64 * 1024
#: Bytes that are text of a vendor's: the messages as they came.
MESSAGES = frozenset({"body"})
#: Never leaves, whatever table it stands in.
SECRET = re.compile(r"token|secret|password|hash|sealed|fingerprint")

#: The team is not in the tenant's own tables: persons may belong to several tenants.
_PEOPLE = """
SELECT p.id, p.email, p.name, p.language, p.created_at, m.role
FROM membership m JOIN person p ON p.id = m.person_id WHERE m.tenant_id = $1 ORDER BY p.email
"""
_READ_ME = """Dados da sua empresa na Ponte, exportados em {at}.

Cada arquivo .json é uma lista de registros, com horários em UTC. Senhas, tokens e segredos não saem daqui.

All data of your company at Ponte. Each .json file is a list of records, times in UTC. Passwords, tokens and
secrets are left out.
"""


async def announce(database: Database, by: Viewer, now: datetime) -> None:
    """A line of the audit log, before the first byte leaves."""
    async with database.system() as conn:
        await note(conn, by, now, "tenant.exported")


async def export(database: Database, tenant_id: UUID, at: datetime) -> AsyncIterator[bytes]:
    """The archive, piece by piece."""
    drip = _Drip()
    async with database.system() as conn:
        holdings = await erasures.holdings(conn)
        people = [dict(row) for row in await conn.fetch(_PEOPLE, tenant_id)]
    with zipfile.ZipFile(drip, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LEIA-ME.txt", _READ_ME.format(at=at.isoformat(timespec="seconds")))
        archive.writestr("people.json", msgspec.json.encode(people))
        for holding in holdings:
            with archive.open(f"{holding.name}.json", "w", force_zip64=True) as file:
                async for piece in _rows(database, tenant_id, holding):
                    file.write(piece)
                    if drip.is_full:
                        yield drip.taken()
    yield drip.taken()


async def _rows(database: Database, tenant_id: UUID, holding: Holding) -> AsyncIterator[bytes]:
    """A JSON list, page by page."""
    before, after = b"[\n", None
    while True:
        scope = database.tenant(tenant_id) if holding.theirs else database.system()
        async with scope as conn:
            rows = await _page(conn, tenant_id, holding, after)
        for row in rows:
            yield before + msgspec.json.encode(_told(holding, row))
            before = b",\n"
        if len(rows) < PAGE:
            break
        after = [rows[-1][column] for column in holding.key]
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


async def _page(conn: Connection, tenant_id: UUID, holding: Holding, after: list[Any] | None) -> list[Any]:
    """Rows after this key, in its order."""
    columns = ", ".join(dict.fromkeys((*holding.key, *shown(holding))))
    key, where, values = ", ".join(holding.key), "tenant_id = $1", [tenant_id]
    if after is not None:
        places = ", ".join(f"${number}::{type_}" for number, type_ in enumerate(holding.types, 2))
        where, values = f"{where} AND ({key}) > ({places})", [tenant_id, *after]
    query = f"SELECT {columns} FROM {holding.name} WHERE {where} ORDER BY {key} LIMIT {PAGE}"  # noqa: S608
    return list(await conn.fetch(query, *values))


def shown(holding: Holding) -> tuple[str, ...]:
    """The columns that may leave."""
    return tuple(
        column
        for column in holding.columns
        if not SECRET.search(column) and (column not in holding.binary or column in MESSAGES)
    )


def _told(holding: Holding, row: Any) -> dict[str, Any]:
    return {column: _value(holding, column, row[column]) for column in shown(holding)}


def _value(holding: Holding, column: str, value: Any) -> Any:
    if value is not None and column in holding.json:
        return msgspec.Raw(value.encode())
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class _Drip(io.RawIOBase):
    """What the archive writes, until it is taken; it cannot be rewound, so the archive needs no more."""

    def __init__(self) -> None:
        self._kept = bytearray()

    @property
    def is_full(self) -> bool:
        """Whether it is worth sending."""
        return len(self._kept) >= PIECE

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Keep it."""
        self._kept += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._kept = bytes(self._kept), bytearray()
        return taken
