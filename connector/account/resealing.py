"""Everything that is sealed, under the newest key: after a key was changed, so that the old one may go.

A value is exchanged only if it is still the one that was read, each in a transaction of its own: a worker
that renews tokens meanwhile wins, and nobody waits for anybody longer than for one row. Who is interrupted
begins again and finds the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from connector.account.consent import asked_app_name
from connector.account.operators import code_name
from connector.account.places import account_name, app_name, door_name, portal_name
from connector.account.post import wish_name
from connector.security.vault import Vault, VaultError
from connector.store import seals
from connector.store.scope import Database
from connector.store.seals import RowKey, Sealed, Shelf

#: Rows that are read at once.
BATCH = 200

Naming = Callable[[Any], str]
_ACCOUNT = Shelf(
    table="account", column="access_token", key=("tenant_id", "id"), types=("uuid", "uuid"), owner="id"
)
_PORTAL = Shelf(table="portal", column="access_token", key=("tenant_id",), owner="tenant_id")

#: Every column of sealed values, and the name under which a value of it is sealed.
SHELVES: dict[Shelf, Naming] = {
    _ACCOUNT: account_name,
    msgspec.structs.replace(_ACCOUNT, column="refresh_token"): account_name,
    Shelf(
        table="account_route",
        column="client_secret",
        key=("account_key",),
        types=("text",),
        owner="account_id",
    ): app_name,
    _PORTAL: portal_name,
    msgspec.structs.replace(_PORTAL, column="refresh_token"): portal_name,
    Shelf(
        table="portal_route",
        column="application_token",
        key=("member_id",),
        types=("text",),
        owner="member_id",
    ): door_name,
    Shelf(
        table="consent", column="client_secret", key=("hash",), types=("bytea",), owner="tenant_id"
    ): asked_app_name,
    Shelf(table="operator", column="totp_secret", key=("id",), owner="id"): code_name,
    Shelf(table="mail", column="sealed", key=("id",), owner="id"): wish_name,
}


class Fate(StrEnum):
    """What became of a value."""

    RESEALED = "resealed"
    #: Somebody wrote a new one meanwhile, or it has gone.
    MOVED = "moved"
    #: No key at hand opens it.
    UNREADABLE = "unreadable"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a shelf's values."""

    shelf: str
    resealed: int
    unreadable: int


async def reseal(database: Database, vault: Vault, shelf: Shelf) -> Done:
    """Seal with the newest key whatever another one sealed; a value that no key opens is left as it is."""
    after: RowKey | None = None
    counts = dict.fromkeys(Fate, 0)
    while True:
        async with database.system() as conn:
            batch = await seals.others(conn, shelf, vault.mark, after, BATCH)
        for sealed in batch:
            counts[await _exchanged(database, vault, shelf, sealed)] += 1
        if len(batch) < BATCH:
            break
        after = batch[-1].key
    return Done(shelf=shelf.name, resealed=counts[Fate.RESEALED], unreadable=counts[Fate.UNREADABLE])


async def standing(database: Database) -> dict[str, dict[str, int]]:
    """By shelf, how many values are under which key."""
    found: dict[str, dict[str, int]] = {}
    for shelf in SHELVES:
        async with database.system() as conn:
            marks = await seals.marks(conn, shelf)
        found[shelf.name] = {_key_id(mark): n for mark, n in sorted(marks.items())}
    return found


async def _exchanged(database: Database, vault: Vault, shelf: Shelf, sealed: Sealed) -> Fate:
    name = SHELVES[shelf](sealed.owner)
    try:
        new = vault.seal(vault.open(sealed.value, name), name)
    except VaultError:
        return Fate.UNREADABLE
    async with database.system() as conn:
        return Fate.RESEALED if await seals.exchange(conn, shelf, sealed, new) else Fate.MOVED


def _key_id(mark: bytes) -> str:
    """The key that a mark names, as `key_id_of` reads it."""
    return mark[2:].decode("ascii", "replace")
