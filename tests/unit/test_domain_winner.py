"""Which event wins: newest date, and a read wherever there is doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import Action, Event, Kind, Lane, RecordKey, Source, coalesce
from connector.domain.winner import NOTHING_KNOWN, Known, Trust, judge

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = UUID(int=7)


def event(seconds: int = 0, body: bytes = b"a", **changes: object) -> Event:
    fields: dict[str, object] = {
        "id": uuid4(),
        "record": RecordKey(Kind.PRODUCT, ACCOUNT, 1),
        "source": Source.BLING,
        "action": Action.UPDATED,
        "lane": Lane.LIVE,
        "provider_event_id": "e",
        "date": NOON + timedelta(seconds=seconds),
        "bare_date": False,
        "received_at": NOON,
        "attempts": 0,
        "body": body,
    }
    return Event(**{**fields, **changes})


events_strategy = st.lists(
    st.builds(
        event,
        seconds=st.integers(0, 5),
        body=st.sampled_from([b"a", b"b", b"c"]),
        action=st.sampled_from(Action),
    ),
    min_size=1,
    max_size=12,
)


@given(events_strategy)
def test_the_winner_has_the_newest_date_in_any_order_of_arrival(events):
    newest = max(one.date for one in events)
    assert judge(events, NOTHING_KNOWN).event.date == newest
    assert judge(events[::-1], NOTHING_KNOWN).event.date == newest


@given(events_strategy)
def test_a_payload_is_trusted_only_when_no_other_event_of_its_second_differs(events):
    verdict = judge(events, NOTHING_KNOWN)
    if verdict.trust is Trust.PAYLOAD:
        rivals = [one for one in events if one.date == verdict.event.date]
        assert {one.body for one in rivals} == {verdict.event.body}


@given(events_strategy, st.integers(6, 100))
def test_nothing_older_than_what_was_written_is_ever_written(events, seconds):
    known = Known(NOON + timedelta(seconds=seconds), False, b"x")
    assert judge(events, known).trust in (Trust.STALE, Trust.READ)


def test_one_event_is_taken_at_its_word():
    assert judge([event()], NOTHING_KNOWN).trust is Trust.PAYLOAD


def test_older_than_written_is_stale():
    assert judge([event(-1)], Known(NOON, False, b"a")).trust is Trust.STALE


def test_the_same_second_with_another_payload_is_read():
    assert judge([event(body=b"b")], Known(NOON, False, b"a")).trust is Trust.READ


def test_the_same_second_with_the_same_payload_is_taken():
    assert judge([event(body=b"a")], Known(NOON, False, b"a")).trust is Trust.PAYLOAD


def test_equal_payloads_in_different_messages_are_no_doubt():
    def same(body: bytes) -> bytes:
        return b"same"

    assert judge([event(body=b"a"), event(body=b"b")], NOTHING_KNOWN, same).trust is Trust.PAYLOAD


def test_dates_of_both_forms_within_a_day_are_read():
    assert judge([event(bare_date=True)], Known(NOON, False, b"a")).trust is Trust.READ
    assert judge([event(5, bare_date=True), event()], NOTHING_KNOWN).trust is Trust.READ


def test_dates_of_both_forms_days_apart_are_in_order():
    known = Known(NOON - timedelta(days=2), False, b"a")
    assert judge([event(bare_date=True)], known).trust is Trust.PAYLOAD


def test_a_deletion_is_final():
    assert judge([event(action=Action.DELETED), event(-3)], NOTHING_KNOWN).trust is Trust.GONE


def test_an_update_after_a_deletion_is_checked_by_reading():
    assert judge([event(3), event(action=Action.DELETED)], NOTHING_KNOWN).trust is Trust.READ
    assert judge([event(3)], Known(NOON, False, b"a", deleted=True)).trust is Trust.READ


def test_a_replay_reads_the_present_record():
    replay = event(source=Source.REPLAY, date=None)
    assert judge([event(9), replay], NOTHING_KNOWN).trust is Trust.READ
    assert judge([event(9), replay], NOTHING_KNOWN).event is replay


def test_coalescing_keeps_every_event_and_groups_by_record():
    one, other = event(), event(record=RecordKey(Kind.PRODUCT, ACCOUNT, 2))
    again = event(1)
    groups = coalesce([one, other, again])
    assert sorted(len(group) for group in groups.values()) == [1, 2]
    assert {item.id for group in groups.values() for item in group} == {one.id, other.id, again.id}


def test_live_records_come_before_imports():
    imported = event(record=RecordKey(Kind.PRODUCT, ACCOUNT, 2), lane=Lane.IMPORT, source=Source.IMPORT)
    live = event(received_at=NOON + timedelta(hours=1))
    assert next(iter(coalesce([imported, live]))) == live.record
