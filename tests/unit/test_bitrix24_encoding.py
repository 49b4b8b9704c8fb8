"""Batch commands arrive as they were meant, or are not put into a batch at all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.bitrix24.encoding import encoded
from sandbox.bitrix24.phpquery import parse_str, split_command
from sandbox.bitrix24.references import resolve

texts = st.text(st.characters(codec="utf-8"), max_size=40)
tricky = st.text("aé &+#%=?[]$\\\"' \n\0{}ãresultnextotimROR", max_size=30)
names = st.text("abcXYZ>=!@%_019", min_size=1, max_size=12)
leaves = texts | tricky | st.integers()
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=10,
)

#: What a batch would put in the place of references, so that a test sees every one.
ANSWERS = {"result": {"a": {"b": "CHANGED"}}, "next": {"a": 1}, "total": {"a": 2}, "time": {}, "error": {}}


def as_php(value: Any) -> Any:
    """What a PHP script sees of a JSON value: maps with text keys, texts for leaves."""
    if isinstance(value, list):
        return {str(index): as_php(item) for index, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: as_php(item) for key, item in value.items()}
    return str(value)


@given(st.dictionaries(names, trees, max_size=4))
@example({"fields": {"name": "100% algodão & cia + #1 = ?", "xmlId": "a b"}})
@example({"filter": {">id": 5, "property996": ["1", "2"]}})
@example({"fields": {"name": "%20 %2B"}})
def test_what_is_batched_arrives_unchanged(params: dict[str, Any]) -> None:
    command = encoded("catalog.product.add", params)
    if command is None:
        return
    path, query = split_command(command)
    assert path == "catalog.product.add"
    assert resolve(parse_str(query), ANSWERS) == as_php(params)


@given(st.dictionaries(names, trees, max_size=4))
def test_only_harmless_characters_are_sent(params: dict[str, Any]) -> None:
    command = encoded("m", params) or "m"
    assert re.fullmatch(r"m(\?[A-Za-z0-9\-_.~%=&]*)?", command)


@pytest.mark.parametrize(
    "text",
    [
        "$result[a]",
        "Preço $RESULT [x]",
        "$total\n[a][b]",
        "veja $Next[c0]",
        "$error[",
        "R$ $time[a]",
    ],
)
def test_a_text_like_a_reference_is_not_batched(text: str) -> None:
    assert encoded("m", {"fields": {"name": text}}) is None


@pytest.mark.parametrize("text", ["R$ 10,00 [novo]", "$resultado", "result[a]", "$ result[a]", "[a] $result"])
def test_other_dollars_are(text: str) -> None:
    assert encoded("m", {"fields": {"name": text}}) is not None


@pytest.mark.parametrize("value", [None, [], {}, True, [[]], {"a": None}])
def test_what_needs_a_type_is_not_batched(value: object) -> None:
    assert encoded("m", {"fields": {"x": value}}) is None


@pytest.mark.parametrize("name", ["a b", "a.b", "a[b", "a]", "", "a\0"])
def test_a_name_that_php_changes_is_not_batched(name: str) -> None:
    assert encoded("m", {name: "x"}) is None


def test_half_a_character_is_not_batched() -> None:
    assert encoded("m", {"name": "\ud83d"}) is None


def test_long_commands_are_not_batched() -> None:
    assert encoded("m", {"a": [1] * 500}) is not None
    assert encoded("m", {"a": [1] * 501}) is None


def test_a_command_without_parameters_is_its_method() -> None:
    assert encoded("app.info", {}) == "app.info"


def test_numbers_are_written_plainly() -> None:
    assert encoded("m", {"a": Decimal("1E+3"), "b": 1.5}) == "m?a=1000&b=1.5"
