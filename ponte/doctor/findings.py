"""What a check found."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; `mend` says what to do when it is not right."""

    topic: str
    text: str
    mend: str = ""

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to do."""
        return not self.mend
