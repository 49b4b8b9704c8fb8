"""Records that only Bitrix24 has: no Bling id is shown, and Bitrix24's is."""

from __future__ import annotations

from connector.domain.events import Action, Kind
from connector.sync.portal import intake
from connector.sync.portal.intake import Notice
from tests.support.office import Customer, Office


async def test_an_event_of_one_has_no_bling_id(office: Office, customer: Customer) -> None:
    await _heard(office, customer)
    (event,) = (await office.api(customer, "GET", "/events")).json()["items"]
    assert (event["source"], event["record"]["bling_id"], event["record"]["bitrix_id"]) == (
        "bitrix24",
        None,
        "45",
    )


async def test_nor_has_its_record(office: Office, customer: Customer) -> None:
    async with office.database.system() as conn:
        await conn.execute(
            "INSERT INTO link (tenant_id, kind, account_id, bling_id, label, state, reason, created_at,"
            " updated_at) VALUES ($1, 'product', $2, -45, 'Copo', 'excluded', 'create_off', now(), now())",
            customer.tenant_id,
            customer.account_id,
        )
    (record,) = (await office.api(customer, "GET", "/records")).json()["items"]
    assert (record["bling_id"], record["bitrix_id"], record["label"]) == (None, "45", "Copo")


async def _heard(office: Office, customer: Customer) -> None:
    engine = office.parts.engine
    notice = Notice(id="heard", kind=Kind.PRODUCT, bitrix_id=45, action=Action.CREATED, at=engine.clock())
    await intake.store(engine, customer.tenant_id, customer.account_id, [notice])
