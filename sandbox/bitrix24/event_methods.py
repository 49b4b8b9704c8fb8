"""`event.*`: binding handlers, and reading the offline queue (which deletes what it returns by default)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.events import KNOWN
from sandbox.bitrix24.query import listing
from sandbox.bitrix24.registry import Call, method
from sandbox.bitrix24.values import as_list, empty, intval, text

MOST_EVENTS = 50


@method("event.bind")
def event_bind(call: Call) -> Any:
    """Bind an online handler, or the offline queue of a connector."""
    event, handler, offline, connector = _target(call)
    if event.upper() not in KNOWN:
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    if offline:
        _require_admin(call)
    elif not handler.startswith(("http://", "https://")):
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    call.portal.events.bind(event, handler, offline, connector, call.token.user_id)
    return True


@method("event.unbind")
def event_unbind(call: Call) -> Any:
    """Unbind; how many bindings went."""
    return {"count": call.portal.events.unbind(*_target(call))}


@method("event.get")
def event_get(call: Call) -> Any:
    """What is bound."""
    return [
        {"connector_id": held.connector, "event": held.event, "offline": 1}
        if held.offline
        else {"event": held.event, "handler": held.handler, "auth_type": 0, "offline": 0}
        for held in call.portal.events.bindings
    ]


@method("event.offline.get")
def offline_get(call: Call) -> Any:
    """Waiting events; without `clear=0` they are gone afterwards."""
    _require_admin(call)
    limit = intval(call.params.get("limit", MOST_EVENTS)) or MOST_EVENTS
    clear = intval(call.params.get("clear", 1)) != 0
    process_id, rows = call.portal.events.take(
        text(call.params.get("auth_connector")),
        min(limit, MOST_EVENTS),
        clear,
        text(call.params.get("process_id")),
    )
    return {"process_id": process_id, "events": [row.answer() for row in rows]}


@method("event.offline.list")
def offline_list(call: Call) -> Any:
    """The queue as it is, also what a reader has taken and not cleared; reading changes nothing."""
    _require_admin(call)
    rows = [row.listed() for row in call.portal.events.waiting(text(call.params.get("auth_connector")))]
    return listing(rows, call.params, call.start)


@method("event.offline.clear")
def offline_clear(call: Call) -> Any:
    """Drop what a process has worked off."""
    _require_admin(call)
    process_id = text(call.params.get("process_id"))
    if not process_id:
        raise RestError("PROCESS_ID_REQUIRED", "Argument 'process_id' is required")
    ids = [intval(value) for value in as_list(call.params["id"])] if "id" in call.params else None
    call.portal.events.clear(process_id, ids)
    return True


def _target(call: Call) -> tuple[str, str, bool, str]:
    sent = call.insensitive()
    if empty(sent.get("EVENT")):
        raise RestError("ERROR_ARGUMENT", "Argument 'EVENT' is null or empty")
    offline = text(sent.get("EVENT_TYPE")).lower() == "offline"
    return text(sent["EVENT"]), text(sent.get("HANDLER")), offline, text(sent.get("AUTH_CONNECTOR"))


def _require_admin(call: Call) -> None:
    if not call.portal.users[call.token.user_id].admin or not call.portal.plan.offline_events:
        raise RestError("ACCESS_DENIED", "Access denied!", 403)
