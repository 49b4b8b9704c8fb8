"""A list of which some may be ticked."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Choice


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A list of a filter; nothing ticked means all."""

    name: str
    title: str
    #: How many are ticked, in words.
    chosen: str
    choices: tuple[Choice, ...]
    empty: str
    error: str = ""
