"""What each task is walked by."""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.runs import Task as Name
from connector.sync.runs.exporting import Exporting
from connector.sync.runs.importing import Importing
from connector.sync.runs.reconciling import Reconciling
from connector.sync.runs.rehearsing import Rehearsing
from connector.sync.runs.stride import Task

TASKS: Mapping[Name, Task] = {
    Name.IMPORT: Importing(),
    Name.REHEARSAL: Rehearsing(),
    Name.RECONCILIATION: Reconciling(),
    Name.EXPORT: Exporting(),
}
