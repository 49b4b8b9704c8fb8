"""Held and discarded changes in words."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from connector.domain.events import Kind, Outcome, Reason, RecordKey
from connector.domain.guard_rail import DEFAULTS, Cause, Limit, Limits, Side, Suspicion
from connector.store.holds import Hold, HoldState, Item, ItemState
from dashboard.reader import Reader, reading
from dashboard.telling import reasons
from dashboard.telling.holds import Story, form_of, holds, protection

AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def portuguese() -> None:
    reading(Reader())


def hold(**more: object) -> Hold:
    values: dict[str, object] = {
        "id": UUID(int=1),
        "cause": Cause.PRICE_ZERO,
        "side": Side.BITRIX24,
        "run": "",
        "state": HoldState.OPEN,
        "opened_at": AT,
        "records": 2,
        "decided_at": None,
        "decided_by": None,
    }
    return Hold(**{**values, **more})  # type: ignore[arg-type]


def item(bling_id: int = 1, state: ItemState = ItemState.HELD, written: str = "59.90") -> Item:
    return Item(
        record=RecordKey(Kind.PRODUCT, UUID(int=2), bling_id),
        bitrix_id=9,
        label="Copo",
        sku="C-1",
        state=state,
        suspicions=(Suspicion(cause=Cause.PRICE_ZERO, field="price", before="59.90", after="0"),),
        at=AT,
        written={"price": written},
    )


def shown(one: Hold, held: tuple[Item, ...] = (), written: tuple[Item, ...] = ()):
    story = Story(hold=one, held=held, written=written)
    (found,) = holds([story], [], may_decide=True, said="", refused="").open
    return found


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("side", Side)
def test_every_cause_on_every_side_has_its_words(cause: Cause, side: Side) -> None:
    found = shown(hold(cause=cause, side=side))
    assert found.title
    assert ("Bling" if side is Side.BLING else "Bitrix24") in found.sentence


@pytest.mark.parametrize(
    ("run", "word"),
    [
        ("", "Mudanças ao vivo"),
        ("run:7", "Importação ou conferência"),
        ("mapping:3", "Mapeamento aplicado ao que já existia"),
        ("surprise:3", "Importação ou conferência"),
    ],
)
def test_where_the_changes_came_from_is_said(run: str, word: str) -> None:
    assert word in shown(hold(run=run)).facts


@pytest.mark.parametrize(("written", "label"), [("0", "Gravado"), ("59.90", "Já corrigido")])
def test_what_was_written_before_says_how_it_stands(written: str, label: str) -> None:
    (row,) = shown(hold(), written=(item(state=ItemState.WRITTEN, written=written),)).written
    assert row.chip is not None
    assert row.chip.label == label


def test_a_record_that_bling_does_not_know_has_no_page() -> None:
    known, unknown = shown(hold(), held=(item(1), item(-45))).rows
    assert (known.url, unknown.url) == ("/registros/product/1", "")


def test_what_is_not_listed_is_counted() -> None:
    assert shown(hold(records=3), held=(item(),)).more == "e mais 2 produtos"
    assert shown(hold(records=1), held=(item(),)).more == ""


def test_a_decided_one_says_by_whom() -> None:
    done = hold(state=HoldState.DISCARDED, decided_at=AT, decided_by="Dona")
    (line,) = holds([], [done], may_decide=True, said="", refused="").decided
    assert (line.chip.label, line.who, line.count) == ("Descartada", "Dona", "2 produtos")


def test_the_form_carries_every_limit() -> None:
    limits = Limits(deactivated=Limit(on=False, records=50))
    form = form_of(limits)
    rows = protection(form, {}, editable=True, saved="").rows
    assert [row.on for row in rows] == [True, True, False]
    assert [field.value for row in rows for field in row.fields] == ["3", "10", "20", "500", "50"]
    assert form_of(DEFAULTS)["deactivated.on"] == "yes"


@pytest.mark.parametrize(
    ("outcome", "short"),
    [
        (Outcome.HELD, "mudança fora do comum"),
        (Outcome.SKIPPED, "mudança descartada"),
        (Outcome.UPDATED, "mudança descartada"),
        (None, "mudança fora do comum"),
    ],
)
def test_the_reason_says_whether_somebody_has_decided(outcome: Outcome | None, short: str) -> None:
    told = reasons.told(Reason.GUARD_RAIL, Kind.PRODUCT, outcome)
    assert told is not None
    assert told.short == short
