"""Before an export begins: which products somebody means, and what would become of them. It only reads."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from connector.bitrix24 import catalogue as vendor
from connector.bitrix24.batch import Command
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.packer import Failed, Packer
from connector.domain.events import Kind
from connector.domain.vendor import Call, ConnectionState, Transient
from connector.store import calls, links
from connector.sync.clients import bitrix24_client
from connector.sync.context import load_context
from connector.sync.engine import Engine
from connector.sync.products import elements
from connector.sync.runs.exporting import PAGE, Wish, asked

#: Seconds that a person waits for the portal.
PATIENCE_S = 12.0
#: Pages of each iblock that are looked at; of more the rest is estimated.
LOOKED_AT = 20
#: Requests of Bling for a new product (is it there? make it), and how many a second its limit allows.
CALLS_OF_A_NEW_ONE, BLING_PER_SECOND = 2, 3.0
#: Pages of the portal's list a second.
PAGES_PER_SECOND = 2.0

#: An iblock with its link property.
Place = tuple[int, int]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What an export would meet, as far as Ponte's own memory knows."""

    #: Products that Bling does not have.
    new: int
    #: What Bling has.
    linked: int
    #: Variations, parents and services that Bling does not have: an export makes none of them there.
    left_out: int
    #: Everything was looked at.
    exact: bool
    seconds: int


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for each thing that somebody named: ids with names; none, one, or several."""

    found: Mapping[str, Mapping[int, str]]


async def forecast(engine: Engine, tenant_id: UUID, wish: Wish) -> Forecast:
    """Look at the portal's lists. Raises errors of `connector.domain.vendor`."""
    new = linked = left_out = pages = 0
    exact = True
    async with _portal(engine, tenant_id) as (client, places):
        for place in places:
            rows, total = await _looked_at(client, place, wish)
            known = await _linked(engine, tenant_id, rows)
            fresh = [one for one in rows if one.id not in known]
            simple = sum(1 for one in fresh if one.type == vendor.SIMPLE)
            scale = total / len(rows) if rows else 0.0
            new += round(simple * scale)
            left_out += round((len(fresh) - simple) * scale)
            linked += round(len(known) * scale)
            exact = exact and len(rows) == total
            pages += math.ceil(total / PAGE)
    seconds = max(new * CALLS_OF_A_NEW_ONE / BLING_PER_SECOND, pages / PAGES_PER_SECOND)
    return Forecast(
        new=new,
        linked=0 if wish.new_only else linked,
        left_out=left_out,
        exact=exact,
        seconds=math.ceil(seconds),
    )


async def look_up(engine: Engine, tenant_id: UUID, ids: Collection[int], words: Collection[str]) -> Meant:
    """The products with these ids, and those that are called so or have this SKU.

    Raises errors of `connector.domain.vendor`.
    """
    found: dict[str, dict[int, str]] = {one: {} for one in (*map(str, ids), *words)}
    async with _portal(engine, tenant_id) as (client, places):
        asks = [(place, *ask) for place in places for ask in _asks(place, sorted(ids), words)]
        results = await Packer(client).run([command for _place, _word, command in asks])
    for (place, word, _command), result in zip(asks, results, strict=True):
        if isinstance(result, Failed):
            raise result.error
        for one in vendor.found(result.result, place[1]):
            if word is None:
                found[str(one.id)][one.id] = one.name
            elif word.casefold() in (one.name.casefold(), one.sku.casefold()):
                found[word][one.id] = one.name
    return Meant(found=found)


@asynccontextmanager
async def _portal(engine: Engine, tenant_id: UUID) -> AsyncIterator[tuple[Bitrix24, list[Place]]]:
    """The tenant's portal and where its products stand; its calls are kept."""
    context = await load_context(engine, tenant_id)
    portal, catalogue = context.portal, context.catalogue
    if portal is None or catalogue is None or portal.state is not ConnectionState.CONNECTED:
        raise Transient("o Bitrix24 não está conectado")
    made: list[Call] = []
    places = [elements.iblock(catalogue, offers=offers) for offers in (False, True)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield (
                bitrix24_client(engine, tenant_id, portal, made.append),
                [place for place in places if place is not None],
            )
    except TimeoutError as error:
        raise Transient("o Bitrix24 não respondeu a tempo") from error
    finally:
        async with engine.database.tenant(tenant_id) as conn:
            await calls.record(conn, tenant_id, made)


async def _looked_at(client: Bitrix24, place: Place, wish: Wish) -> tuple[list[vendor.Present], int]:
    """Rows of the list, all or from pages all over it, and how many there are."""

    def params(start: int) -> dict[str, object]:
        found = vendor.find_by_ids(*place, ()).params
        return {**found, "filter": asked(wish, place[0]), "order": {"id": "ASC"}, "start": start}

    first = await client.call("catalog.product.list", params(0))
    rows = vendor.found(first.result, place[1])
    total = max(first.total or 0, len(rows))
    commands = [Command("catalog.product.list", params(start)) for start in starts(total)]
    for result in await Packer(client).run(commands):
        if isinstance(result, Failed):
            raise result.error
        rows += vendor.found(result.result, place[1])
    return rows, total


def starts(total: int) -> list[int]:
    """Where the pages begin that are looked at beside the first one, spread evenly over the list."""
    pages = math.ceil(total / PAGE)
    if pages <= LOOKED_AT:
        chosen: Iterable[int] = range(1, pages)
    else:
        chosen = (round(n * (pages - 1) / (LOOKED_AT - 1)) for n in range(1, LOOKED_AT))
    return [page * PAGE for page in chosen]


async def _linked(engine: Engine, tenant_id: UUID, rows: Sequence[vendor.Present]) -> set[int]:
    """Which of them Bling has."""
    async with engine.database.tenant(tenant_id) as conn:
        known = await links.by_bitrix(conn, tenant_id, Kind.PRODUCT, [one.id for one in rows])
    return {one for one, link in known.items() if link.record.bling_id > 0}


def _asks(place: Place, ids: Sequence[int], words: Collection[str]) -> Iterable[tuple[str | None, Command]]:
    """Commands with the word that each is about; None for ids, of which a command takes 50."""
    for first in range(0, len(ids), PAGE):
        yield None, vendor.find_by_ids(*place, ids[first : first + PAGE])
    for word in words:
        yield word, vendor.find_by_xml_id(*place, [word])
        yield word, vendor.find_by_field(*place, "name", [word])
