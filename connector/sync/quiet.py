"""Whether a record comes over quietly: an import starts no automations of the portal unless ticked."""

from __future__ import annotations

import msgspec

from connector.domain.events import Event, Source
from connector.store.runs import run_named
from connector.sync.work import Work

#: In an event's body: the portal's automations are wanted.
AUTOMATIONS = "automations"

_BODIES = msgspec.json.Decoder(dict[str, str])


def is_quiet(work: Work) -> bool:
    """Whether nothing but an import asks for this record, and it wants no automations."""
    return all(map(_is_quiet, work.events or [work.event]))


def _is_quiet(event: Event) -> bool:
    if event.source is not Source.IMPORT or run_named(event.provider_event_id) is None:
        return False
    return AUTOMATIONS not in _BODIES.decode(event.body)
