"""What Ponte reads and binds in a portal besides its catalogue; doing it again changes nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.packer import Command, Failed, Packer

#: Events of the application itself; those of records come with the way back to Bling.
APP_EVENTS = ("ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE")
#: `entityTypeId` of deals.
DEAL = 2


class Pipeline(msgspec.Struct, frozen=True):
    """A pipeline of deals; 0 is the default one."""

    id: int
    name: str


async def pipelines(client: Bitrix24) -> list[Pipeline]:
    """All pipelines of deals. Raises `VendorError`."""
    answer = await client.call("crm.category.list", {"entityTypeId": DEAL})
    rows: list[dict[str, Any]] = (answer.result or {}).get("categories") or []
    return [Pipeline(int(row["id"]), str(row.get("name") or "")) for row in rows]


async def bind(client: Bitrix24, handler: str) -> list[str]:
    """Bind the events of the app that lead nowhere yet; which those were. Raises `VendorError`."""
    bound = (await client.call("event.get", {})).result or []
    present = {str(row.get("event", "")).upper() for row in bound if row.get("handler") == handler}
    missing = [event for event in APP_EVENTS if event not in present]
    commands = [Command("event.bind", {"event": event, "handler": handler}) for event in missing]
    for result in await Packer(client).run(commands) if commands else ():
        if isinstance(result, Failed):
            raise result.error
    return missing
