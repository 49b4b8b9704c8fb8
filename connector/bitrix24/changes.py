"""What a portal tells of its changes: events, the queue that it keeps for us, lists of what is newer.

Facts of Bitrix24, events: online events are sent once; the queue ("offline events") survives our absence,
keeps the latest state of each object and hides what was changed under our own name; not every plan has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connector.bitrix24 import catalogue
from connector.bitrix24.client import CONNECTOR, Bitrix24
from connector.bitrix24.packer import Command, Failed, Packer
from connector.bitrix24.paged import done, rows
from connector.bitrix24.reading import listed
from connector.domain.vendor import Transient

PRODUCT, PRICE, DEAL = "CATALOG.PRODUCT.ON.", "CATALOG.PRICE.ON.", "ONCRMDEAL"
PRODUCT_EVENTS = tuple(f"{PRODUCT}{action}" for action in ("ADD", "UPDATE", "DELETE"))
PRICE_EVENTS = tuple(f"{PRICE}{action}" for action in ("ADD", "UPDATE"))
DEAL_EVENTS = tuple(f"{DEAL}{action}" for action in ("ADD", "UPDATE"))
#: Sent when something was put in the queue.
QUEUE_EVENT = "ONOFFLINEEVENT"
#: Events of one reading.
PAGE = 50

Row = dict[str, Any]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the queue.

    `object_id` is a product's, a price's or a deal's, 0 when the portal left it out.
    """

    id: str
    event: str
    object_id: int
    at: datetime
    process_id: str = ""


async def has_queue(client: Bitrix24) -> bool:
    """Whether the portal's plan has offline events."""
    answer = (await client.call("feature.get", {"CODE": "rest_offline_extended"})).result
    return isinstance(answer, dict) and answer.get("value") in ("Y", True)


async def bind(client: Bitrix24, events: Iterable[str], handler: str, *, offline: bool) -> None:
    """Let the portal tell of these events.

    By its queue, or at once; what is bound already stays. Raises `VendorError`.
    """
    bound = listed((await client.call("event.get", {})).result, "")
    commands = [
        command
        for command in _wanted(events, handler, offline=offline)
        if not any(_is_same(command, row) for row in bound)
    ]
    for result in await Packer(client).run(commands):
        if isinstance(result, Failed):
            raise result.error


async def unbind(client: Bitrix24, events: Iterable[str], handler: str, *, offline: bool, last: bool) -> None:
    """Nobody wants to be told of these any more; `last` = nor of anything else in the queue."""
    commands = [
        Command("event.unbind", command.params)
        for command in _wanted(events, handler, offline=offline)
        if last or command.params["event"] != QUEUE_EVENT
    ]
    for result in await Packer(client).run(commands):
        if isinstance(result, Failed):
            raise result.error


async def read_queue(client: Bitrix24) -> list[Told]:
    """Up to `PAGE` events, which stay in the queue under their `process_id` until they are cleared."""
    answer = (await client.call("event.offline.get", {"clear": 0, "limit": PAGE})).result
    if not isinstance(answer, dict):
        raise Transient("the queue has no events", code="unreadable")
    process_id = str(answer.get("process_id") or "")
    return [_told(row, process_id) for row in answer.get("events") or ()]


async def taken(client: Bitrix24) -> list[Told]:
    """Events that somebody has read and not cleared."""
    packer = Packer(client)
    found = await rows(packer, Command("event.offline.list", {"order": {"ID": "ASC"}}), "")
    return [_told(row, str(row["PROCESS_ID"])) for row in found if row.get("PROCESS_ID")]


async def clear(client: Bitrix24, process_id: str, events: Iterable[Told]) -> None:
    """These are known now."""
    ids = [int(told.id) for told in events]
    await client.call("event.offline.clear", {"process_id": process_id, "id": ids})


async def products_of_prices(packer: Packer, price_ids: Sequence[int]) -> dict[int, int]:
    """Whose these prices are, of those that still exist; by the price's id."""
    found: dict[int, int] = {}
    for start in range(0, len(price_ids), PAGE):
        wanted = {"id": list(price_ids[start : start + PAGE])}
        params = {"select": ["id", "productId"], "filter": wanted, "order": {"id": "ASC"}}
        answer = await done(packer, Command("catalog.price.list", params))
        found |= {int(row["id"]): int(row["productId"]) for row in listed(answer.result, "prices")}
    return found


async def changed_prices(packer: Packer, group: int, since: datetime) -> list[catalogue.Price]:
    """Prices of one type that were written since then: that leaves their products' times as they were."""
    wanted = {">timestampX": since.isoformat(), "catalogGroupId": group}
    select = ["id", "productId", "catalogGroupId", "price", "currency"]
    params = {"select": select, "filter": wanted, "order": {"id": "ASC"}}
    return catalogue.prices({"prices": await rows(packer, Command("catalog.price.list", params), "prices")})


async def changed_products(
    packer: Packer, iblock_id: int, property_id: int, since: datetime, select: Iterable[str]
) -> list[catalogue.Present]:
    """Records of an iblock that were changed since then."""
    params = catalogue.find_by_ids(iblock_id, property_id, (), select).params
    wanted = {"iblockId": iblock_id, ">timestampX": since.isoformat()}
    command = Command("catalog.product.list", {**params, "filter": wanted})
    return catalogue.found({"products": await rows(packer, command, "products")}, property_id)


def _wanted(events: Iterable[str], handler: str, *, offline: bool) -> list[Command]:
    if not offline:
        return [Command("event.bind", {"event": event, "handler": handler}) for event in events]
    queued = [
        Command("event.bind", {"event": event, "event_type": "offline", "auth_connector": CONNECTOR})
        for event in events
    ]
    wake = {"event": QUEUE_EVENT, "handler": handler, "options": {"minTimeout": 0}}
    return [*queued, Command("event.bind", wake)]


def _is_same(command: Command, row: Row) -> bool:
    if str(row.get("event", "")).upper() != command.params["event"]:
        return False
    if command.params.get("event_type") == "offline":
        return str(row.get("offline")) == "1" and row.get("connector_id") == CONNECTOR
    return bool(row.get("handler") == command.params["handler"])


def _told(row: Row, process_id: str) -> Told:
    data = row.get("EVENT_DATA")
    fields = data.get("FIELDS") if isinstance(data, dict) else None
    number = str(fields.get("ID") or "") if isinstance(fields, dict) else ""
    return Told(
        id=str(row["ID"]),
        event=str(row["EVENT_NAME"]).upper(),
        object_id=int(number) if number.isdecimal() else 0,
        at=datetime.fromisoformat(str(row["TIMESTAMP_X"])),
        process_id=process_id,
    )
