"""What Ponte binds in a portal; doing it again changes nothing."""

from __future__ import annotations

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.packer import Command, Failed, Packer

#: Events of the application itself; those of records come with the way back to Bling.
APP_EVENTS = ("ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE")


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
