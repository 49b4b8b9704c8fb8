"""What the log says of records: one line each, with its kind, Bling id and events; never what they hold.

The tenant, and the request that asked, are bound by the drain.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from connector.domain.events import Outcome
from connector.sync.work import Ended, Held, Work

log = structlog.get_logger(__name__)

_BAD = frozenset({Outcome.FAILED, Outcome.DEAD})


def tell(works: Iterable[Work]) -> None:
    """Records that just failed, were given up, or wait for a person; what went well stands in the history."""
    for work in works:
        match work.ending:
            case Ended(outcome=outcome, reason=reason) if outcome in _BAD and work.events:
                log.warning("record_failed", outcome=outcome, reason=reason, **_facts(work))
            case Held(reason=reason) if work.events:
                log.info("record_held", reason=reason, **_facts(work))


def _facts(work: Work) -> dict[str, object]:
    return {
        "kind": work.key.kind,
        "bling_id": work.key.bling_id,
        "events": [str(event.id) for event in work.events],
    }
