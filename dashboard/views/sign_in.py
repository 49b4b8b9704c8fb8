"""Entrar."""

from __future__ import annotations

import msgspec


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what was typed."""

    email: str = ""
    error: str = ""
    next: str = "/"
    #: What led here went well.
    said: str = ""


class ProblemPage(msgspec.Struct, frozen=True, kw_only=True):
    """An error in plain words."""

    title: str
    text: str
    url: str
    way_on: str
