"""Entrar."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Action


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
    #: HTTP's number, which support asks for; 0 where it says nothing.
    code: int = 0
    #: The help and the status of the service may have the answer.
    elsewhere: tuple[Action, ...] = ()
