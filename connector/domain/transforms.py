"""Value transforms of a mapping rule, written Bling → Bitrix24, with their inverses.

Bitrix24 keeps everything as text in the end, so a target value is canonical text: two values are equal
exactly when their texts are. That makes fingerprints and comparisons plain.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import msgspec

CENT = Decimal("0.01")
#: Bitrix24 keeps prices with two decimals by default; more digits than this are no price.
LARGEST_PRICE = Decimal("9999999999999.99")


class InvalidValue(ValueError):
    """A value that the transform cannot take; the text is fit for a person."""


class Identity(msgspec.Struct, frozen=True, tag="identity", tag_field="type"):
    """The same text on both sides."""


class Money(msgspec.Struct, frozen=True, tag="money", tag_field="type"):
    """An amount in BRL, to the cent, half up."""


class YesNo(msgspec.Struct, frozen=True, tag="yes_no", tag_field="type"):
    """Two of Bling's words for Bitrix24's Y and N."""

    true: str
    false: str


Transform = Identity | Money | YesNo


def forward(transform: Transform) -> Callable[[object], str]:
    """The function that takes Bling's value to Bitrix24's text; it raises `InvalidValue`."""
    match transform:
        case Identity():
            return text
        case Money():
            return money
        case YesNo(true=true, false=false):
            return lambda value: _yes_no(value, true, false)


def backward(transform: Transform) -> Callable[[str], object]:
    """The inverse of `forward`, for the export."""
    match transform:
        case Identity():
            return str
        case Money():
            return Decimal
        case YesNo(true=true, false=false):
            return lambda value: true if value == "Y" else false


def text(value: object) -> str:
    """Any scalar as text; numbers without an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        raise InvalidValue(f"não é um texto: {value!r}")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    raise InvalidValue(f"não é um texto: {value!r}")


def money(value: object) -> str:
    """An amount as text with two decimals, such as `1234.50`."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidValue(f"não é um valor em reais: {value!r}")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValue(f"não é um valor em reais: {value!r}") from None
    if not amount.is_finite() or abs(amount) > LARGEST_PRICE:
        raise InvalidValue(f"o valor {value} é grande demais")
    if amount < 0:
        raise InvalidValue(f"o valor {value} é negativo")
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _yes_no(value: object, true: str, false: str) -> str:
    if value == true:
        return "Y"
    if value == false:
        return "N"
    raise InvalidValue(f"esperado {true} ou {false}, veio {value!r}")
