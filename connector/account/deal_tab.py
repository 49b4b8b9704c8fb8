"""Ponte's tab in a deal's card: bound when the app is installed, told which deal it stands in.

Vendor facts: `placement.bind` needs an administrator and refuses a handler that is bound already; the tab is
opened by the same POST as the app, with `PLACEMENT` and the deal's id in `PLACEMENT_OPTIONS` (JSON text).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.bitrix24.client import Bitrix24

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TITLE = "Ponte"
#: Bitrix24's numbers; ours are kept as bigint.
LARGEST = 2**63 - 1


async def bind(client: Bitrix24, handler: str) -> bool:
    """Bind the tab if it leads nowhere yet; whether it was missing. Raises `VendorError`."""
    bound: list[dict[str, Any]] = (await client.call("placement.get", {})).result or []
    if any(row.get("placement") == PLACEMENT and row.get("handler") == handler for row in bound):
        return False
    await client.call("placement.bind", {"PLACEMENT": PLACEMENT, "HANDLER": handler, "TITLE": TITLE})
    return True


def deal_of(form: Mapping[str, str]) -> int | None:
    """The deal that the app was opened in; None when it was opened elsewhere."""
    if form.get("PLACEMENT") != PLACEMENT:
        return None
    try:
        options = msgspec.json.decode(form.get("PLACEMENT_OPTIONS", ""))
    except (msgspec.DecodeError, UnicodeError):
        return None
    id_ = str(options.get("ID", "")) if isinstance(options, dict) else ""
    return int(id_) if id_.isascii() and id_.isdigit() and 0 < int(id_[:20]) <= LARGEST else None
