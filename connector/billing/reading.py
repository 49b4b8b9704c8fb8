"""Stripe's objects, as far as Ponte reads them (package `stripe` 16.1: the period is an item's)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from connector.domain.licence import Subscription


class Price(msgspec.Struct):
    """A price; `unit_amount` in cents, None for one without a fixed amount."""

    id: str
    lookup_key: str | None = None
    currency: str = ""
    unit_amount: int | None = None


class _Item(msgspec.Struct):
    id: str
    price: Price
    current_period_end: int | None = None


class _Items(msgspec.Struct):
    data: list[_Item] = []


class _Subscription(msgspec.Struct):
    id: str
    customer: str
    status: str
    created: int
    items: _Items
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    ended_at: int | None = None


class _Invoice(msgspec.Struct):
    created: int


def subscription(found: dict[str, Any]) -> Subscription:
    """A subscription; one item is what ours have, of several the first with a lookup key counts."""
    one = msgspec.convert(found, _Subscription)
    items = sorted(one.items.data, key=lambda item: item.price.lookup_key is None)
    item = items[0] if items else None
    period_end = moment(item.current_period_end) if item else None
    return Subscription(
        id=one.id,
        customer_id=one.customer,
        status=one.status,
        plan=item.price.lookup_key if item else None,
        item_id=item.id if item else "",
        created_at=datetime.fromtimestamp(one.created, UTC),
        period_end=period_end,
        cancel_at=moment(one.cancel_at) or (period_end if one.cancel_at_period_end else None),
        ended_at=moment(one.ended_at),
    )


def price(found: dict[str, Any]) -> Price:
    """A price."""
    return msgspec.convert(found, Price)


def oldest(invoices: list[dict[str, Any]]) -> datetime | None:
    """When the oldest of these invoices was made."""
    return moment(min((msgspec.convert(one, _Invoice).created for one in invoices), default=None))


def moment(unix: int | None) -> datetime | None:
    """A moment of Stripe's."""
    return None if unix is None else datetime.fromtimestamp(unix, UTC)
