"""The parts that handlers use, made once when the server starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import httpx
from arq.connections import ArqRedis
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.types import Scope

from connector.account.billing import Billing
from connector.account.clock import Clock
from connector.account.connect import Connecting
from connector.account.connections import Connections
from connector.security.vault import Vault
from connector.settings import Settings
from connector.store.scope import Database
from connector.sync.engine import Engine
from server.gauges import Gauges
from server.inlet import Inlet
from server.keys import Keys
from server.live import LiveView
from server.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running server is made of."""

    settings: Settings
    database: Database
    redis: ArqRedis
    http: httpx.AsyncClient
    clock: Clock
    vault: Vault
    connections: Connections
    connecting: Connecting
    engine: Engine
    inlet: Inlet
    secrets: Secrets
    keys: Keys
    live: LiveView
    billing: Billing
    gauges: Gauges


def parts_of(scope: Scope) -> Parts:
    """The parts of the app that serves this request."""
    return cast("Parts", scope["litestar_app"].state.parts)


async def provide_parts(state: State) -> Parts:
    """The dependency `parts`."""
    return cast("Parts", state.parts)


async def provide_settings(state: State) -> Settings:
    """The dependency `settings`."""
    return cast("Parts", state.parts).settings


#: A handler's parameter `parts`.
Used = NamedDependency[Parts]
#: For the app's `dependencies`.
DEPENDENCIES: dict[str, Any] = {"parts": provide_parts, "settings": provide_settings}
