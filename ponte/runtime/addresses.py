"""Free ports of 127.0.0.1.

Ports are taken from below the range out of which systems give one to every
outgoing connection (Linux from 32768, others from 49152): a port that is free
when it is chosen would otherwise often be gone when its program listens.
"""

from __future__ import annotations

import random
import socket
import time

LOCALHOST = "127.0.0.1"
PORTS = range(10_240, 32_000)
TRIES = 1_000

_choice = random.SystemRandom()
"""Not the seeded generator: programs that start alike must not choose alike."""


def free_port() -> int:
    """A port that nobody listens on at this moment.

    Raises `OSError` when a thousand tries found none.
    """
    return _free(1)


def free_pair() -> int:
    """A port whose successor is free too: the app's, with the sandbox's next to it."""
    return _free(2)


def _free(count: int) -> int:
    for _ in range(TRIES):
        port = _choice.choice(PORTS)
        if all(is_free(port + step) for step in range(count)):
            return port
    msg = f"no free port of {LOCALHOST} found between {PORTS.start} and {PORTS.stop}"
    raise OSError(msg)


def is_free(port: int) -> bool:
    """Whether this process could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True


def wait_until_free(port: int, seconds: float) -> bool:
    """Wait for a process that was killed to let go of its port."""
    deadline = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
