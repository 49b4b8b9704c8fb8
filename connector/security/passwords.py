"""Passwords: argon2id, in threads of their own: one hash keeps a processor busy for tens of milliseconds."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Argon2 takes 64 MiB for each hash: few at a time.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
HASHER = PasswordHasher()


async def hash_password(password: str) -> str:
    """The text to keep in place of the password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, HASHER.hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; with no hash to compare it takes as long and says no."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, password_hash, password)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's; make a new one at the next sign-in."""
    return HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    if password_hash is None:
        HASHER.hash(password)
        return False
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
