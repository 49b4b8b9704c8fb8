"""One child process: its command, its log, its orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ponte.runtime.leash import die_with_parent
from ponte.runtime.plainuser import PlainUser


class StartError(RuntimeError):
    """A process did not become ready; the text holds the end of its log."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What to run and how to end it."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environ: Mapping[str, str] | None = None
    user: PlainUser | None = None
    #: Ends it in order; also what the kernel sends it when we die.
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """A running command. A new session keeps the terminal's Ctrl-C away: we stop our children in order."""

    def __init__(self, command: Command) -> None:
        self.command = command
        parent = os.getpid()

        def between_fork_and_exec() -> None:
            if command.user is not None:
                command.user.become()
            die_with_parent(parent, command.stop_signal)  # after `become`, which would undo it

        with command.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=command.environ,
                start_new_session=True,
                preexec_fn=between_fork_and_exec,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def stop(self, seconds: float = 10.0) -> None:
        """End it in order; by force after `seconds`."""
        if self.exit_code is not None:
            return
        self._process.send_signal(self.command.stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        text = self.command.log.read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def check_alive(self) -> None:
        """Raise `StartError` if it ended."""
        if self.exit_code is not None:
            raise StartError(f"{self.command.name} ended with {self.exit_code}:\n{self.last_words()}")


class Patience:
    """A bounded wait: iterate until ready, or `StartError` after `seconds`."""

    def __init__(self, name: str, seconds: float, pause: float = 0.02) -> None:
        self._name, self._seconds, self._pause = name, seconds, pause
        self._deadline = time.monotonic() + seconds

    def wait(self) -> None:
        """Sleep a little; raises `StartError` when the time is over."""
        if time.monotonic() > self._deadline:
            raise StartError(f"{self._name} was not ready within {self._seconds:.0f} s")
        time.sleep(self._pause)
