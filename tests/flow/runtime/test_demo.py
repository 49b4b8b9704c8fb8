"""`ponte demo --json` as another program sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ponte.runtime.addresses import free_pair
from tests.support.waiting import PATIENCE_S, wait_for

KILLABLE = ("server", "worker", "redis", "postgres")


class Demo:
    """A running demo and its ready line."""

    def __init__(self, folder: Path, port: int) -> None:
        arguments = ("demo", "--json", "--port", str(port), "--data-dir", str(folder))
        environ = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ponte", *arguments], stdout=subprocess.PIPE, env=environ, text=True
        )
        assert self.process.stdout is not None
        self.lines = [self.process.stdout.readline()]
        self.ready: dict[str, Any] = msgspec.json.decode(self.lines[0])

    def get(self, url: str) -> httpx.Response | None:
        """None when nobody answers."""
        try:
            return httpx.get(url, trust_env=False, timeout=5)
        except httpx.TransportError:
            return None

    def pids(self) -> dict[str, int]:
        answer = self.get(f"{self.ready['sandbox_url']}/control/pids")
        assert answer is not None
        pids: dict[str, int] = answer.json()
        return pids

    def is_ready(self) -> bool:
        answer = self.get(f"{self.ready['app_url']}/health/ready")
        return answer is not None and answer.is_success

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        self.lines += self.process.communicate(timeout=PATIENCE_S)[0].splitlines()
        return self.process.returncode


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    started: list[Demo] = []

    def start_one() -> Demo:
        started.append(Demo(tmp_path / "demo", free_pair()))
        return started[-1]

    yield start_one
    for demo in started:
        demo.process.kill()
        demo.process.communicate()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def is_another(demo: Demo, name: str, before: int) -> bool:
    return demo.pids()[name] != before


def test_the_killed_come_back_one_after_the_other_and_sigterm_ends_all(start: Callable[[], Demo]) -> None:
    demo = start()
    assert demo.pids() == demo.ready["pids"]
    for name in KILLABLE:
        before = demo.pids()[name]
        os.kill(before, signal.SIGKILL)
        wait_for(partial(is_another, demo, name, before))
        wait_for(demo.is_ready)
    pids = demo.pids()
    assert demo.end(signal.SIGTERM) == 0
    assert len(demo.lines) == 1
    assert all(is_gone(pid) for pid in pids.values())


def test_without_its_sandbox_the_demo_ends(start: Callable[[], Demo]) -> None:
    demo = start()
    os.kill(demo.ready["pids"]["sandbox"], signal.SIGKILL)
    assert demo.process.wait(timeout=PATIENCE_S) == 1


def test_a_killed_demo_leaves_nothing_behind(start: Callable[[], Demo]) -> None:
    demo = start()
    demo.process.kill()
    for pid in demo.ready["pids"].values():
        wait_for(partial(is_gone, pid))


def test_the_ready_line_names_two_tenants_that_can_be_used(start: Callable[[], Demo]) -> None:
    demo = start()
    assert demo.ready["ready"] is True
    for tenant in demo.ready["tenants"]:
        headers = {"Authorization": f"Bearer {tenant['api_key']}"}
        answer = httpx.get(f"{demo.ready['app_url']}/api/v1/toggles", headers=headers, trust_env=False)
        assert set(answer.json().values()) == {False}
    assert len({tenant["id"] for tenant in demo.ready["tenants"]}) >= 2


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "ponte", "demo", "--json", "--port", port, "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert "must both be free" in done.stderr
