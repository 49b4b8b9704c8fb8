"""The start of a record's way: which of its events wins, and what it says."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec

from connector.domain.events import Event, Kind, Reason, RecordKey, RecordState, Source
from connector.domain.winner import NOTHING_KNOWN, Known, Trust, judge
from connector.store.inbox import DEALS
from connector.store.links import Link
from connector.sync.asking import asks_for_export
from connector.sync.deals.contacts import ContactWork
from connector.sync.deals.work import DealWork
from connector.sync.export.work import ExportWork
from connector.sync.portal.intake import is_unborn
from connector.sync.products.work import ProductWork
from connector.sync.selling.work import WonWork
from connector.sync.stock.work import StockWork
from connector.sync.work import Work

#: Bling's clock and ours; its dates have one second's resolution.
CLOCKS_APART = timedelta(seconds=2)


class _Message(msgspec.Struct):
    data: msgspec.Raw


_message = msgspec.json.Decoder(_Message)
_fields = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def begin(key: RecordKey, events: list[Event], link: Link | None, now: datetime) -> Work:
    """Choose the event that wins and read its payload."""
    verdict = judge(events, _known(link), _hash_of)
    winner = verdict.event
    work = _kind_of(key, winner, link)(key, winner, events, verdict.trust, now, link)
    if isinstance(work, ExportWork):
        return work
    if isinstance(work, ProductWork):
        work.is_old_news = _is_old_news(winner, link)
    payload = _payload(winner.body)
    work.body_hash = _hash(payload)
    if verdict.trust is Trust.PAYLOAD:
        work.source = _fields.decode(payload)
    return work


def bare(key: RecordKey, events: list[Event], link: Link | None, now: datetime) -> Work:
    """A record of which nothing is to be looked at but that its events are waiting."""
    return _kind_of(key, events[-1], link)(key, events[-1], events, Trust.READ, now, link)


def _kind_of(
    key: RecordKey, winner: Event, link: Link | None
) -> (
    type[ContactWork]
    | type[DealWork]
    | type[ExportWork]
    | type[ProductWork]
    | type[StockWork]
    | type[WonWork]
):
    """Whatever becomes no deal goes the products' way, and ends there if it is none."""
    if key.kind is Kind.ORDER and key.bling_id < 0:
        return WonWork
    if key.kind is Kind.STOCK:
        return StockWork
    if key.kind is Kind.CONTACT:
        return ContactWork
    if key.kind is Kind.PRODUCT and _leads_back(key, winner, link):
        return ExportWork
    return DealWork if key.kind in DEALS else ProductWork


def _leads_back(key: RecordKey, winner: Event, link: Link | None) -> bool:
    """Whether Bitrix24's side is what changed, or what Bling refused last is to be tried again."""
    if is_unborn(key) or winner.source is Source.BITRIX24:
        return True
    refused = link is not None and link.reason is Reason.REFUSED_BY_BLING
    return winner.source is Source.REPLAY and (refused or asks_for_export(winner.body))


def _is_old_news(winner: Event, link: Link | None) -> bool:
    """Whether Bling's message may be from before our last write there, and say what is not so any more."""
    written = link.exported_at if link is not None else None
    return written is not None and winner.date is not None and winner.date <= written + CLOCKS_APART


def _known(link: Link | None) -> Known:
    if link is None:
        return NOTHING_KNOWN
    deleted = link.state == RecordState.DELETED and link.reason == Reason.GONE_IN_BLING
    return Known(link.bling_date, link.bling_date_bare, link.body_hash, deleted)


def _payload(body: bytes) -> bytes | msgspec.Raw:
    """The message's `data` as it was sent; the whole body when there is none."""
    try:
        return _message.decode(body).data
    except (msgspec.DecodeError, RecursionError):
        return body


def _hash_of(body: bytes) -> bytes:
    return _hash(_payload(body))


def _hash(payload: bytes | msgspec.Raw) -> bytes:
    """Equal for the same payload, whatever envelope it came in."""
    return blake2b(payload, digest_size=16).digest()
