"""PostgreSQL refuses to run as root: then it runs as `nobody`, without touching other folders' permissions.

Where `nobody` may not enter a folder on the way to the data or the binaries (a checkout below /root, a data
folder of mode 700), the process keeps one capability of root's, to pass through folders.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ponte.runtime.leash import libc

_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAP_SETPCAP = 8
_PR_SET_SECUREBITS = 28
#: Without it access(2), which initdb asks, would not count the capability (fs/open.c).
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522


class PlainUserError(RuntimeError):
    """There is no way to run PostgreSQL here as root; the text says what to do."""


class PlainUser(msgspec.Struct, frozen=True):
    """Whom a process runs as, and the capability that it keeps."""

    uid: int
    gid: int
    capability: int | None = None

    def own(self, folder: Path) -> None:
        """Give the folder and all that is in it to this user."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def become(self) -> None:
        """Turn the present process into this user for good; called between fork and exec."""
        if self.capability is not None:
            libc().prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.capability is not None:
            _keep(self.capability)


def plain_user(paths: Iterable[Path]) -> PlainUser | None:
    """The user for a process that uses `paths`; None when this process isn't root's and may do it itself."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PlainUserError("PostgreSQL does not run as root: run Ponte as an ordinary user") from None
    if all(reachable(path) for path in paths):
        return PlainUser(nobody.pw_uid, nobody.pw_gid)
    return PlainUser(nobody.pw_uid, nobody.pw_gid, _passing_capability())


def reachable(path: Path) -> bool:
    """Whether everybody may enter the folders above `path`, as it is written and where it leads."""
    above = {*path.absolute().parents, *path.resolve().parents}
    return all(folder.stat().st_mode & 0o001 for folder in above)


def _passing_capability() -> int:
    if sys.platform == "linux":
        permitted = _permitted_capabilities()
        for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
            if permitted >> capability & permitted >> _CAP_SETPCAP & 1:
                return capability
    raise PlainUserError(
        "PostgreSQL does not run as root, and its user may not enter this folder: "
        "run Ponte as an ordinary user, or from a folder that everybody may enter"
    )


def _permitted_capabilities() -> int:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("CapPrm:"))
    return int(line.split()[1], 16)


def _keep(capability: int) -> None:
    """Make `capability` survive the exec (capabilities(7): ambient capabilities)."""
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable, for the lower and the upper 32 capabilities
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    c = libc()
    if c.capset(header, data) or c.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0):
        raise OSError(ctypes.get_errno(), "the capability to pass through folders could not be kept")
