"""Laws of the two-way transforms, and what the one-way ones make.

For a transform with `forth` and `back`: `back(forth(v))` is `v` in its normal form (get-put), and
`forth(back(t))` is `t` for every text that `forth` makes (put-get). Each over 10,000 values drawn with a
seed, and over what hypothesis finds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.html_text import text_of_html
from connector.domain.transforms import (
    ONE_WAY,
    Choice,
    Constant,
    Date,
    FirstImage,
    HtmlText,
    Identity,
    ListOf,
    Money,
    Number,
    Section,
    Template,
    Text,
    Transform,
    Unit,
    YesNo,
    backward,
    forward,
    why_one_way,
)
from connector.domain.units import UNITS, factor
from connector.domain.values import InvalidValue

MANY = 10_000
LETTERS = "aáçÇßİ Zz09-;,\t🙂"
Draw = Callable[[random.Random], object]


def _text(chance: random.Random) -> str:
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 12)))


def _decimal(places: int) -> Draw:
    return lambda chance: Decimal(chance.randint(-(10**9), 10**9)).scaleb(-places)


def _cents(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(0, 10**9)).scaleb(-2)


def _day(chance: random.Random) -> str:
    return (date(2000, 1, 1) + timedelta(days=chance.randint(0, 20_000))).isoformat()


def _moment(chance: random.Random) -> str:
    at = datetime(2020, 1, 1) + timedelta(seconds=chance.randint(0, 10**8))  # noqa: DTZ001
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _parts(chance: random.Random) -> str:
    words = ("azul", "verde mar", "ção", "X-1")
    return ";".join(chance.choices(words, k=chance.randint(1, 5)))


TWO_WAY: dict[str, tuple[Transform, Draw]] = {
    "identity": (Identity(), _text),
    "trimmed": (Text(), lambda chance: _text(chance).strip() or "x"),
    "upper": (Text(case="upper"), lambda chance: forward(Text(case="upper"))(_text(chance)) or "X"),
    "number": (Number(), _decimal(4)),
    "thousandfold": (Number(scale=1000), _decimal(4)),
    "tenth": (Number(scale=0.1), _decimal(4)),
    "kilograms": (Unit(source="kg", target="g"), _decimal(3)),
    "millimetres": (Unit(source="mm", target="m"), _decimal(3)),
    "money": (Money(), _cents),
    "yes_no": (YesNo(true="A", false="I"), lambda chance: chance.choice("AI")),
    "choice": (Choice(table={"UN": "5", "KG": "4"}), lambda chance: chance.choice(["UN", "KG"])),
    "day": (Date(), _day),
    "moment": (Date(), _moment),
    "list": (ListOf(), _parts),
    "section": (
        Section(table={"7": "31", "80000000000": "5"}),
        lambda chance: chance.choice([7, 80000000000]),
    ),
}


@pytest.mark.parametrize("name", TWO_WAY)
def test_what_went_forth_comes_back(name: str) -> None:
    transform, draw = TWO_WAY[name]
    forth, back, chance = forward(transform), backward(transform), random.Random(name)
    for _ in range(MANY):
        value = draw(chance)
        assert back(forth(value)) == value


@pytest.mark.parametrize("name", TWO_WAY)
def test_what_came_back_goes_forth_as_it_was(name: str) -> None:
    transform, draw = TWO_WAY[name]
    forth, back, chance = forward(transform), backward(transform), random.Random(name)
    for _ in range(MANY):
        text = forth(draw(chance))
        assert forth(back(text)) == text


@pytest.mark.parametrize("name", TWO_WAY)
def test_going_forth_twice_from_the_normal_form_changes_nothing(name: str) -> None:
    """Composition: forth after back after forth is forth."""
    transform, draw = TWO_WAY[name]
    forth, back, chance = forward(transform), backward(transform), random.Random(name)
    for _ in range(1000):
        value = draw(chance)
        assert forth(back(forth(value))) == forth(value)


@given(st.decimals(min_value=-1000, max_value=1000, places=3), st.sampled_from([1, 10, 100, 0.01, 2.5, -3]))
def test_any_scale_that_is_not_zero_has_a_way_back(value: Decimal, scale: float) -> None:
    transform = Number(scale=scale)
    text = forward(transform)(value)
    assert forward(transform)(backward(transform)(text)) == text


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9),
    st.floats(min_value=1e-6, max_value=1e6),
)
def test_however_long_a_number_is_its_normal_form_comes_back(value: Decimal, scale: float) -> None:
    """More digits than a double has, more decimals than Bling has: once there and back is the normal form."""
    forth, back = forward(Number(scale=scale)), backward(Number(scale=scale))
    text = forth(value)
    assert forth(back(text)) == text
    assert back(forth(back(text))) == back(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-0.0", "0"),
        ("1E-10", "0"),
        ("0.12345678912345", "0.123456789"),
        ("12345678901234.5", "12345678901235"),
    ],
)
def test_a_number_has_one_spelling(value: str, text: str) -> None:
    assert forward(Number())(Decimal(value)) == text


def test_a_number_that_grows_too_large_is_refused() -> None:
    with pytest.raises(InvalidValue, match="que caiba"):
        forward(Number(scale=1_000_000))(Decimal(10) ** 12)


def test_small_units_of_large_ones_are_not_lost() -> None:
    milligrams = Unit(source="mg", target="t")
    assert backward(milligrams)(forward(milligrams)(Decimal("0.5"))) == Decimal("0.5")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2018-11-04 00:30:00", "2018-11-04T01:30:00-02:00"),
        ("2018-02-17 23:30:00", "2018-02-17T23:30:00-02:00"),
        ("2018-02-18T02:30:00+00:00", "2018-02-17T23:30:00-02:00"),
        ("2026-11-23T10:00:00+00:00", "2026-11-23T07:00:00-03:00"),
        ("2026-11-23 10:00:00.123", "2026-11-23T10:00:00-03:00"),
    ],
    ids=["left-out-in-spring", "twice-in-autumn", "the-second-time", "another-zone", "parts-of-seconds"],
)
def test_a_moment_is_as_the_zones_clocks_show_it(written: str, text: str) -> None:
    forth, back = forward(Date()), backward(Date())
    assert forth(written) == text
    assert forth(back(text)) == text


TO_BLING: dict[str, tuple[Transform, str]] = {
    "money": (Money(), "NaN"),
    "too-large": (Money(), "1e400"),
    "underscored": (Money(), "1_000"),
    "number": (Number(), "12,5"),
    "day": (Date(), "31/01/2029"),
    "moment": (Date(), "9999-12-31T23:59:59-03:00"),
    "yes_no": (YesNo(true="S", false="N"), "Sim"),
    "choice": (Choice(table={"1": "Novo"}), "Quebrado"),
    "list": (ListOf(), "azul"),
    "separator-inside": (ListOf(), '["azul","verde;mar"]'),
}


@pytest.mark.parametrize("name", TO_BLING)
def test_what_bling_could_not_mean_is_not_sent_there(name: str) -> None:
    transform, text = TO_BLING[name]
    with pytest.raises(InvalidValue):
        backward(transform)(text)


def test_money_comes_back_to_the_cent() -> None:
    assert backward(Money())("12.345") == Decimal("12.35")
    assert forward(Money())(Decimal("-0.0")) == "0.00"


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_units_of_one_kind_lead_there_and_back(source: str, target: str) -> None:
    there, back = factor(source, target), factor(target, source)
    assert (there is None) == (back is None)
    assert there is None or back is None or there * back == Fraction(1)


@pytest.mark.parametrize("transform", [Template(text="{nome}"), Constant(value="x"), HtmlText()])
def test_a_one_way_transform_says_so(transform: Transform) -> None:
    assert isinstance(transform, ONE_WAY)
    assert why_one_way(transform)
    with pytest.raises(InvalidValue):
        backward(transform)


def test_a_table_that_is_not_one_to_one_says_what_comes_back() -> None:
    table = Choice(table={"UN": "5", "PC": "5"})
    assert "o primeiro" in (why_one_way(table) or "")
    assert backward(table)("5") == "UN"


def test_a_value_outside_the_table_writes_nothing() -> None:
    assert forward(Choice(table={"UN": "5"}))("CX") == ""


@pytest.mark.parametrize("value", ["abc", Decimal("NaN"), Decimal("Infinity"), True, None, {}, "1e400"])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        forward(Number())(value)


def test_a_number_has_no_superfluous_zeros_and_no_exponent() -> None:
    assert forward(Number())(Decimal("1.500")) == "1.5"
    assert forward(Number(scale=1000))(Decimal("0.35")) == "350"
    assert forward(Number())(Decimal("1E+3")) == "1000"


def test_a_list_is_an_array_of_its_parts() -> None:
    assert forward(ListOf(separator=","))(" azul, verde ,,") == '["azul","verde"]'


def test_a_unit_is_written_with_from_and_to() -> None:
    sent = {"type": "unit", "from": "kg", "to": "g"}
    assert msgspec.to_builtins(msgspec.convert(sent, Transform)) == sent


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Copo <b>térmico</b></p><p>450&nbsp;ml</p>", "Copo térmico\n\n450 ml"),
        ("um<br>dois", "um\ndois"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n\n• b"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("<style>x{}</style>só isto<script>1</script>", "só isto"),
        ("sem marca", "sem marca"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_person_reads(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(st.text(max_size=200))
def test_no_text_leaves_a_gap_of_two_lines(html: str) -> None:
    assert "\n\n\n" not in text_of_html(html)


def test_no_category_is_no_section():
    assert forward(Section(table={"7": "31"}))(0) == ""


def test_a_category_without_a_section_says_so():
    with pytest.raises(InvalidValue, match="a categoria 8 ainda não tem seção"):
        forward(Section(table={"7": "31"}))(8)


def test_a_section_without_a_category_says_so():
    with pytest.raises(InvalidValue, match="a seção 9 ainda não tem categoria"):
        backward(Section(table={"7": "31"}))("9")


def test_of_two_categories_with_one_section_the_first_comes_back():
    assert backward(Section(table={"7": "31", "8": "31"}))("31") == 7


def test_a_sections_table_grows_while_it_is_used():
    table: dict[str, str] = {}
    forth = forward(Section(table=table))
    table["7"] = "31"
    assert forth(7) == "31"


def test_a_saved_section_has_no_table():
    assert msgspec.json.encode(Section()) == b'{"type":"section"}'


def test_a_first_image_is_the_address_without_its_signature():
    image = {"internas": [{"link": "https://s3/x.jpg?Expires=1&Signature=a"}], "externas": []}
    assert forward(FirstImage())(image) == "https://s3/x.jpg"


@pytest.mark.parametrize("empty", [{}, {"internas": [], "externas": []}, "", {"externas": None}])
def test_no_image_is_nothing(empty: object):
    assert forward(FirstImage())(empty) == ""


@pytest.mark.parametrize("link", ["file:///etc/passwd", "copo.jpg", "javascript:1", "https://", "http://[x"])
def test_what_is_no_link_is_no_image(link: str):
    with pytest.raises(InvalidValue, match="endereço de uma imagem"):
        forward(FirstImage())(link)


def test_what_is_wrong_can_be_said_in_another_language():
    with pytest.raises(InvalidValue) as found:
        forward(Number())("leve")
    assert (found.value.text, found.value.said) == ("não é um número: %(value)s", {"value": "'leve'"})
