"""Where the demo keeps its data: `.ponte/` of the checkout, one folder for each demo that runs."""

from __future__ import annotations

import fcntl
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ponte


class FolderError(RuntimeError):
    """A data folder cannot be used; the text says why."""


def home() -> Path:
    """`.ponte/` beside the source, or in the present folder when Ponte is installed as a package."""
    checkout = Path(ponte.__file__).parents[1]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / ".ponte"


@contextmanager
def data_folder(wanted: Path | None) -> Iterator[Path]:
    """The folder of one demo, for as long as it runs; raises `FolderError` if another one has it."""
    candidates = [wanted] if wanted else (home() / f"demo{number}" for number in itertools.count(1))
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "lock").open("w")
        except OSError as error:
            raise FolderError(f"the data folder cannot be used: {error}") from error
        with lock:
            if not _locked(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB):
                continue
            yield folder.resolve()
            return
    raise FolderError(f"another demo runs in {wanted}: stop it, or name another folder with --data-dir")


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Wait for the lock file `path` and hold it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        _locked(lock.fileno(), fcntl.LOCK_EX)
        yield


def _locked(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        return False
    return True
