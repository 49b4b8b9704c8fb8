"""What is odd about a change, and when many of them are an incident."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.events import LANES, Action, Event, Kind, RecordKey, Source
from connector.domain.guard_rail import (
    DEFAULTS,
    Cause,
    Decision,
    Limit,
    Limits,
    Suspicion,
    goes_off,
    limits_of,
    price_moves,
    run_of,
    stopped,
)

ACCOUNT = UUID(int=1)
KEYS = st.integers(1, 60).map(lambda number: RecordKey(Kind.PRODUCT, ACCOUNT, number))
MOVES = st.dictionaries(KEYS, st.sets(st.sampled_from(Cause), min_size=1), max_size=60)
PASSED = st.dictionaries(st.sampled_from(Cause), st.frozensets(KEYS, max_size=30))
LIMITS = st.builds(
    Limits,
    price_zero=st.builds(Limit, on=st.booleans(), records=st.integers(2, 30)),
    deactivated=st.builds(Limit, on=st.booleans(), records=st.integers(2, 30)),
)


def cause(before: str | None, after: str | None, limits: Limits = DEFAULTS) -> Cause | None:
    found = price_moves("price", before, after, limits)
    return None if found is None else found.cause


@pytest.mark.parametrize(
    ("before", "after", "odd"),
    [
        ("59.90", "0", Cause.PRICE_ZERO),
        ("59.90", "0.00", Cause.PRICE_ZERO),
        ("59.90", "", Cause.PRICE_ZERO),
        ("100", "19.99", Cause.PRICE_JUMP),
        ("100", "20", None),
        ("100", "500", None),
        ("100", "500.01", Cause.PRICE_JUMP),
        ("100", "99", None),
        ("0", "0.00", None),
        ("0", "1000", None),
        (None, "0", None),
        ("", "0", None),
        ("100", None, None),
        ("dez", "0", None),
        ("10", "NaN", None),
    ],
)
def test_a_price_is_odd_when_it_goes_to_zero_or_out_of_proportion(
    before: str | None, after: str | None, odd: Cause | None
) -> None:
    assert cause(before, after) is odd


def test_a_limit_that_is_off_finds_nothing_odd() -> None:
    off = msgspec.convert({"price_zero": {"on": False, "records": 3}}, Limits)
    assert cause("10", "0", off) is None


@pytest.mark.parametrize(
    ("before", "after", "odd"),
    [("Y", "N", True), (None, "N", True), ("N", "N", False), ("Y", "Y", False), ("Y", None, False)],
)
def test_a_record_is_deactivated_once(before: str | None, after: str | None, odd: bool) -> None:
    assert (goes_off("active", before, after, "N", DEFAULTS) is not None) is odd


@given(MOVES, PASSED, st.sets(st.sampled_from(Cause)), LIMITS)
def test_only_planned_records_are_stopped_and_only_for_what_is_odd_about_them(
    moves: dict[RecordKey, set[Cause]],
    passed: dict[Cause, frozenset[RecordKey]],
    open_: set[Cause],
    limits: Limits,
) -> None:
    for key, causes in stopped(moves, passed, open_, limits).items():
        assert causes
        assert causes <= moves[key]


@given(MOVES, PASSED, LIMITS)
def test_all_records_of_an_incident_are_stopped_or_none(
    moves: dict[RecordKey, set[Cause]], passed: dict[Cause, frozenset[RecordKey]], limits: Limits
) -> None:
    found = stopped(moves, passed, (), limits)
    for one in Cause:
        planned = {key for key, causes in moves.items() if one in causes}
        count = len(planned | passed.get(one, frozenset()))
        expected = planned if limits.of(one).on and count >= limits.of(one).records else set()
        assert {key for key, causes in found.items() if one in causes} == expected


@given(MOVES, LIMITS)
def test_a_single_records_change_is_never_stopped(moves: dict[RecordKey, set[Cause]], limits: Limits) -> None:
    for key, causes in moves.items():
        assert stopped({key: causes}, {one: frozenset({key}) for one in Cause}, (), limits) == {}


@given(MOVES, st.sets(st.sampled_from(Cause)), LIMITS)
def test_what_comes_while_people_are_asked_joins(
    moves: dict[RecordKey, set[Cause]], open_: set[Cause], limits: Limits
) -> None:
    found = stopped(moves, {}, open_, limits)
    for key, causes in moves.items():
        assert causes & open_ <= found.get(key, frozenset())


@given(st.lists(KEYS, max_size=60), st.integers(1, 7), st.integers(2, 30))
def test_in_whatever_chunks_they_come_fewer_than_the_limit_pass(
    keys: list[RecordKey], size: int, records: int
) -> None:
    limits = Limits(price_zero=Limit(records=records))
    passed: set[RecordKey] = set()
    is_open = False
    for start in range(0, len(keys), size):
        moves = {key: {Cause.PRICE_ZERO} for key in keys[start : start + size]}
        opened = {Cause.PRICE_ZERO} if is_open else set()
        found = stopped(moves, {Cause.PRICE_ZERO: passed}, opened, limits)
        passed |= moves.keys() - found.keys()
        is_open |= bool(found)
    assert len(passed) < records
    assert is_open == (len(set(keys)) >= records)


@pytest.mark.parametrize(
    ("source", "name", "run"),
    [
        (Source.IMPORT, "run:7:1001", "run:7"),
        (Source.RECONCILE, "run:7:a:1001", "run:7"),
        (Source.REPLAY, "mapping:3:e", "mapping:3"),
        (Source.REPLAY, "replay:e", ""),
        (Source.IMPORT, "asked:e", ""),
        (Source.BLING, "run:7:1001", ""),
    ],
)
def test_events_of_one_run_are_known_by_their_names(source: Source, name: str, run: str) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    event = Event(
        id=UUID(int=2),
        record=RecordKey(Kind.PRODUCT, ACCOUNT, 1),
        source=source,
        action=Action.UPDATED,
        lane=LANES[source],
        provider_event_id=name,
        date=None,
        bare_date=False,
        received_at=at,
        attempts=0,
        body=b"{}",
    )
    assert run_of(event) == run


@pytest.mark.parametrize("after", ["0", "1"])
def test_a_decision_covers_the_value_that_was_seen(after: str) -> None:
    seen = Suspicion(cause=Cause.PRICE_ZERO, field="price", before="10", after="0")
    now = Suspicion(cause=Cause.PRICE_JUMP, field="price", before="12", after=after)
    assert Decision(approved=True, suspicions=(seen,)).covers(now) is (after == "0")


@pytest.mark.parametrize("kept", [None, {"price_zero": {"records": 0}}, {"other": 1}, 7])
def test_limits_that_cannot_be_read_are_the_defaults(kept: object) -> None:
    assert limits_of(kept) == DEFAULTS
