"""The app's pages before a portal is connected."""

from __future__ import annotations

import msgspec


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Whose is this portal to be?"""

    portal: str
    person: str


class Install(msgspec.Struct, frozen=True):
    """The page that finishes an installation."""

    script: str


class PortalSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Já tenho conta, with what was typed."""

    email: str = ""
    error: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why it does not go on, and what to do."""

    title: str
    text: str


class PortalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Entrar com Bitrix24: which portal?"""

    portal: str = ""
    error: str = ""
