"""A page that never answers fails its test at the line that waited; the next test has a browser again."""

from __future__ import annotations

import threading
import time

import pytest
from playwright.sync_api import Error

from tests.browser.watchdog import Chromium, limited


def test_a_wait_without_an_end_fails_when_time_is_up(chromium: Chromium) -> None:
    page = chromium.browser().new_page()
    began = time.monotonic()
    with pytest.raises(Error), limited(chromium, 2.0):
        page.evaluate("new Promise(() => {})")
    assert time.monotonic() - began < 20
    again = chromium.browser().new_page()
    assert again.evaluate("1 + 1") == 2
    again.close()


def test_who_ends_in_time_leaves_nobody_watching(chromium: Chromium) -> None:
    before = threading.active_count()
    with limited(chromium, 60.0):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
