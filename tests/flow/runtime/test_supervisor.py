"""What was killed comes back; what is told to stop stops; nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ponte.demo.supervisor import Indispensable, Supervisor, Watched
from ponte.runtime.child import Child, Command, StartError
from tests.support.waiting import wait_for

LASTING = "import time; time.sleep(600)"
FAILING = "raise SystemExit('no settings')"


class Script:
    """A service that runs a line of Python."""

    def __init__(self, name: str, folder: Path, code: str = LASTING) -> None:
        self.name = name
        self.child: Child | None = None
        self.stops: list[str] = []
        self._command = Command(name=name, argv=(sys.executable, "-c", code), log=folder / f"{name}.log")

    def start(self) -> Child:
        self.child = Child(self._command)
        return self.child

    def stop(self) -> None:
        self.stops.append(self.name)
        if self.child is not None:
            self.child.stop()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Told(list[Mapping[str, int]]):
    """The process ids that the supervisor told."""

    def wait_for(self, count: int) -> Mapping[str, int]:
        wait_for(lambda: len(self) >= count)
        return self[count - 1]


def is_gone(pid: int) -> bool:
    """Whether the process ended (a zombie nobody has reaped yet counts as ended)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def supervisor(told: Told) -> Iterator[Supervisor]:
    made = Supervisor("sandbox", told.append)
    yield made
    made.stop()


def run_until_indispensable_ends(supervisor: Supervisor, meanwhile: Callable[[], None]) -> None:
    """The supervisor works in this thread, where its children belong; `meanwhile` in another one."""
    other = threading.Thread(target=meanwhile)
    other.start()
    with pytest.raises(Indispensable):
        supervisor.run()
    other.join()


def test_the_killed_come_back_and_their_pids_are_told(
    supervisor: Supervisor, told: Told, tmp_path: Path
) -> None:
    for name in ("server", "worker", "sandbox"):
        supervisor.add(Script(name, tmp_path))
    before = supervisor.pids

    def kill() -> None:
        os.kill(before["server"], signal.SIGKILL)
        told.wait_for(1)
        os.kill(before["worker"], signal.SIGKILL)
        told.wait_for(2)
        os.kill(before["sandbox"], signal.SIGKILL)

    run_until_indispensable_ends(supervisor, kill)
    assert told[0]["server"] != before["server"]
    assert told[0]["worker"] == before["worker"]
    assert told[1]["worker"] != before["worker"]


def test_the_last_words_of_a_failed_process_are_shown(
    supervisor: Supervisor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor.add(Script("sandbox", tmp_path, FAILING))
    with pytest.raises(Indispensable):
        supervisor.run()
    assert "no settings" in capfd.readouterr().err


def test_all_stop_the_last_started_first(supervisor: Supervisor, tmp_path: Path) -> None:
    scripts = [Script(name, tmp_path) for name in ("postgres", "server", "worker")]
    order: list[str] = []
    for script in scripts:
        script.stops = order
        supervisor.add(script)
    supervisor.stop()
    assert order == ["worker", "server", "postgres"]
    assert all(is_gone(pid) for pid in supervisor.pids.values())


def test_who_fails_again_and_again_waits_longer_each_time(tmp_path: Path) -> None:
    clock = Clock()
    script = Script("worker", tmp_path, FAILING)
    watched = Watched(script, clock)
    pauses = []
    for _ in range(7):
        watched.restart()
        assert script.child is not None
        script.child._process.wait()
        began = clock.now
        while not watched.is_down():
            clock.now += 0.1
        pauses.append(round(clock.now - began, 1))
    assert pauses == sorted(pauses)
    assert pauses[0] <= 0.3
    assert pauses[-1] == pytest.approx(5.0, abs=0.2)


def test_who_lasted_starts_at_once(tmp_path: Path) -> None:
    clock = Clock()
    script = Script("worker", tmp_path)
    watched = Watched(script, clock)
    watched.restart()
    clock.now += 60
    assert script.child is not None
    script.child.kill()
    watched.restart()
    script.child.kill()
    assert watched.is_down()


def test_a_child_that_ignores_the_signal_is_ended_by_force(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    script = Script("worker", tmp_path, f"{deaf}; time.sleep(600)")
    child = script.start()
    while "deaf" not in child.last_words():
        child.check_alive()
    child.stop(seconds=0.1)
    assert child.exit_code == -signal.SIGKILL


def test_a_child_that_ended_says_why(tmp_path: Path) -> None:
    child = Script("server", tmp_path, FAILING).start()
    child._process.wait()
    with pytest.raises(StartError, match="server ended with 1:\nno settings"):
        child.check_alive()


ORPHANING = """
import sys, time
from pathlib import Path
from ponte.runtime.child import Child, Command
argv = (sys.executable, "-c", "import time; time.sleep(600)")
child = Child(Command(name="x", argv=argv, log=Path(sys.argv[1])))
print(child.pid, flush=True)
time.sleep(600)
"""


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANING, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert not is_gone(child)
    parent.kill()
    parent.communicate()
    wait_for(lambda: is_gone(child))
