"""Value transforms of a mapping rule, written Bling → Bitrix24, with their inverses.

Bitrix24 keeps everything as text in the end, so a target value is canonical text: two values are equal
exactly when their texts are. That makes fingerprints and comparisons plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from connector.domain import pictures
from connector.domain.html_text import text_of_html
from connector.domain.units import factor
from connector.domain.values import DOUBLE, LARGEST_NUMBER, InvalidValue, at, money, number, plain, text

#: What Bling's side of a scaled number is rounded to: one digit less than the other side keeps, so that what
#: went forth comes back.
NINTH, FOURTEEN = Decimal("1e-9"), Context(prec=14, rounding=ROUND_HALF_UP)
#: What stands for no date in Bling.
NO_DATE = "0000-00-00"

_PLACEHOLDER = re.compile(r"\{([A-Za-z][\w.]*)\}")
#: What is left over at the ends of a template whose first or last part is empty.
_DANGLING = " \t–—-·|,;:"


class Identity(msgspec.Struct, frozen=True, tag="identity", tag_field="type"):
    """The same text on both sides."""


class Text(msgspec.Struct, frozen=True, tag="text", tag_field="type", omit_defaults=True):
    """Text without blanks around it, in one letter case."""

    trim: bool = True
    case: Literal["keep", "upper", "lower", "title"] = "keep"


class Number(msgspec.Struct, frozen=True, tag="number", tag_field="type", omit_defaults=True):
    """A number, Bling's times `scale`; Bling's has at most nine decimals. Without superfluous zeros."""

    scale: int | float = 1


class Unit(
    msgspec.Struct, frozen=True, tag="unit", tag_field="type", rename={"source": "from", "target": "to"}
):
    """A weight or a length in another unit: `from` Bling's to Bitrix24's (connector.domain.units)."""

    source: str
    target: str


class Money(msgspec.Struct, frozen=True, tag="money", tag_field="type", omit_defaults=True):
    """An amount in BRL, to the cent, half up."""

    negative: bool = False


class YesNo(msgspec.Struct, frozen=True, tag="yes_no", tag_field="type"):
    """Two of Bling's words for Bitrix24's Y and N."""

    true: str
    false: str


class Choice(msgspec.Struct, frozen=True, tag="choice", tag_field="type"):
    """A table of Bling's values and Bitrix24's; a value outside it means nothing there."""

    table: dict[str, str]


class Date(msgspec.Struct, frozen=True, tag="date", tag_field="type", omit_defaults=True):
    """A day; a moment keeps its time, in the zone that Bling's screens show."""

    zone: str = "America/Sao_Paulo"


class ListOf(msgspec.Struct, frozen=True, tag="list", tag_field="type", omit_defaults=True):
    """A text of several values ↔ a field of Bitrix24's with several values, as a JSON array of texts."""

    separator: str = ";"


class Section(msgspec.Struct, frozen=True, tag="section", tag_field="type", omit_defaults=True):
    """A category of Bling's ↔ the catalogue's section of its name.

    `table` (category → section, both ids) is never saved with a rule: `connector.domain.mapping.bound` puts
    it there. It grows while a turn makes sections.
    """

    table: dict[str, str] = {}


class FirstImage(msgspec.Struct, frozen=True, tag="first_image", tag_field="type"):
    """The first of the product's pictures, by its address; it is fetched when it is written."""


class HtmlText(msgspec.Struct, frozen=True, tag="html_text", tag_field="type"):
    """The text of an HTML description, its lines kept."""


class Template(msgspec.Struct, frozen=True, tag="template", tag_field="type"):
    """Text with Bling's fields in braces, such as `Pedido {numero} – {contato.nome}`."""

    text: str


class Constant(msgspec.Struct, frozen=True, tag="constant", tag_field="type"):
    """Always the same."""

    value: str


Transform = (
    Identity
    | Text
    | Number
    | Unit
    | Money
    | YesNo
    | Choice
    | Date
    | ListOf
    | Section
    | FirstImage
    | HtmlText
    | Template
    | Constant
)
#: What was left out or put in cannot be told from what is left, so nothing leads back from them.
ONE_WAY = (FirstImage, HtmlText, Template, Constant)


