"""Every state of every screen, with invented content: clean for axe, no wider than the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from dashboard.dev.screens import SCREENS
from tests.browser.look import WIDE, in_all_dresses, keep, overflowing, unfold


@pytest.mark.limit(240)
def test_every_screen_in_every_state(open_context: Callable[..., BrowserContext]) -> None:
    page, found = open_context().new_page(), {}
    for name in ("", *SCREENS):
        page.set_viewport_size(WIDE)
        path = f"/dev/components/{name}".rstrip("/")
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, name
        keep(page, f"components-{name or 'all'}")
        unfold(page)
        found[name] = in_all_dresses(page)
        assert page.url.endswith(path), page.url
    assert {name: what for name, what in found.items() if what} == {}


def test_english_fits_too(open_context: Callable[..., BrowserContext]) -> None:
    page, found = open_context().new_page(), {}
    for name in ("", *SCREENS):
        page.goto(f"/dev/components/{name}?language=en".replace("/?", "?"))
        found[name] = overflowing(page, 360)
    assert {name: what for name, what in found.items() if what} == {}
