"""A portal's inventory management: whether it is switched on, and its documents."""

from __future__ import annotations

from typing import Any


class Inventory:
    """With it on, quantities follow from conducted documents alone."""

    def __init__(self) -> None:
        self.enabled = False
        self.documents: dict[int, dict[str, Any]] = {}
        #: The documents' rows.
        self.elements: dict[int, dict[str, Any]] = {}

    def writable(self, sent: dict[str, Any]) -> dict[str, Any]:
        """What a product's write may change."""
        if not self.enabled:
            return sent
        return {name: value for name, value in sent.items() if name not in ("quantity", "quantityReserved")}
