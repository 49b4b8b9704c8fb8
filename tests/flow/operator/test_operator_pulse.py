"""Is Bling still sending? Counted where messages come in, held against the usual, told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.account import operator_pulse
from connector.domain import pulse
from connector.store import operator_pulse as store
from server.heard import Heard
from tests.support.office import Customer, Office, message
from tests.support.watch import Watch

NOON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
BUSY = 600


def _weeks(n: int, back: range = range(1, 5), around: datetime = NOON) -> dict[datetime, int]:
    """So many messages in each hour about this one, some weeks back."""
    hour = pulse.hour_of(around)
    return {hour - week * pulse.WEEK + shift * pulse.HOUR: n for week in back for shift in range(-30, 3)}


def test_the_usual_is_the_mean_of_the_weeks_that_were_counted() -> None:
    hour = pulse.hour_of(NOON)
    hours = {hour - pulse.WEEK: 100, hour - 2 * pulse.WEEK: 50}
    assert pulse.usual(hours, hour) == 75
    assert pulse.usual({}, hour) == 0


@pytest.mark.parametrize(
    ("hourly", "silent_for", "silent"),
    [
        (BUSY, timedelta(minutes=9), False),  # never so soon
        (BUSY, timedelta(minutes=11), True),
        (6, timedelta(hours=3), False),  # 18 would have come
        (6, timedelta(hours=4), True),
        (0, timedelta(days=3), False),
    ],
)
def test_silence_is_what_chance_cannot_explain(hourly: int, silent_for: timedelta, silent: bool) -> None:
    assert pulse.is_silent(_weeks(hourly), NOON - silent_for, NOON) is silent


def test_a_young_installation_raises_no_alarm() -> None:
    hours = {pulse.hour_of(NOON) - shift * pulse.HOUR: BUSY for shift in range(24)}
    assert not pulse.is_silent(hours, NOON - timedelta(hours=5), NOON)


def test_a_quiet_night_is_no_silence() -> None:
    hours = {hour: n for hour, n in _weeks(BUSY).items() if 8 <= hour.hour < 20}
    morning = NOON.replace(hour=7)
    assert not pulse.is_silent(hours, morning - timedelta(hours=10), morning)


async def test_messages_are_counted_by_resource(office: Office, customer: Customer) -> None:
    for event in ("product.updated", "product.created", "order.updated"):
        await office.bling_sends(message(customer.company_id, event))
    await office.bling_sends(message("f" * 32))
    heard: Heard = office.parts.inlet._heard  # type: ignore[assignment]
    await heard.write()
    minutes = await office.rows("message_minute")
    totals: dict[str, int] = {}
    for row in minutes:
        totals[row["resource"]] = totals.get(row["resource"], 0) + row["n"]
    assert totals == {"product": 3, "order": 1}
    assert sum(row["n"] for row in await office.rows("message_hour")) == 4


async def _count(office: Office, hours: dict[datetime, int], resource: str = "order") -> None:
    async with office.database.system() as conn:
        await store.count(conn, {(resource, hour): n for hour, n in hours.items()})


async def test_a_silence_is_told_once_to_every_operator_and_so_is_its_end(
    office: Office, operator: Watch
) -> None:
    parts = office.parts
    await _count(office, _weeks(BUSY) | {NOON - timedelta(minutes=30): 5})
    assert await operator_pulse.watch(parts.database, parts.vault, NOON - timedelta(minutes=25)) == 0
    assert await operator_pulse.watch(parts.database, parts.vault, NOON) == 1
    assert await operator_pulse.watch(parts.database, parts.vault, NOON) == 0
    assert len(await office.rows("mail")) == 1
    await _count(office, {NOON: 1})
    assert await operator_pulse.watch(parts.database, parts.vault, NOON + timedelta(minutes=1)) == 1
    assert await office.rows("silence") == []


async def test_the_screen_shows_the_silent_first(office: Office, operator: Watch) -> None:
    now = office.parts.clock.now()
    await _count(office, _weeks(BUSY, around=now) | {now - timedelta(hours=1): 5}, "order")
    await _count(office, {now: 7}, "product")
    await operator_pulse.watch(office.database, office.parts.vault, now)
    page = (await operator.get("/pulso")).text
    assert page.index("Em silêncio") < page.index("Enviando")
    assert page.index(">Pedidos<") < page.index(">Produtos<")


async def test_old_counts_are_forgotten(office: Office) -> None:
    await _count(office, {NOON: 1, NOON - timedelta(days=9): 1, NOON - timedelta(days=40): 1})
    async with office.database.system() as conn:
        await operator_pulse.forget(conn, NOON)
    assert [row["minute"] for row in await office.rows("message_minute")] == [NOON]
    assert len(await office.rows("message_hour")) == 2
