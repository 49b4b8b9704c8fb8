"""Ties a process to its parent: when the parent dies, however it dies, the kernel ends the child.

Only Linux has this (`prctl(PR_SET_PDEATHSIG)`); elsewhere an ordered stop is all there is. The tie is to the
parent's *thread* that started the child, so children are started from threads that live as long as they do.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def libc() -> ctypes.CDLL:
    """The C library of this process, keeping `errno`."""
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int, sign: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `sign` to this process when the process `parent` ends."""
    if sys.platform != "linux":
        return
    libc().prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:  # It died before the tie was made.
        os.kill(os.getpid(), sign)
