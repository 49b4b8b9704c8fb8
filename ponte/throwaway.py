"""`python -m ponte.throwaway COMMAND …`: run a command with a migrated, empty database, exit as it does.

The command finds the owner's address in `DATABASE_URL`. The server is made for it unless that is set.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ponte.demo.template import DATABASE, make_database
from ponte.runtime import databases
from ponte.runtime.addresses import free_port
from ponte.runtime.postgres import Postgres


def main(command: list[str]) -> int:
    """Run the command; its exit code."""
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="ponte-") as folder:
        postgres = Postgres(Path(folder) / "postgres", free_port(), durable=False)
        postgres.create()
        postgres.start()
        try:
            asyncio.run(make_database(postgres.url()))
            environ = {**os.environ, "DATABASE_URL": databases.at(postgres.url(), database=DATABASE)}
            return subprocess.run(command, env=environ, check=False).returncode
        finally:
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
