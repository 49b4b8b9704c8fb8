"""A portal's events: online ones posted once and never again, offline ones kept in a queue.

Vendor facts: nothing is sent before `installFinish`; the queue keeps the latest state of each
object; `auth_connector` of the writing call hides an event from the queue of the same connector;
a robot's doings bring no tokens.
"""

from __future__ import annotations

import secrets
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.bitrix24.values import iso

if TYPE_CHECKING:
    from sandbox.bitrix24.portal import Portal

KNOWN = frozenset(
    f"ONCRM{entity}{action}"
    for entity in ("DEAL", "CONTACT", "COMPANY")
    for action in ("ADD", "UPDATE", "DELETE")
) | frozenset(f"CATALOG.PRODUCT.ON.{action}" for action in ("ADD", "UPDATE", "DELETE"))
KNOWN |= frozenset(f"CATALOG.PRICE.ON.{action}" for action in ("ADD", "UPDATE", "DELETE"))
QUEUE_CHANGED = "ONOFFLINEEVENT"
"""Online: something was put in the offline queue; with `minTimeout` 0 it is sent for each change."""
KNOWN |= frozenset({"ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE", QUEUE_CHANGED})


class Binding(msgspec.Struct, frozen=True):
    """One `event.bind`: online with a handler, or offline for a connector."""

    id: int
    event: str
    handler: str
    offline: bool
    connector: str
    user_id: int


class Author(msgspec.Struct, frozen=True):
    """Who caused an event; nobody (`user_id` 0) is a robot."""

    user_id: int
    connector: str


ROBOT = Author(0, "")


class Queued(msgspec.Struct):
    """A row of the offline queue; `process_id` is set while a reader works on it."""

    id: int
    event: str
    data: dict[str, Any]
    connector: str
    user_id: int
    at: float
    process_id: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What happened to which object, and who is not to hear of it."""
        return self.event, self.connector, str(self.data["FIELDS"])

    def listed(self) -> dict[str, Any]:
        """As `event.offline.list` shows it."""
        return {**self.answer(), "PROCESS_ID": self.process_id, "ERROR": "0"}

    def answer(self) -> dict[str, Any]:
        """As `event.offline.get` shows it."""
        return {
            "ID": str(self.id),
            "TIMESTAMP_X": iso(self.at),
            "EVENT_NAME": self.event,
            "EVENT_DATA": self.data,
            "EVENT_ADDITIONAL": {"user_id": str(self.user_id)},
            "MESSAGE_ID": str(self.id),
        }


class Events:
    """Handlers and queue of Ponte's application at one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._bindings: list[Binding] = []
        self._queue: list[Queued] = []
        self._latest: dict[tuple[str, str, str], Queued] = {}
        """Rows that no reader has seen yet, by event, connector and object."""
        self._next_binding = count(1)
        self._next_queued = count(1)

    @property
    def bindings(self) -> list[Binding]:
        """What is bound at present."""
        return list(self._bindings)

    def bind(self, event: str, handler: str, offline: bool, connector: str, user_id: int) -> None:
        """Bind; a second binding of the same kind replaces the first."""
        self.unbind(event, handler, offline, connector)
        number = next(self._next_binding)
        self._bindings.append(Binding(number, event.upper(), handler, offline, connector, user_id))

    def unbind(self, event: str, handler: str, offline: bool, connector: str) -> int:
        """Take matching bindings away; how many there were."""
        gone = [
            held
            for held in self._bindings
            if (held.event, held.offline, held.connector) == (event.upper(), offline, connector)
            and (offline or not handler or held.handler == handler)
        ]
        self._bindings = [held for held in self._bindings if held not in gone]
        return len(gone)

    def unbind_all(self) -> None:
        """The application was updated or uninstalled: every handler is gone."""
        self._bindings.clear()

    def happened(self, event: str, data: dict[str, Any], author: Author) -> None:
        """Something changed in the portal."""
        if not self._bindings or not self._portal.installed:
            return
        for held in self._bindings:
            if held.event != event:
                continue
            if not held.offline:
                self._portal.deliver(event, data, handler=held.handler, handler_id=held.id, author=author)
            elif not held.connector or held.connector != author.connector:
                self._enqueue(held, data, author)

    def take(
        self, connector: str, limit: int, clear: bool, process_id: str
    ) -> tuple[str | None, list[Queued]]:
        """Read the queue: removing what is returned, or marking it with a process id.

        A `process_id` that is given reads what that process has not cleared yet.
        """
        waiting = [row for row in self._queue if row.connector == connector and row.process_id == process_id][
            :limit
        ]
        for row in waiting:
            self._latest.pop(row.key, None)
        if clear:
            taken = {row.id for row in waiting}
            self._queue = [row for row in self._queue if row.id not in taken]
            return None, waiting
        if not waiting:
            return process_id or None, []
        process_id = process_id or secrets.token_hex(16)
        for row in waiting:
            row.process_id = process_id
        return process_id, waiting

    def waiting(self, connector: str) -> list[Queued]:
        """The whole queue of a connector, also what readers are working on."""
        return [row for row in self._queue if row.connector == connector]

    def clear(self, process_id: str, ids: list[int] | None) -> None:
        """Drop rows of a process: the listed ones, or all."""
        self._queue = [
            row
            for row in self._queue
            if row.process_id != process_id or (ids is not None and row.id not in ids)
        ]

    def _enqueue(self, held: Binding, data: dict[str, Any], author: Author) -> None:
        at = self._portal.clock.real()
        queued = Queued(0, held.event, data, held.connector, author.user_id, at)
        known = self._latest.get(queued.key)
        if known is not None:
            known.at, known.user_id = at, author.user_id
            self._tell_of_queue("update", held.event)
            return
        queued.id = next(self._next_queued)
        self._latest[queued.key] = queued
        self._queue.append(queued)
        self._tell_of_queue("add", held.event)

    def _tell_of_queue(self, change: str, event: str) -> None:
        for held in self._bindings:
            if held.event == QUEUE_CHANGED and not held.offline:
                data = {"type": change, "event": event, "handler": held.handler, "minTimeout": "0"}
                self._portal.deliver(
                    QUEUE_CHANGED, data, handler=held.handler, handler_id=held.id, author=ROBOT
                )
