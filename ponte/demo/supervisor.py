"""Keeps the demo's processes alive: what was killed comes back, what is told to stop stops in order."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Protocol

from ponte.runtime.child import Child, StartError

LOOK_SECONDS = 0.1
#: A process that ended again right after its start waits this long; doubled each time.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
#: A process that lived this long starts at once when it ends.
SETTLED_SECONDS = 10.0


class Service(Protocol):
    """What can be supervised."""

    @property
    def name(self) -> str:
        """As in the ready line's `pids`."""

    @property
    def child(self) -> Child | None:
        """The running process, None before the first start."""

    def start(self) -> Child:
        """Start it; raises `StartError`."""

    def stop(self) -> None:
        """End it in order."""


class Indispensable(RuntimeError):
    """A process ended that cannot come back as it was: the demo is over."""


class Watched:
    """A service with the memory of its restarts."""

    def __init__(self, service: Service, clock: Callable[[], float]) -> None:
        self.service = service
        self._clock = clock
        self._started, self._not_before, self._pause = clock(), 0.0, 0.0

    def is_down(self) -> bool:
        """Whether it ended and may be started now."""
        child = self.service.child
        return (child is None or child.exit_code is not None) and self._clock() >= self._not_before

    def restart(self) -> None:
        """Start it again; the next time waits longer if this one does not last. Raises `StartError`."""
        now = self._clock()
        lasted = now - self._started > SETTLED_SECONDS
        self._pause = 0.0 if lasted else min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._started, self._not_before = now, now + self._pause
        self.service.start()


class Supervisor:
    """Runs services in the order of their dependence, until a signal comes or an indispensable one ends."""

    def __init__(self, indispensable: str, tell: Callable[[Mapping[str, int]], None]) -> None:
        self._indispensable = indispensable
        self._tell = tell
        self._watched: list[Watched] = []

    def add(self, service: Service) -> None:
        """Start a service and keep it from now on; raises `StartError`."""
        self._watched.append(Watched(service, time.monotonic))
        service.start()

    @property
    def pids(self) -> dict[str, int]:
        """Present process ids by name."""
        children = {watched.service.name: watched.service.child for watched in self._watched}
        return {name: child.pid for name, child in children.items() if child is not None}

    def run(self) -> None:
        """Look after the services for good; ends by a signal's `SystemExit` or by `Indispensable`."""
        while True:
            if self._look():
                self._tell(self.pids)
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End all, the last started first."""
        for watched in reversed(self._watched):
            watched.service.stop()

    def _look(self) -> bool:
        down = [watched for watched in self._watched if watched.is_down()]
        for watched in down:
            service = watched.service
            note(f"{service.name} ended{_last_words(service.child)}")
            if service.name == self._indispensable:
                raise Indispensable(f"{service.name} ended, and what it held with it")
            try:
                watched.restart()
                note(f"{service.name} is back with pid {self.pids[service.name]}")
            except StartError as error:
                note(f"{service.name} did not come back: {error}")
        return bool(down)


def end_on_signals(signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> None:
    """Let SIGTERM and SIGINT end this process through its `finally` clauses, with exit code 0."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        ignore_signals(signals)  # the way out is not interrupted
        sys.exit(0)

    for number in signals:
        signal.signal(number, leave)


def ignore_signals(signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> None:
    """Let nothing interrupt what follows."""
    for number in signals:
        signal.signal(number, signal.SIG_IGN)


def note(text: str) -> None:
    """A line for whoever watches the demo."""
    sys.stderr.write(f"ponte: {text}\n")
    sys.stderr.flush()


def _last_words(child: Child | None) -> str:
    if child is None:
        return ""
    words = f" with {child.exit_code}"
    return (
        words if child.exit_code in (-signal.SIGKILL, -signal.SIGTERM) else f"{words}\n{child.last_words()}"
    )
