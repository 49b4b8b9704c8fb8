"""What all tables share."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Class(StrEnum):
    """Who may read a table (docs/architecture.md, data); each carries its class as a tag."""

    #: Distributed by tenant_id, row-level security.
    TENANT = "tenant"
    #: Not distributed, no row-level security, read by the system role alone.
    DIRECTORY = "directory"


#: Of a column that may be empty.
NULL: dict[str, Any] = {"null": True, "default": None}
