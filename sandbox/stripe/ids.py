"""Ids as Stripe makes them: a prefix and letters that mean nothing."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """`sub_1Q…`. Random, since a database may outlive the sandbox and would know an old id again."""
    return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(length))
