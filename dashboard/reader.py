"""Who is reading: language, time zone and the present moment, for every text and date of one answer."""

from __future__ import annotations

import gettext
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

TRANSLATIONS = Path(__file__).parent / "translations"


class Language(StrEnum):
    """What the dashboard speaks; Portuguese is the language its texts are written in."""

    PORTUGUESE = "pt"
    ENGLISH = "en"

    @property
    def tag(self) -> str:
        """For `<html lang>`."""
        return "pt-BR" if self is Language.PORTUGUESE else "en"

    @property
    def locale(self) -> str:
        """Babel's name for it."""
        return "pt_BR" if self is Language.PORTUGUESE else "en"

    @property
    def other(self) -> Language:
        """The one that the language control leads to."""
        return Language.ENGLISH if self is Language.PORTUGUESE else Language.PORTUGUESE

    @property
    def name_in_itself(self) -> str:
        """As its own speakers call it."""
        return "Português" if self is Language.PORTUGUESE else "English"


class Theme(StrEnum):
    """Light or dark; `system` follows the device."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Set once for each request."""

    language: Language = Language.PORTUGUESE
    theme: Theme = Theme.SYSTEM
    zone: ZoneInfo = ZoneInfo("America/Sao_Paulo")
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    #: The word that this session's forms carry back (server.sessions); empty where nobody is signed in.
    form_word: str = ""
    #: The origin of the portal whose page holds this one in a frame; empty outside.
    framed_by: str = ""


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - a frozen Struct


def reading(reader: Reader) -> None:
    """From here on texts and dates of this task are for that reader."""
    _reader.set(reader)


def reader() -> Reader:
    """The one that this task answers."""
    return _reader.get()


def _(text: str) -> str:
    """The text in the reader's language."""
    return _catalogue(reader().language).gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """The text that fits the count, with `%(num)s` filled in as the reader writes numbers."""
    from dashboard.formats import number

    return _catalogue(reader().language).ngettext(one, many, count) % {"num": number(count)}


def N_(text: str) -> str:
    """Marks a text for translation at the place where it is shown."""
    return text


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language is Language.PORTUGUESE:
        return gettext.NullTranslations()
    return gettext.translation("ponte", TRANSLATIONS, languages=[language.value])
