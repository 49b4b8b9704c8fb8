"""The timeline of an event that was held: when, for how long, why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from connector.domain.events import Action, Kind, Outcome, Reason, RecordKey, Source
from connector.store.history import EventDetail, SyncRow, Wait
from dashboard.telling.way import way

NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
SOME = UUID(int=7)
HOUR = timedelta(hours=1)
HELD = EventDetail(
    id=SOME,
    record=RecordKey(Kind.PRODUCT, SOME, 7),
    bitrix_id=None,
    label="Bule",
    sku="BUL",
    source=Source.BLING,
    action=Action.UPDATED,
    provider_event_id="e",
    event_date=None,
    received_at=NOON,
    settled_at=NOON + 3 * HOUR,
    due_at=None,
    attempts=0,
    outcome=Outcome.UPDATED,
    reason=None,
    detail=None,
    sync_id=SOME,
    body=b"{}",
    waits=(Wait(Reason.NEEDS_RECONNECT, NOON, NOON + 2 * HOUR),),
)


def sync(started_at: datetime) -> SyncRow:
    return SyncRow(
        id=SOME,
        record=HELD.record,
        bitrix_id=1,
        event_id=SOME,
        outcome=Outcome.UPDATED,
        reason=None,
        mapping_version=1,
        started_at=started_at,
        settled_at=NOON + 3 * HOUR,
        plan="[]",
        changes="[]",
        calls=[],
    )


def titles(event: EventDetail, started_at: datetime | None = None) -> list[str]:
    return [step.title for step in way(event, sync(started_at) if started_at else None, (), ())]


def test_a_hold_stands_between_its_arrival_and_its_work() -> None:
    steps = way(HELD, sync(NOON + 2 * HOUR), (), ())
    assert [step.title for step in steps][:4] == ["Recebido", "Verificado", "Aguardou", "Liberado"]
    assert steps[2].text == "De 23/11/2026 12:00:00 a 14:00:00: conexão expirada."
    assert (steps[2].since, steps[3].since) == ("+2 h", "+0 ms")


def test_a_hold_of_days_says_both() -> None:
    long = (Wait(Reason.LICENCE, NOON - 48 * HOUR, NOON),)
    step = way(msgspec.structs.replace(HELD, waits=long), None, (), ())[2]
    assert step.text == "De 21/11/2026 12:00:00 a 23/11/2026 12:00:00: licença."


def test_a_queue_after_it_is_told_as_well() -> None:
    assert titles(HELD, NOON + 3 * HOUR)[2:5] == ["Aguardou", "Esperou", "Liberado"]


def test_an_event_that_wrote_nothing_tells_its_hold_too() -> None:
    skipped = msgspec.structs.replace(HELD, outcome=Outcome.SKIPPED, reason=Reason.TOGGLE_OFF)
    assert titles(skipped) == ["Recebido", "Verificado", "Aguardou", "Ignorado"]


def test_one_that_nobody_ended_lasted_until_the_event_did() -> None:
    lapsed = (Wait(Reason.LICENCE, NOON, None),)
    dead = msgspec.structs.replace(HELD, outcome=Outcome.DEAD, reason=Reason.EXPIRED, waits=lapsed)
    assert titles(dead) == ["Recebido", "Verificado", "Aguardou", "Não gravado"]


@pytest.mark.parametrize("reason", [Reason.LICENCE, "a_code_of_tomorrow"])
def test_what_is_still_held_says_since_when(reason: str) -> None:
    held = msgspec.structs.replace(
        HELD, outcome=Outcome.HELD, reason=reason, settled_at=None, waits=(Wait(reason, NOON, None),)
    )
    last = way(held, None, (), ())[-1]
    assert last.title == "Aguardando"
    assert last.text.startswith("Desde 23/11/2026 12:00:00. ")


def test_what_was_released_at_once_is_told_nobody() -> None:
    brief = (Wait(Reason.GUARD_RAIL, NOON, NOON + timedelta(milliseconds=3)),)
    assert "Aguardou" not in titles(msgspec.structs.replace(HELD, waits=brief), NOON)
