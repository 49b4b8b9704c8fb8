"""What an event wrote when it was its turn, beside what the same record would be given now."""

from __future__ import annotations

import msgspec

from connector.domain.deals import CreateDeal, UpdateDeal
from connector.domain.export import Export
from connector.domain.products import Create, Update
from connector.store.history import SyncRow
from connector.store.inbox import DEALS
from connector.sync.replay import COMMENT, PlannedWrite, Preview, planned_write

_PRODUCT = msgspec.json.Decoder(list[Create | Update | Export])
_DEAL = msgspec.json.Decoder(list[CreateDeal | UpdateDeal])


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field of Bitrix24's whose value is another one now; None = it had, or has, none."""

    field: str
    then: str | None
    now: str | None


def then_of(sync: SyncRow | None) -> list[PlannedWrite]:
    """The writes that were planned then; none for an event that wrote nothing."""
    if sync is None:
        return []
    decoder = _DEAL if sync.record.kind in DEALS else _PRODUCT
    try:
        plans = decoder.decode(sync.plan)
    except msgspec.ValidationError:
        return []  # of a version of Ponte whose plans looked different
    writes = (planned_write(sync.record.bling_id, plan) for plan in plans)
    return [write for write in writes if write is not None]


def differences(then: list[PlannedWrite], preview: Preview, bling_id: int) -> list[Difference]:
    """Field by field, in the order of their names: what was written then and is another value now.

    A field that is not written now, because it is right already, counts with the value that it has to have.
    Empty when nobody could say now what the record should be.
    """
    now = preview.target | _values(preview.writes, bling_id)
    if not now:
        return []
    was = _values(then, bling_id)
    touched = sorted((was.keys() | _values(preview.writes, bling_id).keys()) - {COMMENT})
    return [
        Difference(field=field, then=was.get(field), now=now.get(field))
        for field in touched
        if was.get(field) != now.get(field)
    ]


def _values(writes: list[PlannedWrite], bling_id: int) -> dict[str, str]:
    """Of the record itself; a family's other members have events of their own."""
    return {
        name: value
        for one in writes
        if one.bling_id in (bling_id, None)
        for name, value in one.values.items()
    }
