"""Every text has its English; every code its words; every icon its picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboard
from connector.domain.events import Action, Kind, Outcome, Reason, RecordState, Source
from connector.domain.vendor import ConnectionState
from dashboard import catalogue, rendering
from dashboard.reader import Language, Reader, _, plural, reading
from dashboard.telling import reasons, words

HERE = Path(dashboard.__file__).parent
TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


def test_the_catalogue_is_complete() -> None:
    assert catalogue.problems() == []


def test_texts_follow_the_reader() -> None:
    catalogue.compile_all()
    reading(Reader(language=Language.ENGLISH))
    assert _("O que mudou") == "What changed"
    reading(Reader())
    assert _("O que mudou") == "O que mudou"


def test_counts_choose_their_form() -> None:
    reading(Reader())
    assert plural("%(num)s evento novo", "%(num)s eventos novos", 1) == "1 evento novo"
    assert plural("%(num)s evento novo", "%(num)s eventos novos", 1200) == "1.200 eventos novos"


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_every_outcome_has_a_chip(outcome: Outcome | None) -> None:
    assert words.outcome(outcome).label


def test_every_reason_is_explained() -> None:
    for reason in Reason:
        explained = reasons.told(reason)
        assert explained is not None
        assert explained.short != reason.value, f"{reason} has no words"
        assert explained.sentence.endswith(".")


def test_a_reason_nobody_knows_stands_for_itself() -> None:
    assert reasons.told("brand_new") == reasons.Explanation("brand_new", "brand_new")


def test_every_kind_action_source_and_state_has_its_words() -> None:
    assert all(words.happening(kind, action) for kind in Kind for action in Action)
    assert all(words.source(source) for source in Source)
    assert all(words.connection(state).label for state in ConnectionState)
    assert set(words.STATES) == set(RecordState)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_styles_handlers_or_scripts(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\sstyle=|\son\w+=\"|<style|javascript:", source)
    assert all('nonce="' in tag for tag in re.findall(r"<script[^>]*>", source))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_posting_form_carries_its_word(template: Path) -> None:
    source = template.read_text()
    assert source.count('method="post"') == source.count("form_word()")


def test_an_icon_that_is_not_in_the_sprite_is_refused() -> None:
    with pytest.raises(KeyError, match="icons"):
        rendering.icon("no-such-icon")
