"""The two switches of `POST /control/limits`, and the one of `POST /control/framing`."""

from __future__ import annotations

from collections.abc import Callable

DEFAULT_OPERATING_COST_S = 0.05


class Switches:
    """Whether the vendors' limits hold, and what a Bitrix24 call costs in operating time."""

    def __init__(self) -> None:
        self.enforce = True
        self.operating_cost_s = DEFAULT_OPERATING_COST_S
        self.bling_framed = True
        """Whether Bling's consent page lets other sites hold it in a frame."""
        self._listeners: list[Callable[[], None]] = []

    def on_enforce(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever `enforce` is set: buckets and sums start empty again."""
        self._listeners.append(listener)

    def set_enforce(self, enforce: bool) -> None:
        """Switch the limits on or off at once, with empty buckets."""
        self.enforce = enforce
        for listener in self._listeners:
            listener()

    def reset(self) -> None:
        """Limits on, default cost, empty buckets, pages in frames."""
        self.bling_framed = True
        self.operating_cost_s = DEFAULT_OPERATING_COST_S
        self.set_enforce(True)
