"""Configuração › Produto: what syncs, and which field is which."""

from __future__ import annotations

import msgspec

from dashboard.views.mapping import Editor
from dashboard.views.parts import Action
from dashboard.views.rules import Option


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    options: tuple[Option, ...]
    #: From Bitrix24 to Bling.
    back: tuple[Option, ...]
    editor: Editor
    version: str
    #: May the person change anything?
    editable: bool
    #: What was just saved of the options, said to the reader; empty on a first look.
    saved: str = ""
    #: What can be brought after what was just saved.
    offers: tuple[Action, ...] = ()
    #: The same of the mapping.
    mapping_saved: str = ""
