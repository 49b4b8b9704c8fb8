"""Looking at a page: what axe-core holds against it, whether it can be scrolled sideways, a picture of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

SCREENS = Path(__file__).parents[2] / ".ponte" / "screens"
WIDE, NARROW, NARROWEST = ({"width": width, "height": 900} for width in (1440, 390, 360))
#: Further widths that nothing may overflow.
BETWEEN = (768, 1024, 1920)
#: What depends on a theme.
COLOURS = ("color-contrast",)
_SCRIPT = Axe().axe_script
#: Answers with violations alone: all that axe-core finds in order weighs megabytes.
_RUN = """async (only) => {
  const rules = only.length ? { runOnly: only } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...rules });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}"""


def findings(page: Page | Frame, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core holds against the page, one line each; of these rules only, where some are named."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_SCRIPT)
    found: list[str] = page.evaluate(_RUN, list(only))
    return found


def in_all_dresses(page: Page) -> list[str]:
    """Of the page as it stands: axe-core wide and narrow, contrast in both themes, widths that overflow."""
    found = []
    for size in (WIDE, NARROWEST):
        page.set_viewport_size(size)
        found += findings(page)
        found += overflowing(page)
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in findings(page, COLOURS)]
        page.emulate_media(color_scheme="light")
    return found + overflowing(page, *BETWEEN)


def overflowing(page: Page, *widths: int) -> list[str]:
    """Whether it can be scrolled sideways, at the present width or at these."""
    found = []
    for width in widths or (None,):
        if width is not None:
            page.set_viewport_size({"width": width, "height": 900})
        if overflows(page):
            found.append(f"scrolls sideways at {page.evaluate('innerWidth')} px")
    return found


def overflows(page: Page) -> bool:
    """Whether the page can be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def unfold(page: Page) -> None:
    """Open whatever is folded in the content."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def keep(page: Page, name: str, **options: Any) -> None:
    """A picture for those who look at a run."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True, **options)
