"""Python's cyclic garbage collector in processes that handle records and messages by the thousand.

Those come and go without cycles, so that looking for cycles costs a worker a quarter of its time and finds
nothing; what was made at the start is never garbage.
"""

from __future__ import annotations

import gc

#: Objects made before a look at the youngest generation; Python's own number is 700.
OFTEN_ENOUGH = (50_000, 50, 100)


def calm() -> None:
    """Call once, when everything that lasts has been made."""
    gc.freeze()
    gc.set_threshold(*OFTEN_ENOUGH)
