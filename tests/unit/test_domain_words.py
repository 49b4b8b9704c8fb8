"""The words of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.words import LONGEST, MOST, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Caneca Azul, 300ml", ["caneca", "azul", "300ml"]),
        ("Café-CAFÉ cafe", ["cafe"]),
        ("São João · nº 4711", ["sao", "joao", "no", "4711"]),
        ("★ — !", []),
        ("", []),
    ],
)
def test_words_are_folded_and_told_once(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_any_text_has_few_and_short_words_without_nul(text: str) -> None:
    words = words_of(text)
    assert len(words) <= MOST
    assert all(0 < len(word) <= LONGEST and "\0" not in word for word in words)
    assert len(set(words)) == len(words)
