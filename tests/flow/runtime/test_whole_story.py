"""`ponte story` as a person runs it: product, order and sale, to the end."""

from __future__ import annotations

import os
import subprocess
import sys

SCENES = (
    "a product made in Bling appears in Bitrix24",
    "an order made in Bling is a deal in Bitrix24",
    "its rows add up to the order's total, to the cent",
    "the order moves on, and the deal with it",
    "the invoice is authorised: won, with its number",
)


def test_the_story_is_told_to_its_end() -> None:
    environ = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    told = subprocess.run(
        [sys.executable, "-m", "ponte", "story"], capture_output=True, text=True, env=environ, timeout=180
    )
    lines = told.stdout.splitlines()
    assert told.returncode == 0, told.stdout + told.stderr
    assert all(line.startswith("  ok  ") for line in lines)
    for scene in SCENES:
        assert any(line.endswith(f"ms  {scene}") for line in lines)
