"""The run's servers: one PostgreSQL and one Redis, shared by all xdist workers.

A keeper process of their own holds them (`python -m tests.support.servers FOLDER PID`), since a worker that
had started them could end before the others. It is started by the first test that needs it and ends with the
run, that is with the process PID.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from connector.store.migrate import migrate
from ponte.runtime import databases
from ponte.runtime.addresses import free_port
from ponte.runtime.child import Patience
from ponte.runtime.postgres import Postgres
from ponte.runtime.redis import Redis
from tests.support.waiting import PATIENCE_S

TEMPLATE = "ponte_test_template"


class Servers(msgspec.Struct, frozen=True):
    """Where the run's servers are."""

    keeper: int
    owner_url: str
    redis_url: str


def servers(folder: Path, run: int) -> Servers:
    """The servers of the run `run` (a process id), started if nobody has yet."""
    ready = folder / "servers.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _start_keeper(folder, run, ready)
    return msgspec.json.decode(ready.read_bytes(), type=Servers)


def stop(folder: Path) -> None:
    """End the run's servers, if any were started."""
    ready = folder / "servers.json"
    if not ready.exists():
        return
    keeper = msgspec.json.decode(ready.read_bytes(), type=Servers).keeper
    ready.unlink()
    os.kill(keeper, signal.SIGTERM)
    patience = Patience("the end of the servers", PATIENCE_S)
    while _is_alive(keeper):
        patience.wait()


def _start_keeper(folder: Path, run: int, ready: Path) -> None:
    log = folder / "keeper.log"
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.servers", str(folder), str(run)],
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
        )
    patience = Patience("the test servers' keeper", PATIENCE_S)
    while not ready.exists():
        if keeper.poll() is not None:
            raise RuntimeError(f"the test servers did not start:\n{log.read_text()}")
        patience.wait()


def _keep(folder: Path, run: int) -> None:
    """Start both, tell the addresses, stay until the run ends or SIGTERM comes."""
    postgres = Postgres(folder / "postgres", free_port(), durable=False)
    redis = Redis(folder / "redis", free_port())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        owner_url = os.environ.get("DATABASE_URL") or _start(postgres)
        redis_url = os.environ.get("REDIS_URL") or _start_redis(redis)
        asyncio.run(_make_template(owner_url))
        found = Servers(os.getpid(), owner_url, redis_url)
        draft = folder / "servers.draft"
        draft.write_bytes(msgspec.json.encode(found))
        draft.rename(folder / "servers.json")
        while _is_alive(run):
            time.sleep(0.2)
    finally:
        redis.stop()
        postgres.stop()


def _start(postgres: Postgres) -> str:
    postgres.create()
    postgres.start()
    return postgres.url()


def _start_redis(redis: Redis) -> str:
    redis.start()
    return redis.url()


async def _make_template(owner_url: str) -> None:
    await databases.create_login_role(owner_url)
    await databases.create_database(owner_url, TEMPLATE)
    await migrate(databases.at(owner_url, database=TEMPLATE), databases.LOGIN_ROLE)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # our own child would stay a zombie
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), int(sys.argv[2]))
