"""What the planner's word about a record, on paper, means for its two sides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from connector.domain.deals import CreateDeal, UpdateDeal
from connector.domain.drift import What, Why
from connector.domain.events import Kind, Outcome, Reason, RecordKey, RecordState, Source
from connector.domain.products import Change, Unchanged
from connector.domain.winner import Trust
from connector.store.links import Link
from connector.sync.asking import question_of
from connector.sync.deals.work import DealWork
from connector.sync.runs.verdicts import judged, signature
from connector.sync.work import Work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = RecordKey(Kind.ORDER, UUID(int=1), 7)
WRITTEN = {"title": "Pedido 7", "opportunity": "21.00", "stageId": "NEW"}
UPDATE = UpdateDeal(bitrix_id=70, fields={"title": "Pedido 7"})
CREATE = CreateDeal(fields={"title": "Pedido 7"})

Told = list[tuple[What, Why, int | None]] | None


def link(**changed: Any) -> Link:
    usual: dict[str, Any] = {
        "record": KEY,
        "bitrix_id": 70,
        "written": msgspec.json.encode(WRITTEN).decode(),
        "state": RecordState.IN_STEP,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Link(**usual | changed)


def work(pair: Link | None, plan: Any = None, *changes: tuple[str, str, str], **more: Any) -> Work:
    """An order that was looked at: its plan, and what that would change as (field, there, wanted)."""
    question = question_of(KEY, Source.RECONCILE, NOW)
    found = DealWork(KEY, question, [question], Trust.READ, NOW, pair)
    found.plan = plan
    found.changes = [Change(field, before, after, "regra", 1) for field, before, after in changes]
    for name, value in more.items():
        setattr(found, name, value)
    return found


def told(one: Work, *marked: int, is_shared: bool = False) -> Told:
    found = judged(one, marked, is_shared=is_shared)
    return None if found is None else [(f.difference.what, f.difference.why, f.bitrix_id) for f in found]


def test_a_plan_that_changes_nothing_is_no_difference() -> None:
    assert told(work(link(), Unchanged())) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("title", "Pedido 7", "Pedido 7 – Ana"), Why.CHANGED_IN_BLING),
        (("title", "Negócio do João", "Pedido 7"), Why.EDITED_IN_BITRIX24),
        (("title", "Negócio do João", "Pedido 7 – Ana"), Why.CHANGED_ON_BOTH),
        (("opportunity", "1.00", "21.00"), Why.EDITED_IN_BITRIX24),
        (("stageId", "NEW", "WON"), Why.CHANGED_IN_BLING),
    ],
)
def test_what_would_be_written_differs_and_says_whose_change_it_is(
    change: tuple[str, str, str], why: Why
) -> None:
    assert told(work(link(), UPDATE, change)) == [(What.DIFFERS, why, 70)]


def test_an_order_without_a_deal_is_missing() -> None:
    assert told(work(None, CREATE)) == [(What.MISSING, Why.NEVER_SYNCED, None)]


def test_a_deal_with_the_order_s_mark_whose_pair_was_lost_is_an_orphan() -> None:
    found = work(None, UPDATE, bitrix_id=70)
    assert told(found) == [(What.ORPHAN, Why.PAIR_LOST, 70)]
    assert told(work(None, Unchanged(), bitrix_id=70)) == [(What.ORPHAN, Why.PAIR_LOST, 70)]


def test_a_deal_that_somebody_deleted_is_deleted_whatever_would_be_done_about_it() -> None:
    ended = work(link())
    ended.end(Outcome.SKIPPED, Reason.DELETED_IN_BITRIX24)
    assert told(ended) == [(What.DELETED, Why.DELETED_IN_BITRIX24, 70)]
    again = work(link(gone_at=NOW), CREATE)
    assert told(again) == [(What.DELETED, Why.DELETED_IN_BITRIX24, 70)]


def test_an_order_that_is_gone_in_bling_is_deleted_with_what_would_become_of_its_deal() -> None:
    found = work(link(), UPDATE, ("stageId", "NEW", "LOSE"), gone_in_bling=True)
    assert told(found) == [(What.DELETED, Why.GONE_IN_BLING, 70)]


def test_where_its_deal_is_left_alone_it_is_told_until_that_is_known() -> None:
    for pair, expected in (
        (link(), [(What.DELETED, Why.GONE_IN_BLING, 70)]),
        (link(reason=Reason.TOGGLE_OFF), []),
    ):
        found = work(pair, gone_in_bling=True)
        found.end(Outcome.SKIPPED, Reason.TOGGLE_OFF)
        assert told(found) == expected


def test_a_deal_of_an_order_that_is_nowhere_is_an_orphan_and_of_none_nothing() -> None:
    found = work(None)
    found.end(Outcome.SKIPPED, Reason.NOT_LINKED)
    assert told(found, 99) == [(What.ORPHAN, Why.GONE_IN_BLING, 99)]
    assert told(found) == []


def test_a_second_deal_with_the_same_mark_is_a_double_beside_what_differs() -> None:
    found = work(link(), UPDATE, ("title", "Negócio", "Pedido 7"))
    assert told(found, 98, 70) == [
        (What.DIFFERS, Why.EDITED_IN_BITRIX24, 70),
        (What.DOUBLE, Why.TWO_IN_BITRIX24, 98),
    ]


def test_two_orders_with_one_deal_are_a_double_and_nothing_else() -> None:
    found = work(link(), UPDATE, ("title", "Negócio", "Pedido 7"))
    assert told(found, is_shared=True) == [(What.DOUBLE, Why.TWO_IN_BLING, 70)]


@pytest.mark.parametrize(
    "reason",
    [Reason.BEFORE_START, Reason.FILTERED, Reason.CREATE_OFF, Reason.STALE, Reason.NOT_A_SALE],
)
def test_what_takes_no_part_is_no_difference(reason: Reason) -> None:
    found = work(None)
    found.end(Outcome.SKIPPED, reason)
    assert told(found) == []


@pytest.mark.parametrize("reason", [Reason.QUOTA, Reason.LICENCE, Reason.NEEDS_RECONNECT, Reason.RUN_PAUSED])
def test_what_cannot_be_looked_at_says_nothing_of_its_sides(reason: Reason) -> None:
    found = work(link())
    found.hold(reason)
    assert told(found) is None


def test_a_vendor_that_does_not_answer_says_nothing_either() -> None:
    found = work(link())
    found.postpone(NOW, counts=True)
    assert told(found) is None


def test_an_order_that_waits_for_a_stage_is_missing_until_it_has_a_deal() -> None:
    for pair, expected in ((None, [(What.MISSING, Why.NEVER_SYNCED, None)]), (link(), [])):
        found = work(pair)
        found.hold(Reason.STAGE_MISSING)
        assert told(found) == expected


def test_two_looks_show_the_same_only_while_neither_side_moves() -> None:
    def seen(there: str, wanted: str) -> bytes:
        found = work(link(), UPDATE, ("title", there, wanted), target={"title": wanted})
        return signature(found, judged(found, (), is_shared=False) or [])

    assert seen("Negócio", "Pedido 7") == seen("Negócio", "Pedido 7")
    assert len({seen("Negócio", "Pedido 7"), seen("Outro", "Pedido 7"), seen("Negócio", "Pedido 8")}) == 3
