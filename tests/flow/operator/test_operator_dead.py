"""Events that were given up: shown while nothing has happened since, run again one by one or all at once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from connector.store.ids import new_id
from tests.support.office import Customer, Office
from tests.support.rows import key
from tests.support.watch import Watch

_EVENT = """
INSERT INTO event (tenant_id, id, kind, account_id, bling_id, label, source, action, provider_event_id,
                   received_at, settled_at, attempts, outcome, reason, detail, body)
VALUES ($1, $2, 'product', $3, $4, $5, 'bling', 'updated', $6, $7, $7, 12, $8, 'gave_up', 'HTTP 500', '{}')
"""


async def _event(
    office: Office, customer: Customer, bling_id: int, outcome: str = "dead", back_h: int = 2
) -> UUID:
    at = office.parts.clock.now() - timedelta(hours=back_h)
    id_ = new_id(at)
    values = (
        customer.tenant_id,
        id_,
        key(1).account_id,
        bling_id,
        f"Caneca {bling_id}",
        str(id_),
        at,
        outcome,
    )
    async with office.database.system() as conn:
        await conn.execute(_EVENT, *values)
    return id_


async def test_the_list_shows_what_still_stands(office: Office, operator: Watch, customer: Customer) -> None:
    await _event(office, customer, 1)
    await _event(office, customer, 2)
    await _event(office, customer, 2, "updated", back_h=1)
    await _event(office, customer, 3, "failed")
    page = (await operator.get("/parados")).text
    assert "Caneca 1" in page
    assert "HTTP 500" in page
    assert "Caneca 2" not in page
    assert "Caneca 3" not in page


async def test_one_is_run_again_and_leaves_the_list(
    office: Office, operator: Watch, customer: Customer
) -> None:
    one = await _event(office, customer, 1)
    await _event(office, customer, 2)
    assert (await operator.post("/parados/repetir", event=str(one))).status_code == 303
    (row,) = await office.rows("inbox")
    assert (row["bling_id"], row["source"], row["tenant_id"]) == (1, "replay", customer.tenant_id)
    page = (await operator.get("/parados")).text
    assert "Caneca 1" not in page
    assert "Caneca 2" in page


async def test_all_are_run_again_once_for_each_record(
    office: Office, operator: Watch, customer: Customer
) -> None:
    other = await office.customer()
    for bling_id in (1, 2, 3):
        await _event(office, customer, bling_id)
    await _event(office, customer, 1, back_h=5)
    await _event(office, other, 9)
    await operator.post("/parados/repetir", cliente=str(customer.tenant_id))
    assert sorted(row["bling_id"] for row in await office.rows("inbox")) == [1, 2, 3]
    await operator.post("/parados/repetir")
    assert sorted(row["bling_id"] for row in await office.rows("inbox")) == [1, 2, 3, 9]
    answer = await operator.post("/parados/repetir")
    assert answer.headers["location"].endswith("feito=nada")
    deeds = await office.rows("operator_audit", "action = 'events.revived'")
    assert len(deeds) == 2


async def test_only_what_was_given_up_is_run_again(
    office: Office, operator: Watch, customer: Customer
) -> None:
    one = await _event(office, customer, 1, "updated")
    await operator.post("/parados/repetir", event=str(one))
    assert await office.rows("inbox") == []
    assert (await operator.post("/parados/repetir", event="x")).status_code == 422
