"""Values as Bling tells them: where they lie in a record, and how they become text or numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
#: The zone of Bling's clocks.
BRASILIA = ZoneInfo("America/Sao_Paulo")
#: Bitrix24 keeps prices with two decimals by default; more digits than this are no price.
LARGEST_PRICE = Decimal("9999999999999.99")
#: What a number must not exceed.
LARGEST_NUMBER = Decimal("1e15")
#: Both vendors keep numbers as doubles: more digits than these do not come back as they went.
DOUBLE = Context(prec=15, rounding=ROUND_HALF_UP)


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
    amount = _decimal(value)
    if amount is None:
        raise InvalidValue("não é um valor em reais: %(value)s", value=repr(value))
    if not amount.is_finite() or abs(amount) > LARGEST_PRICE:
        raise InvalidValue("o valor %(value)s é grande demais", value=value)
    if amount < 0 and not negative:
        raise InvalidValue("o valor %(value)s é negativo", value=value)
    # Zero has no sign.
    return str(amount.quantize(CENT, ROUND_HALF_UP) + 0)


def number(value: object) -> Decimal:
    """Any finite number, with the digits that both sides keep; raises `InvalidValue`."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidValue("não é um número: %(value)s", value=repr(value))
    found = _decimal(value)
    if found is None:
        raise InvalidValue("não é um número: %(value)s", value=repr(value))
    if not found.is_finite() or abs(found) > LARGEST_NUMBER:
        raise InvalidValue("não é um número que caiba: %(value)s", value=repr(value))
    return DOUBLE.plus(found)


def _decimal(value: int | Decimal | str) -> Decimal | None:
    """None for what is none; what Python alone would read as one (`1_000`, `١٢`) is none."""
    if isinstance(value, str) and (not value.isascii() or "_" in value):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def day_or_moment(written: str) -> str:
    """One spelling for a field that holds moments: a portal makes its own midnight of a day."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if moment.tzinfo is None:
        return written
    here = moment.astimezone(BRASILIA)
    day = next((one.date() for one in (moment, here) if one.time() == time()), None)
    return here.isoformat() if day is None else day.isoformat()


def plain(value: Decimal) -> str:
    """Without superfluous zeros and without an exponent."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