def forward(transform: Transform) -> Callable[[object], str]:
    """The function that takes Bling's value to Bitrix24's text; it raises `InvalidValue`.

    An empty text from it means: nothing to write. `Template` takes a record's fields instead of a value.
    """
    match transform:
        case Identity():
            return text
        case Text():
            return lambda value: _text(value, transform)
        case Number(scale=scale):
            return partial(_scaled, by=Fraction(str(scale)))
        case Unit():
            return partial(_scaled, by=_factor(transform))
        case ListOf(separator=separator):
            return lambda value: _listed(value, separator)
        case Section(table=table):
            return lambda value: _section(value, table)
        case FirstImage():
            return _picture
        case HtmlText():
            return lambda value: text_of_html(text(value))
        case Money(negative=negative):
            return (lambda value: money(value, negative=True)) if negative else money
        case YesNo(true=true, false=false):
            return lambda value: _yes_no(value, true, false)
        case Choice(table=table):
            return lambda value: table.get(text(value), "")
        case Date(zone=zone):
            return lambda value: _date(value, zone)
        case Template(text=pattern):
            return lambda value: filled(pattern, value)
        case Constant(value=constant):
            return lambda _value: constant


def backward(transform: Transform) -> Callable[[str], object]:
    """The inverse of `forward`, for the export; raises `InvalidValue` where there is none.

    Laws (tests/unit/test_domain_transforms.py): what comes back from Bling's value is that value in its
    normal form, and what goes forth from what came back is the text again.
    """
    match transform:
        case Identity():
            return str
        case Date(zone=zone):
            return lambda value: _written_date(value, zone)
        case Text():
            return lambda value: _text(value, transform)
        case Number(scale=scale):
            return partial(_number, by=1 / Fraction(str(scale)))
        case Unit():
            return partial(_number, by=1 / _factor(transform))
        case Money(negative=negative):
            return lambda value: Decimal(money(value, negative=negative))
        case YesNo(true=true, false=false):
            return lambda value: _word(value, true, false)
        case Choice(table=table):
            back = {there: here for here, there in reversed(table.items())}
            return lambda value: _chosen(value, back)
        case ListOf(separator=separator):
            return lambda value: _joined(value, separator)
        case Section(table=table):
            return lambda value: _category(value, table)
        case FirstImage() | HtmlText() | Template() | Constant():
            raise InvalidValue("um modelo, um valor fixo ou um texto sem formatação não tem caminho de volta")


def why_one_way(transform: Transform) -> str | None:
    """Why nothing leads back, in people's words; None where it does."""
    match transform:
        case Template():
            return "um modelo junta vários campos: não dá para separá-los de volta"
        case Constant():
            return "um valor fixo não diz nada sobre o outro lado"
        case HtmlText():
            return "a formatação foi retirada e não volta"
        case FirstImage():
            return "a imagem é copiada do Bling e não volta"
        case Number(scale=0):
            return "multiplicado por zero, o número não volta"
        case Unit() if factor(transform.source, transform.target) is None:
            return "as unidades não medem a mesma coisa"
        case Choice(table=table) if len(set(table.values())) < len(table):
            return "dois valores do Bling dão o mesmo no Bitrix24: volta o primeiro deles"
        case _:
            return None


def fields_of(pattern: str) -> list[str]:
    """The paths that a template names."""
    return _PLACEHOLDER.findall(pattern)


def filled(pattern: str, source: object) -> str:
    """A template with a record's values; what is missing leaves no dangling dash behind."""

    def value(found: re.Match[str]) -> str:
        inner = at(source, found[1])
        return "" if inner is None or isinstance(inner, Mapping | list) else text(inner)

    return _PLACEHOLDER.sub(value, pattern).strip(_DANGLING)


def _written_date(value: str, zone: str) -> str:
    """As Bling writes it: a day, or day and time of its own zone."""
    found = _moment(value, zone)
    if isinstance(found, datetime):
        return found.replace(tzinfo=None).isoformat(" ")
    return "" if found is None else found.isoformat()


def _scaled(value: object, by: Fraction) -> str:
    return plain(_divided(Fraction(_ninth(number(value))) * by, DOUBLE))


def _number(value: object, by: Fraction) -> Decimal:
    return Decimal(plain(_ninth(_divided(Fraction(number(value)) * by, FOURTEEN))))


