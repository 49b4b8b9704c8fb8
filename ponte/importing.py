"""`ponte import --tenant ID --kind …`: brings over what is in Bling, as a tenant's own people can."""

from __future__ import annotations

import argparse

import msgspec

from connector.account.clock import now
from connector.domain.runs import Task
from connector.settings import Settings
from connector.sync.runs import importing, rehearsing
from ponte import long_work
from server.api.run_wishes import checked
from server.problems import Invalid


def run(settings: Settings, options: argparse.Namespace) -> int:
    """The exit code: 1 when it was not begun or failed, 2 for bad arguments."""
    given = {"kind": options.kind, "since": options.since}
    try:
        asked = checked({name: value for name, value in given.items() if value is not None}, now())
    except Invalid as error:
        return long_work.say(2, "; ".join(one.message for one in error.errors))
    task = Task.REHEARSAL if options.dry_run else Task.IMPORT
    wish: msgspec.Struct = importing.Wish(asked=asked.asked)
    if options.dry_run:
        wish = rehearsing.Wish(asked=asked.asked)
    return long_work.run(settings, options, task, asked.kind, wish)
