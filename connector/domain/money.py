"""An order of Bling → the rows of a deal, which add up to the order's total to the cent.

Sources: facts of Bling (the money of an order) and of Bitrix24 (rows). What follows from them:
an item's `valor` is net already; `total = Σ quantity × valor − discount + expenses + freight`, and what it
holds beyond that (IPI) has a row of its own; Bitrix24 counts a row as round(price × quantity, 2), keeps
8 decimals of a price and 4 of a quantity, and counts a negative row as nothing, so whatever lessens an
order is spread over its rows. Amounts are whole cents (`int`) inside, `Decimal` reais outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction

import msgspec

#: Sums and products of amounts are exact in it.
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_CENT, _PRICE, _QUANTITY = Decimal("0.01"), Decimal("1e-8"), Decimal("1e-4")
_HUNDRED = Decimal(100)
#: Decimals of a discount's percentage, tried in this order.
_RATE_PLACES = range(5)


class RowKind(StrEnum):
    """What a row stands for."""

    ITEM = "item"
    FREIGHT = "freight"
    EXPENSES = "expenses"
    ADJUSTMENT = "adjustment"


#: What rows are called that are no item.
NAMES = {
    RowKind.FREIGHT: "Frete",
    RowKind.EXPENSES: "Outras despesas",
    RowKind.ADJUSTMENT: "IPI / ajuste",
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of an order, as Bling tells it."""

    name: str
    code: str = ""
    unit: str = ""
    quantity: Decimal
    #: Bling's `valor`: reais per unit, the item's discount taken off already.
    price: Decimal
    #: Bling's `desconto` in percent, which `price` contains; it only tells the list price.
    discount: Decimal = Decimal(0)
    #: Bling id, 0 for none.
    product_id: int = 0


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """What an order says about itself as a whole, in reais."""

    total: Decimal
    discount: Decimal = Decimal(0)
    #: `discount` is a percentage of the items, else reais.
    discount_percent: bool = False
    freight: Decimal = Decimal(0)
    expenses: Decimal = Decimal(0)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a deal."""

    kind: RowKind
    name: str
    code: str = ""
    #: Bling id, 0 for none.
    product_id: int = 0
    #: Bling's unit; empty when the quantity stands in the name.
    unit: str = ""
    #: Above 0, at most 4 decimals.
    quantity: Decimal = Decimal(1)
    #: Reais per unit, discounts taken off, at least 0, at most 8 decimals.
    price: Decimal
    #: Percent of the list price that `price` is lower: above 0, below 100, at most 4 decimals. None: no
    #: discount, or one of 100 %, of which no list price can be told.
    discount_rate: Decimal | None = None


class _Line(msgspec.Struct):
    """An item and what its row is worth so far."""

    item: Item
    #: Exact, in cents.
    net: Fraction
    #: By itself; negative for what lessens the order.
    own: int
    #: After everything was spread; at least 0.
    worth: int


def rows_of(items: Sequence[Item], amounts: Amounts) -> tuple[Row, ...]:
    """The rows that add up to `amounts.total`, rounded to the cent; none without items or below zero."""
    if not items or amounts.total < 0:
        return ()
    lines = [_line(item) for item in items]
    extras = {RowKind.FREIGHT: _cents(amounts.freight), RowKind.EXPENSES: _cents(amounts.expenses)}
    adjustment = _settle(lines, extras, amounts)
    rows = [_row(line) for line in lines]
    for kind, cents in {**extras, RowKind.ADJUSTMENT: adjustment}.items():
        if cents > 0:
            rows.append(Row(kind=kind, name=NAMES[kind], price=_reais(cents)))
    return tuple(rows)


def row_total(row: Row) -> Decimal:
    """What Bitrix24 counts for a row, in reais."""
    return _EXACT.quantize(_EXACT.multiply(row.price, row.quantity), _CENT)


def _line(item: Item) -> _Line:
    net = Fraction(item.quantity) * Fraction(item.price) * 100
    own = _half_up(net)
    return _Line(item, net, own, max(own, 0))


def _settle(lines: Sequence[_Line], extras: dict[RowKind, int], amounts: Amounts) -> int:
    """Bring lines and extras to what they are worth in the order; gives the adjustment's cents."""
    goal = _cents(amounts.total)
    exact = sum((line.net for line in lines), Fraction())
    formula = sum(line.own for line in lines) - _discount(exact, amounts) + sum(extras.values())
    # Bling may round each item or only their sum, and a percentage in its own way.
    rounding = max(0, _half_up(exact) - sum(line.own for line in lines)) + 1
    beyond = goal - formula > rounding
    worth = max(formula, 0) if beyond else goal
    _reduce(lines, extras, worth)
    return goal - sum(line.worth for line in lines) - sum(extras.values())


