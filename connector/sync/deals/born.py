"""Orders that Ponte made of won deals: Bling tells of them like of any other, and no second deal is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from connector.domain.born import MADE
from connector.domain.events import Action, Outcome, RecordKey, RecordState, Source
from connector.domain.mapping import Target
from connector.domain.selling import deal_marked
from connector.store.links import Link
from connector.sync.deals.work import BORN_SHAPE, DealWork

LoadLinks = Callable[[Iterable[RecordKey]], Awaitable[dict[RecordKey, Link]]]


class _Told(msgspec.Struct):
    situacao: dict[str, Any] | None = None


class _Message(msgspec.Struct):
    data: _Told


_messages = msgspec.json.Decoder(_Message)


async def recognise(works: Iterable[DealWork], member_id: str, load: LoadLinks, now: datetime) -> None:
    """Give orders that carry our mark their deal, also where the pair was not remembered in time."""
    marked = {
        work: deal
        for work in works
        if not work.is_sale
        and work.bitrix_id is None
        and (deal := deal_marked(member_id, (work.source or {}).get("numeroLoja"))) is not None
    }
    known = await load(work.key for work in marked) if marked else {}
    for work, deal in marked.items():
        mark = str((work.source or {})["numeroLoja"])
        work.link = known.get(work.key) or born_link(work.key, deal, work.label, mark, now)
        work.bitrix_id = work.link.bitrix_id if work.link.gone_at is None else None


def is_news(work: DealWork) -> bool:
    """Whether this is the first that Bling tells of an order that was made of a deal."""
    link = work.link
    if link is None:
        return False
    return MADE in work.memory or (link.shape == BORN_SHAPE and link.written is None)


def first_situation(work: DealWork) -> dict[str, Any] | None:
    """The situation that the order was born in, where Bling's message of its making is at hand."""
    for event in work.events:
        if event.source is Source.BLING and event.action is Action.CREATED:
            try:
                return _messages.decode(event.body).data.situacao
            except (msgspec.DecodeError, RecursionError):
                return None
    return None


def remember(work: DealWork) -> None:
    """The deal stays as its seller left it; from here on what changes in Bling changes there."""
    work.written = dict(work.target)
    work.end(Outcome.UNCHANGED, None, "este pedido nasceu do próprio negócio")


def born_memory(link: Link) -> Target | None:
    """How the order of a link was made, where that is remembered."""
    return msgspec.json.decode(link.written, type=Target) if link.written else None


def born_link(
    record: RecordKey, deal_id: int, label: str, mark: str, now: datetime, memory: Target | None = None
) -> Link:
    """An order that was made of a deal; what the deal holds is left to Bling's own message of it.

    `memory` = how the order was made, where that is known.
    """
    return Link(
        record=record,
        bitrix_id=deal_id,
        shape=BORN_SHAPE,
        label=label,
        store_number=f"0:{mark}",
        written=None if memory is None else msgspec.json.encode(memory).decode(),
        state=RecordState.IN_STEP,
        synced_at=now,
        created_at=now,
        updated_at=now,
    )
