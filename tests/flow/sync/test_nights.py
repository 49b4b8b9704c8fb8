"""Every night what failed is tried once more: once, for the tenants whose night it is."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.domain.rounds import Round, next_time
from connector.sync.engine import Engine
from connector.sync.nights import try_nightly
from tests.flow.sync.test_remedies import refusing, waiting
from tests.support.house import House

BRAZIL = ZoneInfo("America/Sao_Paulo")


def at(house: House, moment: datetime) -> Engine:
    """The house's engine when it is that time in business."""
    return dataclasses.replace(house.engine, business_clock=lambda: moment)


@pytest.fixture
async def night(open_house: House) -> datetime:
    """The tenant's next night, planned; one of its records has failed."""
    refusing(open_house)
    event = await open_house.told(open_house.in_bling(codigo="X"), codigo="X")
    await open_house.drain()
    assert await open_house.outcome(event) == ("failed", "refused_by_bitrix24")
    assert await try_nightly(open_house.engine) == 0
    now = open_house.engine.clock()
    return next_time(Round.RETRY, open_house.tenant_id, BRAZIL, now)


async def test_before_its_night_nothing_is_tried(open_house: House, night: datetime):
    assert await try_nightly(at(open_house, night - timedelta(seconds=1))) == 0
    assert await waiting(open_house) == []


async def test_what_failed_is_tried_once_a_night(open_house: House, night: datetime):
    assert await try_nightly(at(open_house, night)) == 1
    assert [source for _, source in await waiting(open_house)] == ["replay"]
    await open_house.drain()
    assert await try_nightly(at(open_house, night + timedelta(hours=2))) == 0
    assert await try_nightly(at(open_house, night + timedelta(days=1))) == 1


async def test_a_record_that_is_fixed_is_left_alone(open_house: House, night: datetime):
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE link SET state = 'in_step', reason = NULL")
    assert await try_nightly(at(open_house, night)) == 0


async def test_two_workers_try_once(open_house: House, night: datetime):
    engine = at(open_house, night)
    assert [await try_nightly(engine), await try_nightly(engine)] == [1, 0]


async def test_a_paused_tenant_is_not_tried_and_comes_another_night(open_house: House, night: datetime):
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE tenant SET paused_at = now()")
    assert await try_nightly(at(open_house, night)) == 0
    async with open_house.database.system() as conn:
        await conn.execute("UPDATE tenant SET paused_at = NULL")
    assert await try_nightly(at(open_house, night + timedelta(days=1))) == 1
