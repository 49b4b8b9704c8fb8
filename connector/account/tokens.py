"""Tokens of a connection: refreshed only when needed, by one process at a time, stored before use.

The row's lock decides who refreshes; whoever waited for it finds the new pair. A crash between the vendor's
answer and our commit leaves a dead refresh token behind: the next refresh is refused, no newer pair is found,
and the connection becomes `needs_reconnect`, which people are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from connector.account.clock import now
from connector.domain.vendor import ConnectionState, Disconnected
from connector.security.vault import Vault
from connector.store.connections import Account, Portal
from connector.store.connections import Tokens as Sealed
from connector.store.scope import Connection, DatabaseAway, Scope

#: A token this close to its end is renewed first.
MARGIN = timedelta(seconds=60)
#: A new pair that could not be stored is tried again for so many seconds: the old one is dead already.
RESCUE_S = 60.0
RESCUE_EVERY_S = 0.5
#: Refreshes of one process at once: each holds a database connection while the vendor answers.
AT_ONCE = 2

Broken = Callable[[ConnectionState, str], Awaitable[None]]

log = structlog.get_logger()


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens in the clear; never logged."""

    access: str
    refresh: str
    expires_at: datetime


class Place(Protocol):
    """Where one connection's tokens are kept, and how its vendor renews them."""

    @property
    def name(self) -> str:
        """Whose tokens these are; a sealed token opens under this name only."""

    def open(self) -> Scope:
        """A transaction that sees the row."""

    async def read(self, conn: Connection) -> Account | Portal:
        """The row; raises `Disconnected` when there is none."""

    async def lock(self, conn: Connection) -> Account | Portal:
        """The same, nobody else's until the transaction ends."""

    async def write(self, conn: Connection, pair: Sealed, over: int, at: datetime) -> None:
        """Store a pair over version `over`; a newer one stays."""

    async def renew(self, pair: Pair) -> Pair:
        """Ask the vendor for a new pair; raises `VendorError`."""

    @property
    def broken(self) -> Broken:
        """Remembers that the vendor let us go."""


class Tokens:
    """A `TokenSource` of one connection."""

    def __init__(
        self,
        place: Place,
        vault: Vault,
        at_once: asyncio.Semaphore,
        state: ConnectionState = ConnectionState.CONNECTED,
    ) -> None:
        """`state` = the one that the connection must be in for its tokens to be used."""
        self._place, self._vault, self._at_once, self._state = place, vault, at_once, state
        self._held: Pair | None = None
        self._one = asyncio.Lock()

    async def token(self) -> str:
        """A token that has not expired as far as we know."""
        return (await self._good(refused=None)).access

    async def renewed(self, refused: str) -> str:
        """A token other than `refused`."""
        return (await self._good(refused)).access

    async def _good(self, refused: str | None) -> Pair:
        async with self._one:
            held = self._held
            if held is None or not _is_good(held, refused):
                # Shielded: a caller that is cancelled must not take a new pair with it.
                held = await asyncio.shield(asyncio.create_task(self._obtained(refused)))
                self._held = held
            return held

    async def _obtained(self, refused: str | None) -> Pair:
        async with self._place.open() as conn:
            pair = self._opened(await self._place.read(conn))
        return pair if _is_good(pair, refused) else await self._refreshed(refused)

    async def _refreshed(self, refused: str | None) -> Pair:
        async with self._at_once:
            try:
                return await self._refresh_alone(refused)
            except Disconnected as error:
                # The lock may have been lost with its connection while we asked: was somebody quicker?
                async with self._place.open() as conn:
                    pair = self._opened(await self._place.read(conn))
                if _is_good(pair, refused):
                    return pair
                log.warning("connection_lost", connection=self._place.name, code=error.code)
                await self._place.broken(error.state, error.text)
                raise

    async def _refresh_alone(self, refused: str | None) -> Pair:
        rescue: tuple[Sealed, int, datetime] | None = None
        try:
            async with self._place.open() as conn:
                row = await self._place.lock(conn)
                old = self._opened(row)
                if _is_good(old, refused):
                    return old
                pair = await self._place.renew(old)
                rescue = sealed(self._vault, self._place.name, pair), row.token_version, now()
                await self._place.write(conn, *rescue)
        except DatabaseAway:
            if rescue is None:
                raise
            await self._rescued(*rescue)
        return pair

    async def _rescued(self, pair: Sealed, over: int, at: datetime) -> None:
        """The database went away while the only good pair was in our hands."""
        give_up = asyncio.get_running_loop().time() + RESCUE_S
        while True:
            try:
                async with self._place.open() as conn:
                    return await self._place.write(conn, pair, over, at)
            except DatabaseAway:
                if asyncio.get_running_loop().time() > give_up:
                    raise
            await asyncio.sleep(RESCUE_EVERY_S)

    def _opened(self, row: Account | Portal) -> Pair:
        if row.state is not self._state:
            raise Disconnected("not connected", state=row.state)
        if row.access_token is None or row.refresh_token is None or row.expires_at is None:
            raise Disconnected("no tokens", state=ConnectionState.NEEDS_RECONNECT)
        return Pair(
            access=self._vault.open(row.access_token, self._place.name),
            refresh=self._vault.open(row.refresh_token, self._place.name),
            expires_at=row.expires_at,
        )


def sealed(vault: Vault, name: str, pair: Pair) -> Sealed:
    """A pair as it is stored, under its owner's name."""
    return Sealed(
        access_token=vault.seal(pair.access, name),
        refresh_token=vault.seal(pair.refresh, name),
        expires_at=pair.expires_at,
    )


def _is_good(pair: Pair, refused: str | None) -> bool:
    return pair.access != refused and pair.expires_at > now() + MARGIN
