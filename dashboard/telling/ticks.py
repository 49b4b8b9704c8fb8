"""Lists of which some may be ticked: the filters of mappings and of imports."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dashboard.reader import _
from dashboard.views.parts import Choice
from dashboard.views.ticks import Part


def ticks(
    name: str,
    title: str,
    every: str,
    listed: Sequence[tuple[str, str]],
    chosen: Collection[str],
    error: str = "",
) -> Part:
    """A list of values with their names; what was ticked once stands in it though nobody lists it any more.

    `every` says that nothing is ticked.
    """
    known = {value for value, _label in listed}
    there = [*listed, *((value, value) for value in chosen if value not in known)]
    some = _("%(chosen)s de %(all)s") % {"chosen": len(chosen), "all": len(there)}
    return Part(
        name=name,
        title=title,
        chosen=some if chosen else every,
        choices=tuple(Choice(value, label, value in chosen) for value, label in there),
        empty=_("Esta lista está vazia, ou ainda não pôde ser lida."),
        error=error,
    )
