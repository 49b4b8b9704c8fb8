"""The daily digest: once each morning, to who wants it, about yesterday and what needs somebody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.account.digest import send_due
from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState
from connector.domain.rounds import Round, next_time
from connector.store import links
from connector.store.links import Link
from connector.store.people import Role
from tests.support.desk import Desk, Visitor
from tests.support.office import PASSWORD, Customer, Office

BRAZIL = ZoneInfo("America/Sao_Paulo")
DAY = timedelta(days=1)


@pytest.fixture
async def morning(desk: Desk, customer: Customer) -> datetime:
    """The customer's next morning, planned."""
    now = desk.parts.clock.now()
    assert await send_due(desk.database, desk.parts.vault, now, now) == 0
    return next_time(Round.DIGEST, customer.tenant_id, BRAZIL, now)


async def _comes(desk: Desk, at: datetime) -> int:
    """How many mails are written when it is that time."""
    return await send_due(desk.database, desk.parts.vault, desk.parts.clock.now(), at)


async def _happened(desk: Desk, customer: Customer, outcome: Outcome, n: int) -> None:
    """Events that settled yesterday, as the digest of the coming morning has it."""
    at = desk.parts.clock.now().replace(minute=0, second=0, microsecond=0)
    async with desk.database.tenant(customer.tenant_id) as conn:
        await conn.execute(
            "INSERT INTO event_hour (tenant_id, hour, kind, outcome, latency, n)"
            " VALUES ($1, $2, 'product', $3, 5, $4)",
            *(customer.tenant_id, at, outcome, n),
        )


async def _needed(desk: Desk, customer: Customer) -> None:
    now = desk.parts.clock.now()
    record = RecordKey(Kind.PRODUCT, customer.account_id, 1)
    row = Link(
        record=record,
        label="Copo",
        state=RecordState.NEEDS_YOU,
        reason=Reason.AMBIGUOUS,
        created_at=now,
        updated_at=now,
    )
    async with desk.database.tenant(customer.tenant_id) as conn:
        await links.save(conn, customer.tenant_id, [row])


async def test_a_busy_day_is_told_the_next_morning_once(
    desk: Desk, customer: Customer, morning: datetime
) -> None:
    await _happened(desk, customer, Outcome.CREATED, 3)
    await _happened(desk, customer, Outcome.FAILED, 2)
    assert await _comes(desk, morning - timedelta(minutes=1)) == 0
    # Yesterday is whichever day the events above fell in, seen from the morning after it.
    day_after = morning if morning.astimezone(BRAZIL).date() > _today(desk) else morning + DAY
    assert await _comes(desk, day_after) == 1
    assert await _comes(desk, day_after + timedelta(minutes=5)) == 0
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"].startswith("Ponte em ")
    assert "3 criados, 0 atualizados, 2 falharam" in mail["text"]
    assert desk.parts.settings.app_url in mail["text"]


def _today(desk: Desk) -> date:
    return desk.parts.clock.now().astimezone(BRAZIL).date()


async def test_a_quiet_day_is_told_nobody(desk: Desk, customer: Customer, morning: datetime) -> None:
    assert await _comes(desk, morning) == 0
    assert await desk.mails(customer.email) == []


async def test_a_quiet_day_with_trouble_is_told(desk: Desk, customer: Customer, morning: datetime) -> None:
    await _needed(desk, customer)
    assert await _comes(desk, morning) == 1
    (mail,) = await desk.mails(customer.email)
    assert mail["subject"].endswith(": 1 precisa de você")
    assert "mais de um produto do Bitrix24 combina" in mail["text"]


async def test_every_morning_again(desk: Desk, customer: Customer, morning: datetime) -> None:
    await _needed(desk, customer)
    assert [await _comes(desk, morning + DAY * number) for number in range(3)] == [1, 1, 1]


async def test_a_week_that_was_slept_through_is_one_mail(
    desk: Desk, customer: Customer, morning: datetime
) -> None:
    await _needed(desk, customer)
    assert await _comes(desk, morning + DAY * 7) == 1
    assert await _comes(desk, morning + DAY * 7 + timedelta(minutes=1)) == 0


async def test_viewers_get_none_and_everybody_reads_their_own_language(
    desk: Desk, office: Office, customer: Customer, morning: datetime
) -> None:
    viewer, admin = (
        await office.colleague(customer, Role.VIEWER),
        await office.colleague(customer, Role.ADMIN),
    )
    async with desk.database.system() as conn:
        await conn.execute("UPDATE person SET language = 'en' WHERE email = $1", admin)
    await _needed(desk, customer)
    assert await _comes(desk, morning) == 2
    assert await desk.mails(viewer) == []
    assert (await desk.mails(admin))[0]["subject"].endswith(": 1 needs you")


@pytest.fixture
async def owner(desk: Desk, customer: Customer) -> Visitor:
    visitor = desk.visitor()
    await visitor.sign_in(customer.email, PASSWORD)
    await visitor.get("/equipe")
    return visitor


async def test_who_does_not_want_it_gets_none(
    desk: Desk, customer: Customer, owner: Visitor, morning: datetime
) -> None:
    await owner.post("/equipe/avisos", bling="yes", quiet="yes")
    await _needed(desk, customer)
    assert await _comes(desk, morning) == 0


async def test_who_asks_for_it_hears_of_quiet_days_too(
    desk: Desk, customer: Customer, owner: Visitor, morning: datetime
) -> None:
    assert 'name="quiet" value="yes">' in (await owner.get("/equipe")).text
    await owner.post("/equipe/avisos", digest="yes", quiet="yes")
    assert 'name="quiet" value="yes" checked' in (await owner.get("/equipe")).text
    assert await _comes(desk, morning) == 1
    assert (await desk.mails(customer.email))[0]["subject"].endswith(": tudo em dia")


async def test_each_tenant_has_its_own_morning(desk: Desk, office: Office, customer: Customer) -> None:
    other = await office.customer()
    async with desk.database.system() as conn:
        await conn.execute(
            "UPDATE tenant SET timezone = 'America/Rio_Branco' WHERE tenant_id = $1", other.tenant_id
        )
    now = desk.parts.clock.now()
    await send_due(desk.database, desk.parts.vault, now, now)
    turns = {row["tenant_id"]: row["digest_at"] for row in await desk.rows("tenant")}
    for tenant, zone in ((customer.tenant_id, BRAZIL), (other.tenant_id, ZoneInfo("America/Rio_Branco"))):
        assert turns[tenant].astimezone(zone).hour == 7
