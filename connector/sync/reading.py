"""Who is being read for: the history of those records names the calls."""

from __future__ import annotations

from contextvars import ContextVar

from connector.sync.work import Work

#: The records that the present task reads.
reading: ContextVar[tuple[Work, ...]] = ContextVar("reading", default=())
