"""Reading the queue of events that a portal keeps for us, so that none is lost whatever breaks when.

Reading takes events out of everybody's sight under a process id; clearing removes them. In between they are
stored. Whoever begins a look after a crash finds the flag `reading` and first stores what was taken and not
cleared; the inbox knows what it has already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connector.bitrix24 import changes
from connector.bitrix24.changes import Told
from connector.bitrix24.packer import Packer
from connector.domain.events import Action, Kind
from connector.store import portal_intake
from connector.sync.portal import intake
from connector.sync.portal.intake import Notice
from connector.sync.portal.looking import DEALS, PRODUCTS, Look
from connector.sync.portal.won import won_among

_ACTIONS = {"ADD": Action.CREATED, "UPDATE": Action.UPDATED, "DELETE": Action.DELETED}


async def read(look: Look) -> None:
    """Store everything that waits in the portal's queue."""
    if look.intake.reading:
        await _recover(look)
    while True:
        await _set_reading(look, reading=True)
        told = await changes.read_queue(look.client)
        if told:
            await _store(look, told)
            await changes.clear(look.client, told[0].process_id, told)
        if len(told) < changes.PAGE or not look.lasts():
            break
    await _set_reading(look, reading=False)


async def _recover(look: Look) -> None:
    """A look ended between reading and clearing."""
    by_process: dict[str, list[Told]] = defaultdict(list)
    for told in await changes.taken(look.client):
        by_process[told.process_id].append(told)
    for process_id, told_together in by_process.items():
        await _store(look, told_together)
        await changes.clear(look.client, process_id, told_together)


async def _set_reading(look: Look, *, reading: bool) -> None:
    async with look.engine.database.tenant(look.tenant_id) as conn:
        await portal_intake.set_reading(conn, look.tenant_id, reading)


async def _store(look: Look, told: list[Told]) -> None:
    owners = await _owners(look, told)
    deals = [one.object_id for one in told if one.event.startswith(changes.DEAL) and one.object_id]
    won = await won_among(look.client, deals, look.won_after) if DEALS in look.groups else set()
    notices = [
        one for one in _notices(look, told, owners) if one.kind is not Kind.ORDER or one.bitrix_id in won
    ]
    await intake.store(look.engine, look.tenant_id, look.main_account, notices)


async def _owners(look: Look, told: list[Told]) -> dict[int, int]:
    """Products of the prices that changed."""
    prices = [one.object_id for one in told if one.event.startswith(changes.PRICE) and one.object_id]
    return await changes.products_of_prices(Packer(look.client), prices) if prices else {}


def _notices(look: Look, told: Iterable[Told], owners: dict[int, int]) -> Iterable[Notice]:
    for one in told:
        action = _ACTIONS.get(one.event.rpartition(".ON.")[2] if ".ON." in one.event else one.event[9:])
        kind, number = _subject(look, one, owners)
        if action is not None and kind is not None and number:
            is_price = one.event.startswith(changes.PRICE)
            yield Notice(
                id=f"bitrix24:{look.client.portal.member_id}:{one.id}:{one.at.timestamp():.0f}",
                kind=kind,
                bitrix_id=number,
                action=Action.UPDATED if is_price else action,
                at=one.at,
            )


def _subject(look: Look, told: Told, owners: dict[int, int]) -> tuple[Kind | None, int]:
    """What the event is about, if the tenant wants to know."""
    if told.event.startswith(changes.DEAL):
        return (Kind.ORDER if DEALS in look.groups else None), told.object_id
    if PRODUCTS not in look.groups:
        return None, 0
    if told.event.startswith(changes.PRICE):
        return Kind.PRODUCT, owners.get(told.object_id, 0)
    return Kind.PRODUCT, told.object_id
