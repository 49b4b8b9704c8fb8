"""Exporting to Bling: what would go over, and what would become of it."""

from __future__ import annotations

import msgspec

from dashboard.views.imports import Figure, RunPane
from dashboard.views.parts import Action, Choice


class Way(msgspec.Struct, frozen=True):
    """One way to say which products."""

    value: str
    label: str
    chosen: bool


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an export would meet now."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...]


class ExportForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which products would go over."""

    every: Way
    of_section: Way
    chosen: Way
    sections: tuple[Choice, ...]
    #: How old the sections are, where Bitrix24 did not answer just now.
    lists: str
    #: Ids, SKUs and names, as they were typed.
    products: str
    since: str
    new_only: bool
    #: By field.
    errors: dict[str, str]
    heading: str
    #: What an export makes and changes in Bling, by the options; empty when it writes nothing.
    means: tuple[str, ...]
    skips: str
    refused: str
    refused_link: Action | None
    preview: Preview | None
    #: Why there is no preview.
    silent: str


class Exports(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    url: str
    running: bool
    panes: tuple[RunPane, ...]
    #: None for those who only look.
    form: ExportForm | None
    #: What could not be done just now.
    refused: str
