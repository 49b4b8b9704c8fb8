"""Every state of every screen, with invented content: clean for axe, no wider than the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from dashboard.dev.pages import SCREENS
from tests.browser.conftest import NARROW, WIDE, findings, keep, overflows

SIZES = {"1440": WIDE, "360": NARROW}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_in_every_state(
    open_context: Callable[..., BrowserContext], size: str, theme: str
) -> None:
    page = open_context(viewport=SIZES[size], color_scheme=theme).new_page()
    for name in ("", *SCREENS):
        page.goto(f"/dev/components/{name}".rstrip("/"))
        assert findings(page) == [], name
        assert not overflows(page), name
        keep(page, f"components-{name or 'all'}-{size}-{theme}")


@pytest.mark.parametrize("width", [768, 1024, 1920])
def test_no_width_between_overflows(open_context: Callable[..., BrowserContext], width: int) -> None:
    page = open_context(viewport={"width": width, "height": 900}).new_page()
    for name in SCREENS:
        page.goto(f"/dev/components/{name}")
        assert not overflows(page), name


def test_english_fits_too(open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(viewport=NARROW).new_page()
    for name in SCREENS:
        page.goto(f"/dev/components/{name}?language=en")
        assert not overflows(page), name
