"""The README's pictures, taken of a demo in which people have worked: `python -m tests.browser.pictures`.

WebP is written by Chromium itself, so that nothing but the browser is needed to make them.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import running_demo, sign_in
from tests.browser.lived_in import lived_in
from tests.browser.watchdog import Chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 1280
#: (file's name, address, theme, height)
PICTURES: tuple[tuple[str, str, Literal["light", "dark"], int], ...] = (
    ("visao-geral", "/", "light", 960),
    ("evento", "/eventos/{updated}", "dark", 640),
)
QUALITY = 82
MOST_BYTES = 120 * 1024


def main() -> int:
    """Take all of them; tells their sizes, and fails if one is too large for a README."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = Chromium(playwright)
        with running_demo(Path(folder)) as line, lived_in(line) as ids:
            context = chromium.browser().new_context(
                base_url=line["app_url"], locale="pt-BR", device_scale_factor=1.5
            )
            sizes = _take_all(context.new_page(), line, ids)
        chromium.close()
    return 0 if max(sizes) <= MOST_BYTES else 1


def _take_all(page: Page, line: dict[str, Any], ids: dict[str, str]) -> list[int]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    sign_in(page, line["tenants"][0])
    sizes = []
    for name, path, theme, height in PICTURES:
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(path.format(**ids))
        taken = _webp(page)
        (FOLDER / f"{name}.webp").write_bytes(taken)
        sys.stdout.write(f"{name}.webp: {len(taken) / 1024:.0f} KiB\n")
        sizes.append(len(taken))
    return sizes


def _webp(page: Page) -> bytes:
    """What stands in the window."""
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(answer["data"])


if __name__ == "__main__":
    raise SystemExit(main())
