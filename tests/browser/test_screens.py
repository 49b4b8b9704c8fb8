"""A walk through every screen: wide and narrow, light and dark, in both languages; a picture of each.

One demo in which people have worked, one sign-in for each person. The pictures stay in `.ponte/screens/`
(`{screen}-{wide|narrow}-{light|dark}-{pt|en}.png`) for those who look at a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Response

from tests.browser.conftest import running_demo, sign_in, watched
from tests.browser.languages import left_in_portuguese
from tests.browser.lived_in import lived_in
from tests.browser.look import NARROW, NARROWEST, WIDE, in_all_dresses, keep, overflowing, unfold
from tests.browser.screens import SCREENS, Screen, Who
from tests.browser.test_operator import enter
from tests.browser.watchdog import Chromium

SIZES = {"wide": WIDE, "narrow": NARROW}
#: Seconds for the longest walk, several times over.
LIMIT_S = 400
THEMES = ("light", "dark")
TAGS = {"pt": "pt-BR", "en": "en"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo in which people have worked; what they made is under `ids`."""
    with running_demo(tmp_path_factory.mktemp("lived-in")) as line, lived_in(line) as ids:
        yield line | {"ids": ids}


@pytest.fixture
def open_here(chromium: Chromium, house: dict[str, Any]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts for this house."""
    with watched(chromium.browser(), house) as make:
        yield make


def arrive(page: Page, who: Who, house: dict[str, Any]) -> None:
    """Come in as this person."""
    match who:
        case Who.OWNER:
            sign_in(page, house["tenants"][0])
        case Who.OPERATOR:
            enter(page, house["operator"])
        case Who.STRANGER:
            page.goto("/entrar")


def read_in(page: Page, who: Who, language: str) -> None:
    """Have the pages in this language."""
    page.set_viewport_size(WIDE)
    page.goto(SCREENS[who][0].path)
    if page.locator("html").get_attribute("lang") != TAGS[language]:
        page.locator(f"button[name=language][value={language}]:visible").first.click()
        page.wait_for_selector(f"html[lang={TAGS[language]}]")


class Walk:
    """What was found on the way."""

    def __init__(self, page: Page, language: str, ids: dict[str, str]) -> None:
        self.page, self.language, self.ids = page, language, ids
        self.found: list[str] = []

    def look(self, screen: Screen) -> None:
        """One screen in all its dresses."""
        self.page.set_viewport_size(SIZES["wide"])
        self.page.emulate_media(color_scheme="light")
        answer = self.page.goto(screen.path.format(**self.ids))
        assert answer is not None
        self._read(screen, answer)
        for size in SIZES:
            self.page.set_viewport_size(SIZES[size])
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme)
                keep(self.page, f"{screen.name}-{size}-{theme}-{self.language}", animations="disabled")
        unfold(self.page)
        if self.language == "pt":
            self._find(screen, in_all_dresses(self.page))
        else:
            self._find(screen, overflowing(self.page, NARROWEST["width"]))
            self._find(screen, [f"says {one!r}" for one in left_in_portuguese(self.page)])

    def _read(self, screen: Screen, answer: Response) -> None:
        page, headers = self.page, answer.headers
        titles = page.get_by_role("heading", level=1)
        wanted = screen.portuguese if self.language == "pt" else screen.english
        policy = headers.get("content-security-policy", "")
        for holds, what in (
            (answer.status == screen.status, f"answered {answer.status}"),
            (titles.count() == 1, f"has {titles.count()} first headings"),
            (not wanted or titles.first.inner_text() == wanted, f"is titled {titles.first.inner_text()!r}"),
            (page.locator("html").get_attribute("lang") == TAGS[self.language], "is in another language"),
            (page.title().endswith(" · Ponte") and len(page.title()) > len(" · Ponte"), "has no title"),
            (page.locator("link[rel=icon]").count() == 1, "has no icon"),
            ("script-src 'nonce-" in policy and "unsafe" not in policy, f"has the policy {policy!r}"),
            ("frame-ancestors 'none'" in policy, "may be framed"),
            (headers.get("x-content-type-options") == "nosniff", "may be sniffed"),
            ("referrer-policy" in headers, "tells others where readers come from"),
            (page.locator("[style], [onclick], style").count() == 0, "has inline styles or handlers"),
        ):
            self._expect(holds, screen, what)

    def _expect(self, holds: bool, screen: Screen, what: str) -> None:
        if not holds:
            self.found.append(f"{screen.name} ({self.language}) {what}")

    def _find(self, screen: Screen, what: list[str]) -> None:
        self.found += [f"{screen.name} ({self.language}): {one}" for one in what]


@pytest.mark.limit(LIMIT_S)
@pytest.mark.parametrize("who", Who)
def test_every_screen_is_right_in_every_dress(
    open_here: Callable[..., BrowserContext], house: dict[str, Any], who: Who
) -> None:
    page = open_here(reduced_motion="reduce").new_page()
    arrive(page, who, house)
    found = []
    for language in TAGS:
        read_in(page, who, language)
        walk = Walk(page, language, house["ids"])
        for screen in SCREENS[who]:
            walk.look(screen)
        found += walk.found
    assert not found, "\n".join(found)
