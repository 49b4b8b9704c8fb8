"""A subscription's whole life, its messages in any order, twice or never: Stripe's truth in the end."""

from __future__ import annotations

import random

import msgspec

from connector.account.billing import take
from connector.account.licence import tell_anew
from connector.account.people import PONTE
from connector.billing.webhook import matters
from connector.domain.licence import Facts, licence_of
from connector.store import licences
from tests.support.till import DONA, Till

#: So many orders of messages, with repeats and losses.
HISTORIES = 1_000


async def test_a_thousand_histories_end_in_stripes_truth(till: Till) -> None:
    """From any stage on, whichever messages come: with one of them, or at night, Ponte knows what is true."""
    stages, messages = await _a_life(till)
    clock, database = till.parts.clock, till.parts.database
    truth = licence_of(stages[-1], clock.business_now())
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        async with database.system() as conn:
            await licences.mirror(conn, till.tenant_id, list(chance.choice(stages).subscriptions))
            await tell_anew(conn, till.tenant_id, PONTE, clock.now(), clock.business_now())
            came = chance.choices(messages, k=chance.randint(0, 2 * len(messages)))
            for number, message in enumerate(came):
                body = message.replace(b'"evt_', b'"evt_%d_%d_' % (seed, number // 2), 1)
                await take(conn, body, clock.now())
        await till.billing.work_off()
        if came:
            assert (await till.right()).licence == truth, f"seed {seed}"
        async with database.system() as conn:
            await conn.execute("UPDATE stripe_customer SET compared_at = '2000-01-01'")
        await till.billing.compare()
        assert (await till.right()).licence == truth, f"seed {seed}"


async def _a_life(till: Till) -> tuple[list[Facts], list[bytes]]:
    """What was true at each stage, and everything that Stripe told of it."""
    stages = [await _truth(till)]
    await till.unpaid()
    stages.append(await _truth(till))
    await till.wait(8)
    await till.deliver()
    stages.append(await _truth(till))
    customer = {"customer": await till.customer_id()}
    portal = till.shop.v1.billing_portal.sessions.create(customer)  # type: ignore[arg-type]
    till.shop.press(portal, "card", card="4242424242424242")
    for invoice in till.shop.v1.invoices.list({**customer, "status": "open"}).data:  # type: ignore[arg-type]
        till.shop.press(portal, "pay", invoice=invoice.id)
    await till.deliver()
    stages.append(await _truth(till))
    await till.billing.change_plan(till.tenant_id, "escala", DONA)
    stages.append(await _truth(till))
    return stages, [msgspec.json.encode(event) for event in till.shop.told() if matters(event["type"])]


async def _truth(till: Till) -> Facts:
    async with till.parts.database.system() as conn:
        facts = await licences.facts(conn, till.tenant_id)
    assert facts is not None
    return facts
