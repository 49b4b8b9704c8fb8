"""Letters: what is said in each, in Portuguese and English. A letter carries one link at most."""

from __future__ import annotations

from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in one language; `{name}` stands for what is filled in."""

    subject: str
    lines: tuple[str, ...]
    button: str
    #: What to do if the letter was not expected.
    close: str

    def filled(self, values: dict[str, str]) -> Words:
        """With the values in their places."""
        return Words(
            subject=self.subject.format_map(values),
            lines=tuple(line.format_map(values) for line in self.lines),
            button=self.button,
            close=self.close,
        )


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Words on their way to somebody; `link` is the only address in it."""

    to: str
    language: str
    words: Words
    link: str


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it leaves."""

    to: str
    subject: str
    text: str
    html: str


def render(letter: Letter) -> Mail:
    """The letter as text and as HTML."""
    known = {"words": letter.words, "link": letter.link, "lang": "en" if letter.language == "en" else "pt-BR"}
    return Mail(
        to=letter.to,
        subject=letter.words.subject,
        text=_ENVIRONMENT.get_template("letter.txt").render(known),
        html=_ENVIRONMENT.get_template("letter.html").render(known),
    )
