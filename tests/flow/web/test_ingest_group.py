"""A group of messages in the database: one that is refused as data never fails the others."""

from __future__ import annotations

import asyncio

import msgspec

from connector.account.messages import Message, understand
from server.ingest import PATIENCE_S
from tests.support.office import Customer, Office, message


def _understood(office: Office, body: bytes) -> Message:
    found = understand(body, None, office.parts.clock.now())
    assert isinstance(found, Message)
    return found


async def test_a_row_that_postgres_refuses_is_quarantined_alone(office: Office, customer: Customer) -> None:
    good = [_understood(office, message(customer.company_id)) for _ in range(20)]
    poisoned = msgspec.structs.replace(good[7], provider_event_id="a\0b")
    until = asyncio.get_running_loop().time() + PATIENCE_S
    await asyncio.gather(*(office.parts.inlet.put(item, until) for item in (*good, poisoned)))
    assert len(await office.rows("inbox")) == 20
    (row,) = await office.rows("quarantined")
    assert (row["reason"], row["body"]) == ("refused_by_database", poisoned.body)


async def test_a_value_that_the_driver_refuses_is_quarantined_alone(
    office: Office, customer: Customer
) -> None:
    good = _understood(office, message(customer.company_id))
    poisoned = msgspec.structs.replace(good, about=good.about._replace(bling_id=2**70))
    until = asyncio.get_running_loop().time() + PATIENCE_S
    await asyncio.gather(*(office.parts.inlet.put(item, until) for item in (poisoned, good)))
    assert (len(await office.rows("inbox")), len(await office.rows("quarantined"))) == (1, 1)
