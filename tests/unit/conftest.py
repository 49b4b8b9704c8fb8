"""Every test begins with the usual reader: Portuguese, in São Paulo."""

from __future__ import annotations

import pytest

from dashboard.reader import Reader, reading


@pytest.fixture(autouse=True)
def _usual_reader() -> None:
    """What one test reads in English must not be read so by the next."""
    reading(Reader())
