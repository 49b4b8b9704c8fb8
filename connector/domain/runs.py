"""Long work on a tenant's records, page by page: what there is of it, and what may be done with it."""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """What a run does."""

    IMPORT = "import"
    REHEARSAL = "rehearsal"
    RECONCILIATION = "reconciliation"
    EXPORT = "export"


class RunState(StrEnum):
    """Where a run stands; the last three are final."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Deed(StrEnum):
    """What a person can do with a run."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


#: States from which a deed leads somewhere, and where to.
DEEDS: dict[Deed, tuple[frozenset[RunState], RunState]] = {
    Deed.PAUSE: (frozenset({RunState.RUNNING}), RunState.PAUSED),
    Deed.RESUME: (frozenset({RunState.PAUSED}), RunState.RUNNING),
    Deed.CANCEL: (frozenset({RunState.RUNNING, RunState.PAUSED}), RunState.CANCELLED),
}
