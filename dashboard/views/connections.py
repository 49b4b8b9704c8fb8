"""Configuração › Conexões: both sides, as they are."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Action, Chip, Fact, Meter


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One Bling account, or the portal."""

    short: str
    name: str
    company: str
    chip: Chip
    #: What is the matter, and what is next; the second may be empty.
    sentence: str
    next_step: str = ""
    trouble: bool = False
    #: It works, and what changes arrives late.
    slow: bool = False
    facts: tuple[Fact, ...] = ()
    meter: Meter | None = None
    #: The remedy, and where to see what waits.
    action: Action | None = None
    waiting: Action | None = None


class Account(Connection, frozen=True, kw_only=True):
    """A Bling account, with what may be done with it; the addresses are empty where something may not."""

    #: Beside the trouble's own remedy: a working account may be connected anew.
    reconnect_url: str = ""
    main_url: str = ""
    disconnect_url: str = ""
    #: The tenant's own Bling app for this account.
    own_app: bool
    account_id: str
    webhook_url: str


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    bling: tuple[Account, ...]
    #: Where the first or another account is connected; None where nobody may, or the plan is full.
    connect: Action | None
    #: `2 contas de 3 do plano`.
    count: str
    full: str
    bitrix24: Connection
    editable: bool


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The consent that stands in a window of its own, and the page in the frame that waits for it."""

    open_url: str
    wait_url: str
    done_url: str
