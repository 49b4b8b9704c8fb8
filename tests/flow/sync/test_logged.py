"""What the log says of a record, and whose request it was."""

from __future__ import annotations

import structlog
from arq.connections import ArqRedis
from structlog.testing import capture_logs

from connector.sync.wake import Waker
from tests.support.house import House
from worker import jobs


async def test_a_held_record_is_named_with_its_events(open_house: House) -> None:
    async with open_house.engine.database.system() as conn:
        await conn.execute("UPDATE tenant SET paused_at = now()")
    event_id = await open_house.told(1001)
    with capture_logs() as lines:
        await open_house.drain()
    (line,) = [line for line in lines if line["event"] == "record_held"]
    assert (line["kind"], line["bling_id"], line["reason"]) == ("product", 1001, "paused")
    assert line["events"] == [str(event_id)]


async def test_the_request_that_asked_is_known_to_the_worker(open_house: House, redis: ArqRedis) -> None:
    structlog.contextvars.bind_contextvars(request_id="req-12345678")
    await Waker(redis).queue(open_house.tenant_id)
    structlog.contextvars.clear_contextvars()
    (job,) = await redis.queued_jobs()
    assert job.args == (str(open_house.tenant_id), "req-12345678")
    await jobs.drain({"engine": open_house.engine, "holder": "test"}, *job.args)
    assert structlog.contextvars.get_contextvars()["request_id"] == "req-12345678"
    structlog.contextvars.clear_contextvars()
