"""Named SQL from `.sql` files: what matters is written as SQL, next to its table's module.

A file's statements each follow a line `-- name: …`; what stands before the first is a comment on the file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def named(file: str) -> dict[str, str]:
    """The statements of `queries/{file}.sql` by name."""
    text = (Path(__file__).parent / "queries" / f"{file}.sql").read_text()
    _, *parts = _NAME.split(text)
    return {
        name: statement.strip().removesuffix(";")
        for name, statement in zip(parts[::2], parts[1::2], strict=True)
    }
