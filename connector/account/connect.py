"""What connecting a tenant's two sides takes, on either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import httpx
from redis.asyncio import Redis

from connector.account.connections import Connections
from connector.domain.vendor import ConnectionState, Disconnected
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store.scope import Database


class Given:
    """A token in the hand, for the first call of a new connection."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """That token."""
        return self._token

    async def renewed(self, refused: str) -> NoReturn:
        """There is no other one."""
        raise Disconnected("the first token was refused", state=ConnectionState.NEEDS_RECONNECT)


@dataclass(frozen=True, slots=True)
class Connecting:
    """What it takes to connect."""

    settings: Settings
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    vault: Vault
    connections: Connections
