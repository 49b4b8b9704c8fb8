"""Ponte's drain beside PgQueuer, a queue on Postgres that is proud of its speed.

PgQueuer measures itself with `tools/benchmark.py` of its source distribution; that very file is run here,
with its own defaults, against the same Postgres. One of its jobs does nothing; one of our events is compared,
planned, written, and leaves its history.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from benchmarks.changes import changes
from benchmarks.ground import Ground
from benchmarks.results import Rows, alternate, ratio, row
from ponte.runtime import databases

PRODUCTS = 8_000
JOBS = 20_000
ROUNDS = 3


class _Told(msgspec.Struct):
    rate: float


async def queue(ground: Ground) -> Rows:
    """Events settled per second against PgQueuer's jobs taken from a full queue per second."""
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder:
        rival = await _Rival.get(Path(folder), ground)
        async with changes(ground, PRODUCTS) as made:
            told = await alternate(ROUNDS, pgqueuer=rival.measure, distinct=made.distinct)
    rates = {name: [round(rate) for rate in each] for name, each in told.items()}
    yield row("drain_vs_pgqueuer", ratio(told, "distinct", "pgqueuer"), ">=", 0.5, per_s=rates)


class _Rival:
    def __init__(self, script: Path, environ: dict[str, str]) -> None:
        self._script, self._environ = script, environ

    @classmethod
    async def get(cls, folder: Path, ground: Ground) -> _Rival:
        """Download the source distribution and give the queue a database."""
        version = importlib.metadata.version("pgqueuer")
        wanted = ("download", "-q", "--no-deps", "--no-binary", "pgqueuer", "-d", str(folder))
        await _run(
            sys.executable, "-m", "pip", "--disable-pip-version-check", *wanted, f"pgqueuer=={version}"
        )
        with tarfile.open(folder / f"pgqueuer-{version}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        await databases.create_database(ground.owner_url, "pgqueuer")
        environ = _libpq(databases.at(ground.owner_url, database="pgqueuer"))
        await _run(sys.executable, "-m", "pgqueuer", "install", environ=environ)
        return cls(folder / f"pgqueuer-{version}" / "tools" / "benchmark.py", environ)

    async def measure(self) -> float:
        """Jobs per second, as it tells them itself."""
        result = self._script.with_suffix(".json")
        options = ("--strategy", "drain", "--jobs", str(JOBS), "--output-json", str(result))
        await _run(sys.executable, str(self._script), *options, environ=self._environ)
        return msgspec.json.decode(result.read_bytes(), type=_Told).rate


def _libpq(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    told = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.path.lstrip("/"),
    }
    return {name: value for name, value in told.items() if value}


async def _run(*argv: str, environ: dict[str, str] | None = None) -> None:
    """Run a command to its end; raises with what it said if it fails."""
    process = await asyncio.create_subprocess_exec(
        *argv, env={**os.environ, **(environ or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(
            f"{argv} ended with {process.returncode}:\n{said.decode(errors='replace')[-2000:]}"
        )
