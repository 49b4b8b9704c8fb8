"""What a run asks Bling's lists for, piece by piece. Pure.

No stretch of time in a list's filter may be longer than a year, and some filters take one value only (facts
of Bling, limits and endpoints), so what is wanted falls into slices; each is paged through on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from connector.domain import orders, products
from connector.domain.events import Kind
from connector.domain.values import at

#: Longest stretch that is asked for: a year, with a margin for the sender's clock and leap days.
STRETCH = timedelta(days=360)
#: Nothing in Bling is older.
FIRST_DAY = date(2009, 1, 1)

_BRAZIL = ZoneInfo("America/Sao_Paulo")
#: Calendars only go so far; what is dated later waits for its own time.
_AHEAD = timedelta(days=2)


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which records somebody wants; nothing named = all that take part."""

    #: Changed in Bling since then.
    since: datetime | None = None
    #: Of these accounts alone.
    accounts: frozenset[UUID] = frozenset()
    products: products.Filter = products.Filter()
    orders: orders.Filter = orders.Filter()


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One list of Bling's; empty fields do not narrow."""

    account: UUID
    category: int = 0
    seller: int = 0
    situations: tuple[int, ...] = ()
    #: Days of the orders' own date.
    since: str = ""
    until: str = ""
    #: Times of change in the account's time.
    changed_since: str = ""
    changed_until: str = ""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What the tenant's mapping lets pass, beyond what somebody asks for."""

    products: products.Filter
    orders: orders.Filter
    #: The day each account was connected on: older orders make no deals.
    connected: Mapping[UUID, date]


def slices(
    kind: Kind, asked: Asked, bounds: Bounds, accounts: Iterable[UUID], now: datetime
) -> tuple[Slice, ...]:
    """The lists to go through, in order; none when nothing can be wanted."""
    chosen = [one for one in accounts if not asked.accounts or one in asked.accounts]
    match kind:
        case Kind.PRODUCT:
            found = [_products(one, asked, bounds, now) for one in chosen]
        case Kind.ORDER:
            found = [_orders(one, asked, bounds, now) for one in chosen]
        case _:
            found = [_changed(Slice(account=one), asked.since, now) for one in chosen]
    return tuple(one for some in found for one in some)


def newcomers(found: Iterable[Slice], since: datetime, now: datetime) -> tuple[Slice, ...]:
    """What changed in these lists while they were gone through."""
    narrow = {msgspec.structs.replace(one, changed_since="", changed_until="") for one in found}
    ordered = sorted(narrow, key=lambda one: msgspec.structs.astuple(one))
    return tuple(piece for one in ordered for piece in _changed(one, since, now))


def fits(kind: Kind, row: Mapping[str, object], asked: Asked) -> bool:
    """Whether a row of a list is asked for, as far as it shows that."""
    if kind is Kind.PRODUCT:
        shown = msgspec.structs.replace(asked.products, categoria=frozenset())
        return not products.is_filtered(row, shown)
    if kind is Kind.ORDER and asked.orders.loja:
        return at(row, "loja.id") in asked.orders.loja
    return True


def local(moment: datetime) -> str:
    """As Bling's filters take a time."""
    return moment.astimezone(_BRAZIL).strftime("%Y-%m-%d %H:%M:%S")


def _products(account: UUID, asked: Asked, bounds: Bounds, now: datetime) -> Iterator[Slice]:
    """By category where one is named: rows do not show theirs."""
    categories = _both(asked.products.categoria, bounds.products.categoria)
    for category in _or_any(categories):
        yield from _changed(Slice(account=account, category=category), asked.since, now)


def _orders(account: UUID, asked: Asked, bounds: Bounds, now: datetime) -> Iterator[Slice]:
    """From the day on from which orders make deals; by seller where one is named: rows do not show theirs."""
    situations = _both(asked.orders.situacao, bounds.orders.situacao)
    sellers = _both(asked.orders.vendedor, bounds.orders.vendedor)
    if situations is not None and not situations:
        return
    days = [day for day in (asked.orders.since, bounds.orders.since or bounds.connected.get(account)) if day]
    stretches = list(_stretches(max(days), now)) if days and asked.since is None else [("", "")]
    if not days and asked.since is None:
        stretches = list(_stretches(now.astimezone(_BRAZIL).date() - STRETCH, now))
    for seller, (since, until) in product(_or_any(sellers), stretches):
        one = Slice(
            account=account,
            seller=seller,
            situations=tuple(sorted(situations or ())),
            since=since,
            until=until,
        )
        yield from _changed(one, asked.since, now)


def _stretches(first: date, now: datetime) -> Iterator[tuple[str, str]]:
    """Days up to now, a stretch at a time."""
    start, last = max(first, FIRST_DAY), (now + _AHEAD).astimezone(_BRAZIL).date()
    while start <= last:
        end = min(start + STRETCH, last)
        yield start.isoformat(), end.isoformat()
        start = end + timedelta(days=1)


def _changed(one: Slice, since: datetime | None, now: datetime) -> Iterator[Slice]:
    """The slice cut into stretches of time; whole when no time is named."""
    if since is None:
        yield one
        return
    start = max(since, datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC))
    while now - start > STRETCH:
        end = start + STRETCH
        yield msgspec.structs.replace(one, changed_since=local(start), changed_until=local(end))
        start = end
    yield msgspec.structs.replace(one, changed_since=local(start))


def _both(asked: frozenset[int], allowed: frozenset[int]) -> frozenset[int] | None:
    """None = any."""
    if asked and allowed:
        return asked & allowed
    return asked or allowed or None


def _or_any(values: frozenset[int] | None) -> list[int]:
    return [0] if values is None else sorted(values)
