"""Many rows travel to Postgres in one argument or a few, whatever their number.

As one array for each column, for `unnest` to turn back; or, where rows are many and wide, as one JSON text:
that costs us a tenth of encoding arrays, and Postgres little more than reading them.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

_ENCODER = msgspec.json.Encoder()


def columns(rows: Sequence[object], *names: str) -> list[list[object]]:
    """The values of each named attribute (dots go deeper), in the rows' order."""
    return [list(map(attrgetter(name), rows)) for name in names]


def recordset(rows: Sequence[msgspec.Struct]) -> str:
    """Structs for `json_to_recordset`: names as they are, bytes in base64, structs within as objects."""
    return _ENCODER.encode(rows).decode()
