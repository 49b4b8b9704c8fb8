"""What a handler of Bling's API is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import msgspec

from sandbox.bling.bodies import Body
from sandbox.bling.company import Company
from sandbox.bling.errors import error
from sandbox.bling.queries import Query
from sandbox.bling.state import BlingState
from sandbox.core.http import Answer, Request


class Context:
    """One authenticated call: whose account, which ids stand in the path, what was sent."""

    def __init__(
        self, state: BlingState, company: Company, request: Request, ids: tuple[int, ...], token: str
    ) -> None:
        self.state = state
        self.company = company
        self.request = request
        self.ids = ids
        self.token = token

    @cached_property
    def query(self) -> Query:
        """The query's parameters."""
        return Query(self.request.query)

    @cached_property
    def sent(self) -> Body:
        """The JSON object that was sent; BlingError 400 if there is none."""
        if not self.request.body.strip():
            raise error("MISSING_REQUIRED_FIELD_ERROR")
        try:
            decoded = msgspec.json.decode(self.request.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise error("INVALID_REQUEST_BODY") from None
        if not isinstance(decoded, dict):
            raise error("INVALID_REQUEST_BODY")
        if not decoded:
            raise error("MISSING_REQUIRED_FIELD_ERROR")
        return decoded

    @property
    def now(self) -> float:
        """The real time, which dates of records and filters follow."""
        return self.state.world.clock.real()


Handler = Callable[[Context], Answer]
Routes = dict[str, dict[str, Handler]]
"""Handlers by path, with `{}` for each id, and HTTP method."""
