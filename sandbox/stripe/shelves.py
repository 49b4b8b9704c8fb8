"""The objects of each kind, newest last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.stripe.errors import no_such

Body = dict[str, Any]
"""An object as the API writes it, without what only `expand` shows."""


class Shelf:
    """All objects of one kind by id. `kind` is the word of `object`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._bodies: dict[str, Body] = {}

    def __iter__(self) -> Iterator[Body]:
        return iter(list(self._bodies.values()))

    def put(self, body: Body) -> Body:
        """Keep a new object."""
        self._bodies[body["id"]] = body
        return body

    def find(self, object_id: object) -> Body | None:
        """The object with this id."""
        return self._bodies.get(object_id) if isinstance(object_id, str) else None

    def get(self, object_id: str, param: str = "id") -> Body:
        """The object with this id; StripeError `resource_missing` that names `param`."""
        found = self._bodies.get(object_id)
        if found is None:
            raise no_such(self.kind, object_id, param)
        return found

    def drop(self, object_id: str) -> None:
        """Forget an object."""
        self._bodies.pop(object_id, None)
