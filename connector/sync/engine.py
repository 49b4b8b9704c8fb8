"""What a process needs to drain, made once and shared by all of its drains."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from arq.connections import ArqRedis

from connector.domain.retries import CREATE_SETTLES
from connector.settings import Settings
from connector.store.scope import Database
from connector.sync.ports import Connections
from connector.sync.wake import Waker

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Engine:
    """The shared parts; `clock` is real time, `business_clock` rules licences and usage periods."""

    settings: Settings
    database: Database
    redis: ArqRedis
    waker: Waker
    http: httpx.AsyncClient
    connections: Connections
    clock: Clock
    business_clock: Clock
    chance: random.Random = field(default_factory=random.SystemRandom)
    #: Shortened by tests alone.
    create_settles: timedelta = CREATE_SETTLES
