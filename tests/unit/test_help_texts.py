"""The help: complete in both languages, its links lead somewhere, and its lists leave nothing out."""

from __future__ import annotations

import re

import pytest

from connector.account.toggles import LABELS
from connector.domain.events import Reason
from connector.domain.plans import PLANS
from dashboard.help_texts import TEXTS, Topic, text
from dashboard.reader import Language, Reader, reading
from dashboard.telling import help as telling

LINK = re.compile(r'href="([^"]+)"')
HEADING = re.compile(r"<h2>")
OWN = {
    *("/", "/eventos", "/licenca", "/equipe", "/termos", "/privacidade"),
    *("/configuracao/conexoes", "/configuracao/produto", "/configuracao/pedido", "/configuracao/protecao"),
    "/retidos",
    *(f"/ajuda/{one}" for one in Topic),
}


def test_every_file_is_a_topic() -> None:
    names = {f"{one}.md" for one in Topic}
    assert {path.name for path in TEXTS.glob("*.md")} == names
    assert {path.name for path in (TEXTS / "en").glob("*.md")} == names


@pytest.mark.parametrize("topic", Topic)
def test_both_languages_say_the_same_things_and_lead_to_the_same_places(topic: Topic) -> None:
    portuguese, english = (text(topic, language) for language in Language)
    assert portuguese.title != english.title
    assert LINK.findall(portuguese.body) == LINK.findall(english.body)
    assert len(HEADING.findall(portuguese.body)) == len(HEADING.findall(english.body))
    assert portuguese.body.count("<li>") == english.body.count("<li>")
    assert portuguese.body.count("<td>") == english.body.count("<td>")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", Topic)
def test_links_lead_to_pages_of_ours_and_plain_words_hold_no_marks(topic: Topic, language: Language) -> None:
    said = text(topic, language)
    assert set(LINK.findall(said.body)) <= OWN
    assert not set("*`[#|") & set(said.title + said.lead)


def test_whatever_can_be_ticked_is_named_by_its_own_words() -> None:
    body = text(Topic.EVENTS, Language.PORTUGUESE).body
    assert [label for label in LABELS.values() if label not in body] == []


def test_every_reason_stands_in_one_group() -> None:
    grouped = [reason for _, them in telling.GROUPS for reason in them]
    assert sorted(grouped) == sorted(Reason)


def test_the_lists_follow_from_the_code() -> None:
    reading(Reader())
    problems = telling.topic(Topic.PROBLEMS, may_check=True)
    assert sum(len(group.rows) for group in problems.reasons) == len(Reason)
    prices = telling.topic(Topic.PRICE, may_check=False)
    assert [row.name for row in prices.plans] == [plan.name for plan in PLANS.values()]
    assert prices.check_url == ""
