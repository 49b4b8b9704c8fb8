"""A reconciliation under way: what was asked for, where it is, what it counted, what a step works with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from connector.bitrix24.packer import Packer
from connector.domain.drift import Mending
from connector.domain.events import Kind, RecordKey
from connector.store.drift import Doubt
from connector.sync.runs import listing
from connector.sync.runs.deal_look import DealLook
from connector.sync.runs.looks import Look
from connector.sync.runs.product_look import ProductLook
from connector.sync.runs.stride import Stride

#: Kinds that can be compared: contacts belong to their deals, and an invoice is written once.
KINDS = (Kind.PRODUCT, Kind.ORDER)


class Phase(StrEnum):
    """What a step does."""

    CHANGED = "changed"
    BLING = "bling"
    LINKS = "links"
    PORTAL = "portal"
    DOUBTS = "doubts"
    REPAIR = "repair"


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for."""

    #: Repair everything that is found.
    repair: bool = False
    #: Else what is mended by itself.
    mending: Mending = Mending.NOTHING
    #: The night that it is the reconciliation of, as `YYYY-MM-DD`.
    night: str = ""


class Side(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of Bitrix24's own lists of our marks, and the id that it goes on from."""

    number: int
    #: About how many records it has.
    expected: int
    after: int = 0


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it goes on."""

    phase: Phase
    began_at: datetime
    lists: listing.Place
    changed: listing.Place | None = None
    accounts: tuple[UUID, ...] = ()
    #: Pairs up to this one were looked through.
    link: RecordKey | None = None
    #: Bitrix24's lists that are not through; None before the first look at them.
    sides: tuple[Side, ...] | None = None
    #: Findings up to this one were repaired, if they are to be.
    repaired: int = 0


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Records of a reconciliation so far."""

    compared: int = 0
    #: They do not take part: filter, toggles, age.
    excluded: int = 0
    #: Could not be read, or never came to rest.
    unread: int = 0
    findings: int = 0
    differing: int = 0


@dataclass(slots=True)
class Sight:
    """What one step works with."""

    stride: Stride
    place: Place
    counts: Counts
    look: Look
    packer: Packer


def look_of(stride: Stride, packer: Packer) -> Look:
    """The first look at a kind's records; raises `ValueError` for a kind that is not compared."""
    context = stride.context
    match stride.run.kind:
        case Kind.PRODUCT:
            assert context.catalogue is not None, "a run is walked with a portal only"
            return ProductLook(context, context.catalogue, packer)
        case Kind.ORDER:
            return DealLook(context, packer)
        case kind:
            raise ValueError(f"{kind} is not compared")


def doubts_of(records: Iterable[RecordKey], now: datetime) -> list[Doubt]:
    """Look at these again, at once."""
    return [
        Doubt(account_id=one.account_id, bling_id=one.bling_id, doubted_at=now, due_at=now) for one in records
    ]


def counted(counts: Counts, compared: int, excluded: int = 0) -> Counts:
    """With these records, too."""
    return msgspec.structs.replace(
        counts, compared=counts.compared + compared, excluded=counts.excluded + excluded
    )
