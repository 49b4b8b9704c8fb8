"""Licença: the right to sync, how much of it is used, what waits, and the plans."""

from __future__ import annotations

import msgspec

from dashboard.views.parts import Chip, Fact, Meter


class PlanCard(msgspec.Struct, frozen=True, kw_only=True):
    """One plan and what can be done with it."""

    key: str
    name: str
    price: str
    includes: tuple[str, ...]
    yours: bool
    #: The button that leads to Stripe; empty where nothing can be done.
    button: str
    #: The plan takes the present one's place, and this says how that is billed; empty for a checkout.
    change: str


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    sentence: str
    chip: Chip
    #: What happens next, a sentence each.
    next: tuple[str, ...]
    #: How many events of each kind wait; empty when nothing does.
    held: tuple[Fact, ...]
    held_since: str
    held_ends: str
    month: str
    turns: str
    meters: tuple[Meter, ...]
    log: str
    plans: tuple[PlanCard, ...]
    #: Cards, invoices and cancelling at Stripe.
    has_portal: bool
    #: The subscription was cancelled and may go on.
    may_go_on: bool
    #: Why nobody can pay here; empty when people can.
    closed: str
    said: str
    refused: str
    #: Inside a frame, Stripe's page opens in a window of its own.
    window_url: str