def _discount(exact: Fraction, amounts: Amounts) -> int:
    """The order's discount in cents. A negative one is none: its sum is in the total and gets its row."""
    if amounts.discount_percent:
        return max(0, _half_up(exact * Fraction(amounts.discount) / 100))
    return max(0, _cents(amounts.discount))


def _reduce(lines: Sequence[_Line], extras: dict[RowKind, int], goal: int) -> None:
    """Bring items to `goal` less freight and expenses; where they have not enough, those have to give."""
    for kind in extras:
        extras[kind] = max(extras[kind], 0)
    rest = max(0, goal - sum(extras.values()))
    if rest != sum(line.worth for line in lines):
        # Items below half a cent each may still make up one together.
        weights: list[int] | list[Fraction] = [line.worth for line in lines]
        if not any(weights):
            weights = [max(line.net, Fraction()) for line in lines]
        for line, cents in zip(lines, _spread(rest, weights), strict=True):
            line.worth = cents
    if sum(extras.values()) > goal:
        extras.update(zip(extras, _spread(goal, list(extras.values())), strict=True))


def _spread(cents: int, weights: Sequence[int] | Sequence[Fraction]) -> list[int]:
    """Parts of `cents` in proportion, by largest remainder; nothing when all weights are 0."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [divmod(cents * weight, whole) for weight in weights]
    parts = [int(share) for share, _ in shares]
    by_remainder = sorted(range(len(parts)), key=lambda place: -shares[place][1])
    for place in by_remainder[: cents - sum(parts)]:
        parts[place] += 1
    return parts


def _row(line: _Line) -> Row:
    item = line.item
    name = item.name.strip() or item.code.strip() or "Item"
    price = _unit_price(line)
    if price is not None:
        quantity, unit = _plain(item.quantity), item.unit
    else:
        # Bitrix24 cannot hold this quantity: one lot, which tells in its name how much it is.
        amount = f"{_plain(item.quantity):f}".replace(".", ",") + f" {item.unit.strip()}"
        name, quantity, unit, price = f"{name} ({amount.strip()})", Decimal(1), "", _reais(line.worth)
    return Row(
        kind=RowKind.ITEM,
        name=name,
        code=item.code,
        product_id=item.product_id,
        unit=unit,
        quantity=quantity,
        price=price,
        discount_rate=_rate(line),
    )


def _unit_price(line: _Line) -> Decimal | None:
    """Price per unit that gives the line's worth to the cent; None if the quantity allows of none."""
    quantity = line.item.quantity
    if quantity <= 0 or quantity != _EXACT.quantize(quantity, _QUANTITY):
        return None
    shared = _EXACT.divide(_reais(line.worth), quantity)
    for price in (line.item.price, shared) if line.worth == line.own else (shared,):
        price = _EXACT.quantize(price, _PRICE)
        if price >= 0 and _cents(_EXACT.multiply(price, quantity)) == line.worth:
            return _plain(price)
    return None


def _rate(line: _Line) -> Decimal | None:
    """Discount against the list price, in percent: the item's own, or that together with its share."""
    own = line.item.discount if 0 < line.item.discount < _HUNDRED else Decimal(0)
    if line.worth == line.own:
        return _allowed(_rounded(own, _RATE_PLACES[-1]))
    listed = line.net / (1 - Fraction(own) / 100)
    if listed <= 0:
        return None
    exact = 100 * (1 - line.worth / listed)
    # The shortest percentage that tells the row's worth: 10, not 9,9967.
    for places in _RATE_PLACES:
        rate = _rounded(_decimal(exact), places)
        if _half_up(listed * (1 - Fraction(rate) / 100)) == line.worth:
            break
    return _allowed(rate)


def _allowed(rate: Decimal) -> Decimal | None:
    return _plain(rate) if 0 < rate < _HUNDRED else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return _EXACT.quantize(value, Decimal(1).scaleb(-places))


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _cents(reais: Decimal) -> int:
    return int(_EXACT.quantize(reais, _CENT).scaleb(2, _EXACT))


def _reais(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2, _EXACT)


def _half_up(value: Fraction) -> int:
    """Rounded to a whole number, halves away from zero as `ROUND_HALF_UP` does."""
    return (-1 if value < 0 else 1) * int(abs(value) + Fraction(1, 2))


def _plain(value: Decimal) -> Decimal:
    """Without superfluous zeros and without an exponent."""
    short = value.normalize(_EXACT)
    return _EXACT.quantize(short, Decimal(1)) if int(short.as_tuple().exponent) > 0 else short
