"""The long forms use the rigs of the short ones."""

from __future__ import annotations

from tests.flow.sync.back.conftest import deaf, returns
from tests.flow.sync.conftest import database, house, redis

__all__ = ["database", "deaf", "house", "redis", "returns"]
