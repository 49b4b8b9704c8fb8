"""Form bodies with nested names, read once and to the end: what nobody asked for is refused.

`items[0][price]=p` and `expand[]=customer` become nested groups. An empty value unsets, as at Stripe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sandbox.stripe.errors import StripeError, invalid

_KEY = re.compile(r"\[([^\]]*)\]")

Tree = dict[str, Any]


def parse(pairs: Iterable[tuple[str, str]]) -> Tree:
    """The tree of a form; lists are groups whose names are numbers."""
    tree: Tree = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *_KEY.findall("[" + rest)] if rest else [head]
        _put(tree, keys, value)
    return tree


def _put(tree: Tree, keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        inner = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise invalid(f"Invalid request: {keys[0]} is sent as a value and as a group", keys[0])
        tree = inner
    tree[keys[-1] or str(len(tree))] = value


class Params:
    """The parameters of one call. Each reader takes its parameter away; `done` refuses the rest."""

    def __init__(self, tree: Tree, path: str = "") -> None:
        self._tree = tree
        self._path = path
        self._groups: list[Params] = []

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def text(self, name: str) -> str | None:
        """A string, None if it was not sent or is empty."""
        value = self._tree.pop(name, None)
        if isinstance(value, dict):
            raise invalid(f"Invalid string: {self._full(name)} is a group", self._full(name))
        return value or None

    def needed(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if value is None:
            full = self._full(name)
            raise invalid(f"Missing required param: {full}.", full, "parameter_missing")
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """One of some words."""
        value, words = self.text(name), tuple(allowed)
        if value is not None and value not in words:
            full = self._full(name)
            raise invalid(f"Invalid {full}: must be one of {', '.join(words)}", full)
        return value

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            full = self._full(name)
            raise invalid(f"Invalid integer: {value}", full, "parameter_invalid_integer") from None

    def flag(self, name: str) -> bool | None:
        """`true` or `false`."""
        value = self.text(name)
        if value is None or value in ("true", "false"):
            return None if value is None else value == "true"
        raise invalid(f"Invalid boolean: {value}", self._full(name))

    def group(self, name: str) -> Params:
        """A nested group, an empty one if it was not sent."""
        value = self._tree.pop(name, {})
        if value == "":
            value = {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", self._full(name))
        child = Params(value, self._full(name))
        self._groups.append(child)
        return child

    def groups(self, name: str) -> list[Params]:
        """A list of groups."""
        parent = self.group(name)
        return [parent.group(key) for key in list(parent._tree)]

    def texts(self, name: str) -> list[str]:
        """A list of strings, numbered or with empty brackets."""
        parent = self.group(name)
        return [parent.needed(key) for key in list(parent._tree)]

    def metadata(self, name: str = "metadata") -> dict[str, str]:
        """Free names; a name whose value is empty is to be taken away, so it stays in the answer as ""."""
        value = self._tree.pop(name, {})
        if value == "":
            return {}
        if not isinstance(value, dict) or any(isinstance(one, dict) for one in value.values()):
            raise invalid("Invalid metadata: values are strings", self._full(name))
        return value

    def tree(self, name: str) -> Any:
        """A parameter as it came, for what is only kept to be shown."""
        return self._tree.pop(name, None)

    def done(self) -> None:
        """Refuse what was sent beyond what the call knows."""
        for name in self._tree:
            full = self._full(name)
            raise StripeError(
                400, "invalid_request_error", f"Received unknown parameter: {full}",
                code="parameter_unknown", param=full,
            )  # fmt: skip
        for group in self._groups:
            group.done()

    def _full(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name


def merged(present: dict[str, str], sent: dict[str, str]) -> dict[str, str]:
    """Metadata after an update: sent names win, empty values take their names away."""
    return {name: value for name, value in (present | sent).items() if value != ""}
