"""What a portal changed since the last sweep, found by lists: for plans without a queue, and as a safety net.

A list shows the records themselves, so what is as we left it is passed over and makes no event. Records that
were deleted are not found this way; the nightly reconciliation finds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24 import changes
from connector.bitrix24.packer import Packer
from connector.domain.events import Action, Kind
from connector.domain.export import Way
from connector.domain.mapping import PRICE_FIELD, Target
from connector.store import links
from connector.store.links import Link
from connector.sync.portal import intake
from connector.sync.portal.intake import Notice
from connector.sync.portal.looking import DEALS, PRODUCTS, Look
from connector.sync.portal.won import won_since
from connector.sync.products import elements

#: A change is looked for once more: clocks differ, and a list is read while records change.
OVERLAP = timedelta(minutes=2)


async def sweep(look: Look) -> None:
    """Store a notice of every record that differs from what we remember of it."""
    since = look.intake.changed_since - OVERLAP
    if PRODUCTS in look.groups:
        await _sweep_products(look, since)
    if DEALS in look.groups:
        await _sweep_deals(look, since)


async def _sweep_deals(look: Look, since: datetime) -> None:
    """Deals that were won meanwhile; those that have their order say so themselves."""
    won = await won_since(look.client, since, look.won_after)
    notices = [
        Notice(
            id=f"sweep:deal:{deal}:{at.timestamp():.0f}",
            kind=Kind.ORDER,
            bitrix_id=deal,
            action=Action.UPDATED,
            at=look.now,
        )
        for deal, at in won.items()
    ]
    await intake.store(look.engine, look.tenant_id, look.main_account, notices)


async def _sweep_products(look: Look, since: datetime) -> None:
    packer = Packer(look.client)
    way = Way(look.lens)
    changed = await _changed(look, packer, since, sorted(way.rules.keys() - {PRICE_FIELD}))
    prices = await changes.changed_prices(packer, look.catalogue.base_price_type, since)
    known = await _links(look, {one.id for one in changed} | {one.product_id for one in prices})
    notices = {
        one.id: _notice(one.id, str(one.fields.get("timestampX") or one.id), look.now)
        for one in changed
        if _is_news(one, known.get(one.id), way)
    }
    for price in prices:
        if _is_new_price(price, known.get(price.product_id)):
            notices.setdefault(
                price.product_id, _notice(price.product_id, f"{price.id}:{price.price}", look.now)
            )
    await intake.store(look.engine, look.tenant_id, look.main_account, notices.values())


async def _changed(look: Look, packer: Packer, since: datetime, names: list[str]) -> list[vendor.Present]:
    found: list[vendor.Present] = []
    for offers in (False, True):
        place = elements.iblock(look.catalogue, offers=offers)
        if place is not None:
            found += await changes.changed_products(packer, *place, since, [*names, "timestampX"])
    return found


async def _links(look: Look, bitrix_ids: Iterable[int]) -> dict[int, Link]:
    async with look.engine.database.tenant(look.tenant_id) as conn:
        return await links.by_bitrix(conn, look.tenant_id, Kind.PRODUCT, list(bitrix_ids))


def _is_news(one: vendor.Present, link: Link | None, way: Way) -> bool:
    """A record that we know is as we left it, or not; one that carries our link is just being made by us."""
    if link is None:
        return not one.link
    here = elements.present(one, way.rules).values
    return bool(way.edited(_memory(link), here) - {PRICE_FIELD})


def _is_new_price(price: vendor.Price, link: Link | None) -> bool:
    """A price of a product that nobody knows comes with its product."""
    if link is None:
        return False
    return _memory(link).get(PRICE_FIELD, "") != elements.amount(price)


def _memory(link: Link) -> Target:
    return msgspec.json.decode(link.written, type=Target) if link.written else {}


def _notice(bitrix_id: int, sign: str, now: datetime) -> Notice:
    return Notice(
        id=f"sweep:{bitrix_id}:{sign}", kind=Kind.PRODUCT, bitrix_id=bitrix_id, action=Action.UPDATED, at=now
    )
