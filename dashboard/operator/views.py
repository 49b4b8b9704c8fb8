"""What the operator's templates are given."""

from __future__ import annotations

import msgspec


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """The door's form: what was typed, and why it was not enough."""

    email: str = ""
    next: str = "/operator"
    error: str = ""
