"""No browser test may hang: when its time is up its Chromium is killed, so whatever waits for it fails there.

Playwright has calls without a time-out (`evaluate`, `close`), and a hung page would hold the whole run. The
failure then stands at the line that waited; the stacks of all threads go to stderr as well.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Playwright

#: Seconds that a test may take; `@pytest.mark.limit(seconds)` gives a long journey more.
LIMIT_S = 110.0
#: Seconds after which Playwright's own server is killed too, should killing Chromium not have been enough.
GRACE_S = 8.0
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class Chromium:
    """Debian's Chromium, launched anew after it was killed."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._mark = f"--ponte-tests={uuid4().hex}"
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        """The running one, or a new one."""
        if self._browser is None or not self._browser.is_connected():
            flags = [*FLAGS, self._mark]
            self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        return self._browser

    def close(self) -> None:
        """At the end of the run."""
        if self._browser is not None and self._browser.is_connected():
            self._browser.close()

    def kill(self) -> None:
        """All processes of this browser, from another thread."""
        for pid in _with_argument(self._mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def limited(chromium: Chromium, seconds: float) -> Iterator[None]:
    """Kill the browser if the block takes longer."""
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(chromium, ended, seconds), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(chromium: Chromium, ended: threading.Event, seconds: float) -> None:
    if ended.wait(seconds):
        return
    sys.stderr.write(f"\nthe browser test took longer than {seconds:.0f} s:\n")
    faulthandler.dump_traceback(file=sys.__stderr__ or sys.stderr)
    chromium.kill()
    if not ended.wait(GRACE_S):
        _kill_drivers()


def _kill_drivers() -> None:
    """Playwright's server: a child of ours."""
    for pid in _with_argument("run-driver"):
        with suppress(ProcessLookupError, OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            if f"\nPPid:\t{os.getpid()}\n" in status:
                os.kill(pid, signal.SIGKILL)


def _with_argument(word: str) -> list[int]:
    """Processes that were started with this argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
