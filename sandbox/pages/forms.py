"""What a person typed into a form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from litestar import Request

from sandbox.pages.rendering import typed_number


class Form:
    """The fields of a sent form; a name may come more than once."""

    def __init__(self, body: bytes) -> None:
        self._values = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)

    @classmethod
    async def of(cls, request: Request[Any, Any, Any]) -> Form:
        """The form in a request."""
        return cls(await request.body())

    def text(self, name: str) -> str:
        """A field, "" if it was not sent."""
        return self._values.get(name, [""])[0].strip()

    def number(self, name: str) -> str:
        """A field with a number as the API takes it; "0" for an empty one."""
        return typed_number(self.text(name)) or "0"

    def rows(self, *names: str) -> list[dict[str, str]]:
        """The n-th values of all names, for every n."""
        lists = [self._values.get(name, []) for name in names]
        longest = max(map(len, lists), default=0)
        return [
            {
                name: (values[place] if place < len(values) else "").strip()
                for name, values in zip(names, lists, strict=True)
            }
            for place in range(longest)
        ]
