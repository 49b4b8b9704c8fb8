"""`ponte serve`: the web server. Each of its processes builds the app for itself."""

from __future__ import annotations

import os
import resource
import signal
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from prometheus_client import start_http_server

from connector import collector
from connector import settings as environment
from connector.settings import Settings
from ponte import logs
from ponte.app import create_app
from ponte.runtime.leash import die_with_parent
from server.front import Front
from server.metrics import REGISTRY

#: Seconds that open requests have when the server is told to stop.
FAREWELL_SECONDS = 10
#: Connections of one process. An open screen holds one for its live part, and a process that has as many as
#: it takes hears no webhook any more; granian's own bound of 1,024 is soon reached.
MOST_CONNECTIONS = 16_384
#: Files that a process has open beside: the database's, Redis', the vendors', its own.
OTHER_FILES = 512
#: Its own lines take our way out.
_LOGGING: dict[str, Any] = {
    "version": 1,
    "incremental": False,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def run(settings: Settings, application: str = "ponte.serve:application") -> int:
    """Serve until a signal; the exit code. `application` = where each process finds its app."""
    server = Granian(
        application,
        factory=True,
        address=settings.host,
        port=settings.port,
        workers=settings.web_processes,
        backpressure=_connections(),
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        log_dictconfig=_LOGGING,
        workers_kill_timeout=FAREWELL_SECONDS,
    )
    server.serve()
    return 0


def _connections() -> int:
    """As many as there may be open files, after asking the system for all that it allows us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    free = MOST_CONNECTIONS if most == resource.RLIM_INFINITY else most - OTHER_FILES
    return max(1, min(MOST_CONNECTIONS, free))


def application() -> Front:
    """The app of one server process, which does not outlive the server."""
    die_with_parent(os.getppid(), signal.SIGKILL)
    settings = environment.load()
    logs.configure(settings.log_level, settings.log_format)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.host, REGISTRY)
    front = Front(create_app(settings))
    collector.calm()
    return front
