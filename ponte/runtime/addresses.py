"""Free ports of 127.0.0.1."""

from __future__ import annotations

import socket
import time

LOCALHOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def free_pair() -> int:
    """A port whose successor is free too: the app's, with the sandbox's next to it."""
    while True:
        port = free_port()
        if port < 65535 and is_free(port + 1):
            return port


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
