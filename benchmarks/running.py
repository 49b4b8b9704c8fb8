"""`ponte demo --json` as another program runs it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from benchmarks.ground import Ground
from ponte.demo import template
from ponte.runtime import databases

READY_S = 60.0

Ready = dict[str, Any]


@asynccontextmanager
async def running(
    folder: Path, environ: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Ready, float]]:
    """A demo in a new data folder below `folder`: its ready line, and seconds until it came."""
    place = tempfile.mkdtemp(prefix="demo-", dir=folder)
    begun = time.perf_counter()
    with (folder / "demo.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ponte", "demo", "--json", "--data-dir", place),
            stdout=subprocess.PIPE,
            stderr=log,
            limit=1 << 20,
            env={**os.environ, **(environ or {})},
        )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_S)
        if not line:
            raise RuntimeError(f"the demo did not start:\n{(folder / 'demo.log').read_text()[-2000:]}")
        yield msgspec.json.decode(line, type=Ready), time.perf_counter() - begun
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


@asynccontextmanager
async def housed(on: Ground) -> AsyncIterator[tuple[Ready, str]]:
    """A demo on this run's PostgreSQL: its ready line and its database's owner, who goes with it."""
    owner_url = databases.at(on.owner_url, database=template.DATABASE)
    try:
        async with running(on.folder, {"DATABASE_URL": on.owner_url}) as (ready, _):
            yield ready, owner_url
    finally:
        conn = await asyncpg.connect(on.owner_url)
        await conn.execute(f'DROP DATABASE IF EXISTS "{template.DATABASE}" WITH (FORCE)')
        await conn.close()
