"""The same server's address for another database or role."""

from __future__ import annotations

import pytest

from ponte.runtime.databases import at

URL = "postgresql://postgres:pw@127.0.0.1:5432/postgres"


@pytest.mark.parametrize(
    ("given", "changes", "wanted"),
    [
        (URL, {"database": "ponte"}, "postgresql://postgres:pw@127.0.0.1:5432/ponte"),
        (URL, {"role": "ponte"}, "postgresql://ponte:pw@127.0.0.1:5432/postgres"),
        (URL, {"database": "a", "role": "b"}, "postgresql://b:pw@127.0.0.1:5432/a"),
        (
            f"{URL}?sslmode=require",
            {"database": "a"},
            "postgresql://postgres:pw@127.0.0.1:5432/a?sslmode=require",
        ),
        ("postgresql://me@host/x", {"role": "ponte"}, "postgresql://ponte@host/x"),
        (URL, {}, URL),
    ],
)
def test_only_what_is_named_changes(given: str, changes: dict[str, str], wanted: str) -> None:
    assert at(given, **changes) == wanted
