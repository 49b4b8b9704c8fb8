"""The sandbox reads queries as PHP does: `parse_str`, `parse_url`, `http_build_query`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.bitrix24.phpquery import MAX_INPUT_VARS, build_query, listed, parse_str, split_command

NAMES = st.text(st.characters(exclude_characters="[]\0", exclude_categories=("Cs",)), min_size=1, max_size=8)
HEADS = NAMES.map(lambda name: name.replace(" ", "_").replace(".", "_"))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
INNER = NAMES.filter(lambda name: name[0] not in " \t\n\v\f\r" and not name.isdecimal())
TREES = st.recursive(TEXTS, lambda tree: st.dictionaries(INNER, tree, min_size=1, max_size=3), max_leaves=12)


@given(st.dictionaries(HEADS, TREES, max_size=4))
def test_a_map_of_texts_survives_the_way_through_a_query(data: dict[str, Any]) -> None:
    assert parse_str(build_query(data)) == data


@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_a_list_of_texts_survives_as_a_list(values: list[str]) -> None:
    assert listed(parse_str(build_query({"a": values}))) == {"a": values}


@given(st.text(max_size=60))
def test_every_query_is_read_without_an_error(query: str) -> None:
    assert isinstance(parse_str(query), dict)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a[b][c]=v", {"a": {"b": {"c": "v"}}}),
        ("a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("=v", {}),
        ("&&", {}),
        ("a.b c=1", {"a_b_c": "1"}),
        ("a[b.c d]=1", {"a": {"b.c d": "1"}}),
        ("a[b=1", {"a_b": "1"}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("[a]=1", {}),
        ("a[ ]=1", {"a": {"0": "1"}}),
        ("a%5Bb%5D=c%2Bd+e%zz", {"a": {"b": "c+d e%zz"}}),
        ("+a=1", {"a": "1"}),
        ("a%00b=1", {"a": "1"}),
        ("n=1.50&z=007", {"n": "1.50", "z": "007"}),
    ],
)
def test_php_reads(query: str, expected: dict[str, Any]) -> None:
    assert parse_str(query) == expected


def test_everything_after_the_thousandth_parameter_is_lost() -> None:
    read = parse_str("&".join(f"k{n}=v" for n in range(MAX_INPUT_VARS + 5)))
    assert len(read) == MAX_INPUT_VARS
    assert "k1000" not in read


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("user.current", ("user.current", "")),
        ("crm.item.list?a=b", ("crm.item.list", "a=b")),
        ("m?a=b?c", ("m", "a=b?c")),
        ("m?a=b#c&d=e", ("m", "a=b")),
        ("m?a=10:30", ("m", "a=10:30")),
        ("m?a=x\ny", ("m", "a=x_y")),
    ],
)
def test_a_command_is_split_into_method_and_query(command: str, expected: tuple[str, str]) -> None:
    assert split_command(command) == expected


def test_only_keys_in_order_from_nought_make_a_list() -> None:
    assert listed({"0": "a", "1": {"0": "b"}}) == ["a", ["b"]]
    assert listed({"1": "a", "0": "b"}) == {"1": "a", "0": "b"}
    assert listed({}) == {}


def test_events_are_built_as_php_builds_them() -> None:
    built = build_query({"data": {"FIELDS": {"ID": 7}}, "ok": True, "none": None, "l": ["x y"]})
    assert built == "data%5BFIELDS%5D%5BID%5D=7&ok=1&l%5B0%5D=x+y"
