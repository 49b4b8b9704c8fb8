"""Values as Bling tells them: where they lie in a record, and how they become text or numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
#: Bitrix24 keeps prices with two decimals by default; more digits than this are no price.
LARGEST_PRICE = Decimal("9999999999999.99")
#: What a number must not exceed.
LARGEST_NUMBER = Decimal("1e15")


class InvalidValue(ValueError):
    """A value that the transform cannot take; the text is fit for a person.

    `text` has the places of `said` in it (`%(value)s`), so that a screen can say it in another language.
    """

    def __init__(self, text: str, **said: object) -> None:
        super().__init__(text % said if said else text)
        self.text, self.said = text, {name: str(value) for name, value in said.items()}


def at(source: object, path: str) -> object:
    """The value at a dotted path, None where the path ends early.

    In a product's `camposCustomizados` a step is a custom field's id: `camposCustomizados.1234`.
    """
    for name in path.split("."):
        if isinstance(source, list) and name.isdecimal():
            source = _custom(source, name)
        elif isinstance(source, Mapping):
            source = source.get(name)
        else:
            return None
    return source


def _custom(fields: list[object], number: str) -> object:
    """The value of a custom field: the chosen option's name (`item`) where it is a list, else `valor`."""
    for field in fields:
        if isinstance(field, Mapping) and str(field.get("idCampoCustomizado")) == number:
            return field.get("item") or field.get("valor")
    return None


def text(value: object) -> str:
    """Any scalar as text; numbers without an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        raise InvalidValue("não é um texto: %(value)s", value=repr(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    raise InvalidValue("não é um texto: %(value)s", value=repr(value))


def money(value: object, *, negative: bool = False) -> str:
    """An amount as text with two decimals, such as `1234.50`."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidValue("não é um valor em reais: %(value)s", value=repr(value))
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise InvalidValue("não é um valor em reais: %(value)s", value=repr(value)) from None
    if not amount.is_finite() or abs(amount) > LARGEST_PRICE:
        raise InvalidValue("o valor %(value)s é grande demais", value=value)
    if amount < 0 and not negative:
        raise InvalidValue("o valor %(value)s é negativo", value=value)
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def number(value: object) -> Decimal:
    """Any finite number; raises `InvalidValue`."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidValue("não é um número: %(value)s", value=repr(value))
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise InvalidValue("não é um número: %(value)s", value=repr(value)) from None
    if not found.is_finite() or abs(found) > LARGEST_NUMBER:
        raise InvalidValue("não é um número que caiba: %(value)s", value=repr(value))
    return found


def plain(value: Decimal) -> str:
    """Without superfluous zeros and without an exponent."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
