"""Options and rules as several screens show them."""

from __future__ import annotations

from typing import Literal

import msgspec


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A toggle with the seed's sentence."""

    name: str
    label: str
    hint: str
    on: bool


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the mapping."""

    bitrix24: str
    bitrix24_name: str
    bling: str
    bling_name: str
    transform: str
    transform_icon: str
    policy: str
    locked: bool
    direction: Literal["both", "import", "export"]
