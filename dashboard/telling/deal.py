"""Ponte's tab in a deal's card, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from connector.store.connections import Account
from connector.store.history import EventRow
from connector.store.links import Link
from dashboard.reader import _
from dashboard.telling import words
from dashboard.telling.history import Syncs, feed_item
from dashboard.views.deal import Deal, Origin
from dashboard.views.parts import Chip


class Trace(msgspec.Struct, frozen=True):
    """A record that the deal came from, as it was read."""

    link: Link
    events: Sequence[EventRow]


def deal(deal_id: int, traces: Sequence[Trace], accounts: Sequence[Account], syncs: Syncs) -> Deal:
    """The whole tab."""
    names = {account.id: account.name for account in accounts}
    return Deal(number=str(deal_id), origins=tuple(_origin(one, names, syncs) for one in traces))


def _origin(trace: Trace, names: Mapping[UUID, str], syncs: Syncs) -> Origin:
    link = trace.link
    state, _many, tone = words.STATES[link.state]
    number = str(link.record.bling_id)
    return Origin(
        icon=words.icon(link.record.kind),
        kind=words.kind(link.record.kind),
        label=link.label or number,
        number=number,
        account=names.get(link.record.account_id, ""),
        chip=Chip(_(state).capitalize(), tone),
        synced_at=link.synced_at,
        events=tuple(feed_item(event, syncs) for event in trace.events),
        all_url=f"/eventos?q={number}",
    )
