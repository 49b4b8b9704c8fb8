"""One thing to tell people, before it is put into a letter or a notice."""

from __future__ import annotations

import msgspec


class Said(msgspec.Struct, frozen=True):
    """The fact, what is safe and what to do, and the words of the button."""

    fact: str
    steps: tuple[str, ...]
    button: str
