"""The REST methods by name, with the scope and the rights that each demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.bitrix24.errors import RestError, access_denied, missing_parameter
from sandbox.bitrix24.events import Author
from sandbox.bitrix24.values import as_map, intval, text

if TYPE_CHECKING:
    from sandbox.bitrix24.portal import Portal
    from sandbox.bitrix24.tokens import Token


class Call:
    """One method being carried out: where, for whom, with which parameters."""

    __slots__ = ("now", "params", "portal", "start", "token")

    def __init__(self, portal: Portal, token: Token, params: dict[str, Any], now: float) -> None:
        self.portal = portal
        self.token = token
        self.params = params
        self.now = now
        """Real time, unix seconds."""
        self.start = intval(params.get("start", 0))
        """The list's offset; -1 asks for the fast form without counting."""

    @property
    def author(self) -> Author:
        """Who causes the events of this call, and the connector that is not to hear of them."""
        return Author(self.token.user_id, text(self.params.get("auth_connector")))

    def fields(self) -> dict[str, Any]:
        """The parameter `fields`, which must be there."""
        given = self.params.get("fields")
        if not isinstance(given, dict) or not given:
            raise missing_parameter("fields")
        return given

    def id(self) -> int:
        """The parameter `id`, which must be there."""
        if "id" not in self.params:
            raise missing_parameter("id")
        return intval(self.params["id"])

    def insensitive(self) -> dict[str, Any]:
        """Parameters by upper-case name: the older methods do not care how they are written."""
        return {key.upper(): value for key, value in as_map(self.params).items()}


Carry = Callable[[Call], Any]
"""Carries a method out: its `result`, or a `Listed`."""


class Method(msgspec.Struct, frozen=True):
    """A REST method. `scopes` are all needed; `denied` is raised for users who may not."""

    name: str
    scopes: tuple[str, ...]
    admin: bool
    denied: RestError
    carry: Carry


METHODS: dict[str, Method] = {}
"""Every method by lower-case name, filled by the modules that carry them out."""


def method(
    name: str,
    *scopes: str,
    admin: bool = False,
    denied: str | int = 200040300010,
) -> Callable[[Carry], Carry]:
    """Make a function the method `name`."""

    def register(carry: Carry) -> Carry:
        METHODS[name.lower()] = Method(name, scopes, admin, access_denied(denied), carry)
        return carry

    return register
