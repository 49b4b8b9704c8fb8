"""The help pages' texts: Markdown under docs/ajuda (Portuguese) and docs/ajuda/en, made into HTML once."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from dashboard.reader import Language

TEXTS = Path(__file__).parents[1] / "docs" / "ajuda"


class Topic(StrEnum):
    """A help page, named as in its address."""

    HOW = "como-funciona"
    START = "como-ativar"
    EVENTS = "eventos-disponiveis"
    MAPPING = "mapeamento"
    TESTING = "testando"
    PROBLEMS = "problemas-comuns"
    PRICE = "preco-e-licenca"
    SECURITY = "seguranca-e-lgpd"


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A page's title, its first paragraph, and the rest as HTML."""

    title: str
    lead: str
    body: Markup


@cache
def text(topic: Topic, language: Language) -> Text:
    """A topic in a language; raises `ValueError` for a file that does not begin with a title and a lead."""
    path = _file(topic, language)
    tokens = _markdown().parse(path.read_text())
    kinds = [token.type for token in tokens[:6]]
    if kinds != ["heading_open", "inline", "heading_close", "paragraph_open", "inline", "paragraph_close"]:
        raise ValueError(f"{path.name} must begin with a title and a paragraph")
    return Text(title=tokens[1].content, lead=tokens[4].content, body=_html(tokens[6:]))


def _file(topic: Topic, language: Language) -> Path:
    folder = TEXTS if language is Language.PORTUGUESE else TEXTS / language.value
    return folder / f"{topic}.md"


@cache
def _markdown() -> MarkdownIt:
    """Our own texts alone, and still no HTML in them."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _html(tokens: list[Token]) -> Markup:
    """A table scrolls by itself where it is narrow."""
    renderer = _markdown()
    html = renderer.renderer.render(tokens, renderer.options, {})
    html = html.replace("<table>", '<div class="prose-table" tabindex="0"><table>')
    return Markup(html.replace("</table>", "</table></div>"))  # noqa: S704 - made from files of this repository
