"""`ponte reconcile --tenant ID --kind …`: compares both sides of a tenant, as its own people can."""

from __future__ import annotations

import argparse

from connector.domain.events import Kind
from connector.domain.runs import Task
from connector.settings import Settings
from connector.sync.runs.comparison import KINDS, Wish
from ponte import long_work


def run(settings: Settings, options: argparse.Namespace) -> int:
    """The exit code: 1 when it was not begun or failed, 2 for bad arguments."""
    if options.kind not in KINDS:
        return long_work.say(2, f"kind is one of {', '.join(KINDS)}")
    wish = Wish(repair=options.repair)
    return long_work.run(settings, options, Task.RECONCILIATION, Kind(options.kind), wish)
