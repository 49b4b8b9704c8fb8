"""Configuração › Conexões: both sides, as they are."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Chip, Fact


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One Bling account, or the portal."""

    short: str
    name: str
    company: str
    chip: Chip
    sentence: str
    trouble: bool
    facts: tuple[Fact, ...]


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    bling: tuple[Connection, ...]
    bitrix24: Connection