def _ninth(value: Decimal) -> Decimal:
    return FOURTEEN.plus(value).quantize(NINTH, ROUND_HALF_UP)


def _divided(exact: Fraction, how: Context) -> Decimal:
    found = how.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    if abs(found) > LARGEST_NUMBER:
        raise InvalidValue("não é um número que caiba: %(value)s", value=found)
    return found


def _factor(unit: Unit) -> Fraction:
    found = factor(unit.source, unit.target)
    if found is None:
        raise InvalidValue("%(one)s e %(other)s não medem a mesma coisa", one=unit.source, other=unit.target)
    return found


def _listed(value: object, separator: str) -> str:
    parts = (part.strip() for part in text(value).split(separator))
    found = [part for part in parts if part]
    return msgspec.json.encode(found).decode() if found else ""


def _text(value: object, how: Text) -> str:
    found = text(value)
    if how.trim:
        found = found.strip()
    match how.case:
        case "upper":
            return found.upper()
        case "lower":
            return found.lower()
        case "title":
            return found.title()
        case "keep":
            return found


def _yes_no(value: object, true: str, false: str) -> str:
    """Where Bling says true or false itself, those are its words."""
    said = str(value).lower() if isinstance(value, bool) else value
    if said == true:
        return "Y"
    if said == false:
        return "N"
    raise InvalidValue(
        "esperado %(true)s ou %(false)s, veio %(value)s", true=true, false=false, value=repr(value)
    )


def _date(value: object, zone: str) -> str:
    found = _moment(text(value), zone)
    return "" if found is None else found.isoformat()


def _moment(value: str, zone: str) -> date | None:
    """A day, or a moment to the second as the zone's clocks show it; None where Bling says none."""
    written = value.strip()
    if not written or written.startswith(NO_DATE):
        return None
    try:
        if len(written) <= len(NO_DATE):
            return date.fromisoformat(written)
        found, place = datetime.fromisoformat(written).replace(microsecond=0), ZoneInfo(zone)
        # By way of UTC: an hour that clocks leave out in spring is the one after it. Of one that they show
        # twice in autumn Bling's writing means the first.
        shown = (found if found.tzinfo else found.replace(tzinfo=place)).astimezone(UTC).astimezone(place)
        return shown.replace(fold=0)
    except (ValueError, OverflowError):
        raise InvalidValue("não é uma data: %(value)s", value=repr(value)) from None


def _word(value: str, true: str, false: str) -> str:
    if value not in ("Y", "N"):
        raise InvalidValue(
            "esperado %(true)s ou %(false)s, veio %(value)s", true="Y", false="N", value=repr(value)
        )
    return true if value == "Y" else false


def _chosen(value: str, back: Mapping[str, str]) -> str:
    """What is not in the table has no name in Bling: nothing is erased there because of it."""
    if value not in back:
        raise InvalidValue("%(value)s não está na tabela", value=repr(value))
    return back[value]


def _joined(value: str, separator: str) -> str:
    try:
        parts = msgspec.json.decode(value, type=list[str])
    except msgspec.MsgspecError:
        raise InvalidValue("não é uma lista: %(value)s", value=repr(value)) from None
    if whole := next((part for part in parts if separator in part), None):
        raise InvalidValue("o separador está dentro de um valor: %(value)s", value=repr(whole))
    return separator.join(parts)


def _section(value: object, table: Mapping[str, str]) -> str:
    """0 = no category, so no section."""
    category = text(value)
    if category == "0":
        return ""
    found = table.get(category)
    if found is None:
        raise InvalidValue("a categoria %(category)s ainda não tem seção no Bitrix24", category=category)
    return found


def _category(value: str, table: Mapping[str, str]) -> int:
    """The first category that leads to the section: Bling's accounts may have one each."""
    for category, section in table.items():
        if section == value:
            return int(category)
    raise InvalidValue("a seção %(section)s ainda não tem categoria no Bling", section=value)


def _picture(value: object) -> str:
    link = pictures.link_of(value)
    if not link:
        return ""
    if not pictures.is_link(link):
        raise InvalidValue("não é o endereço de uma imagem: %(value)s", value=repr(link))
    return pictures.address(link)
