"""A first look at a page of orders: which deals are as they should be, by what lists show of both sides."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from connector.bitrix24.batch import Command, Done
from connector.bitrix24.packer import Packer
from connector.domain.deals import Allowed
from connector.domain.events import Kind, RecordKey, RecordState
from connector.domain.mapping import Lens, MappingVersion, Rule, default
from connector.domain.orders import Filter
from connector.domain.transforms import Text
from connector.store.links import Link
from connector.sync.context import Context
from connector.sync.deals.wishes import DealWishes
from connector.sync.runs.deal_look import DealLook

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = UUID(int=1)
ROW: dict[str, Any] = {
    "id": 7,
    "numero": 1001,
    "numeroLoja": "",
    "data": "2026-11-20",
    "dataSaida": "2026-11-20",
    "dataPrevista": "2026-11-27",
    "total": 21,
    "contato": {"id": 5, "nome": "Maria da Silva"},
    "situacao": {"id": 6, "valor": 0},
    "loja": {"id": 0},
}
WRITTEN = {
    "title": "Pedido 1001 – Maria da Silva",
    "opportunity": "21.00",
    "currencyId": "BRL",
    "originatorId": "ponte",
    "originId": "c:7",
    "begindate": "2026-11-20",
    "closedate": "2026-11-27",
    "stageId": "NEW",
    "categoryId": "0",
    "contactId": "12",
    "comments": "do Bling",
    "productRows": "[]",
    "@situation": "6",
    "@valor": "0",
}
DEAL = {
    **{name: value for name, value in WRITTEN.items() if name[0] != "@" and name != "productRows"},
    "id": 70,
    "opportunity": 21,
    "contactId": 12,
    "begindate": "2026-11-20T03:00:00+03:00",
}
KEEPING = Rule(id="nota", bling="observacoes", bitrix24="comments", transform=Text(), policy="keep")


@dataclass
class Portal:
    """Deals by id; remembers what it was asked for."""

    deals: Sequence[dict[str, Any]] = (DEAL,)
    asked: list[Command] = field(default_factory=list)

    async def run(self, commands: Sequence[Command]) -> list[Done]:
        self.asked += commands
        ids = {one for command in commands for one in command.params["filter"]["@id"]}
        return [Done({"items": [one for one in self.deals if one["id"] in ids]}, UUID(int=0))]


def look(portal: Portal, *, keeps: bool = False, **wishes: Any) -> DealLook:
    mapping = default(Kind.ORDER)
    rules = tuple(rule for rule in mapping.rules if rule.bitrix24 != "comments" or not keeps)
    lens = Lens(MappingVersion(kind=Kind.ORDER, version=1, rules=(*rules, *([KEEPING] if keeps else []))))
    usual: dict[str, Any] = {
        "order": lens,
        "sale": lens,
        "allowed": Allowed(create=True, update=True),
        "sales": False,
        "recreate": False,
        "products": False,
        "on_deleted": "nothing",
        "filter": Filter(),
        "connected": {ACCOUNT: date(2026, 11, 1)},
    }
    context = SimpleNamespace(deals=DealWishes(**usual | wishes), companies={ACCOUNT: "c"})
    return DealLook(cast("Context", context), cast("Packer", portal))


def link(bling_id: int = 7, written: dict[str, str] | None = None, **changed: Any) -> Link:
    usual: dict[str, Any] = {
        "record": RecordKey(Kind.ORDER, ACCOUNT, bling_id),
        "bitrix_id": 70,
        "shape": "order",
        "fingerprint": b"1",
        "mapping_version": 1,
        "written": msgspec.json.encode(WRITTEN | (written or {})).decode(),
        "state": RecordState.IN_STEP,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Link(**usual | changed)


def compared(
    mine: DealLook, row: dict[str, Any] | None = None, pair: Link | None = None, *, changed: bool = False
) -> str:
    """What the look says of the one order: same, doubt or out."""
    told = {**ROW, **(row or {})}
    key = RecordKey(Kind.ORDER, ACCOUNT, told["id"])
    links = {} if pair is None else {key: pair}
    looked = asyncio.run(mine.compare({key: told}, links, frozenset({key} if changed else ())))
    if looked.excluded:
        assert (looked.compared, looked.doubts) == (0, set())
        return "out"
    assert looked.compared == 1
    return "doubt" if looked.doubts == {key} else "same"


def test_a_deal_that_holds_what_the_order_says_is_the_same_for_one_command() -> None:
    portal = Portal()
    assert compared(look(portal), pair=link()) == "same"
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    "row",
    [
        {"total": 40},
        {"numero": 1002},
        {"situacao": {"id": 9, "valor": 1}},
        {"contato": {"id": 5, "nome": "Ana"}},
    ],
)
def test_what_bling_changed_is_doubted(row: dict[str, Any]) -> None:
    assert compared(look(Portal()), row, link()) == "doubt"


def test_what_no_list_shows_is_doubted_once_bling_changed_the_order() -> None:
    assert compared(look(Portal()), pair=link(), changed=True) == "doubt"


@pytest.mark.parametrize(
    "edit",
    [{"title": "Negócio"}, {"opportunity": 1}, {"contactId": 13}, {"comments": "à mão"}, {"originId": "x"}],
)
def test_what_somebody_edited_is_doubted(edit: dict[str, Any]) -> None:
    assert compared(look(Portal([DEAL | edit])), pair=link()) == "doubt"


def test_an_edit_that_a_rule_keeps_is_no_difference() -> None:
    assert compared(look(Portal([DEAL | {"comments": "à mão"}]), keeps=True), pair=link()) == "same"


@pytest.mark.parametrize("edit", [{"stageId": "WON"}, {"categoryId": 9}, {"closedate": "2026-11-23"}])
def test_where_people_move_a_deal_and_when_it_ends_is_their_business(edit: dict[str, Any]) -> None:
    assert compared(look(Portal([DEAL | edit])), pair=link()) == "same"


def test_another_expected_day_in_bling_is_a_difference_nevertheless() -> None:
    assert compared(look(Portal()), {"dataPrevista": "2026-12-01"}, link()) == "doubt"


def test_a_deal_that_is_gone_is_doubted() -> None:
    assert compared(look(Portal(())), pair=link()) == "doubt"


@pytest.mark.parametrize(
    "changed", [{"gone_at": NOW}, {"fingerprint": None}, {"mapping_version": 0}, {"bitrix_id": None}]
)
def test_a_pair_that_is_not_known_to_agree_is_doubted_without_a_question(changed: dict[str, Any]) -> None:
    portal = Portal()
    assert compared(look(portal), pair=link(**changed)) == "doubt"
    assert portal.asked == []


def test_an_order_without_a_deal_is_doubted_without_a_question() -> None:
    portal = Portal()
    assert compared(look(portal)) == "doubt"
    assert portal.asked == []


def test_an_old_order_takes_no_part_unless_it_has_a_deal() -> None:
    old = {"data": "2026-10-31"}
    assert compared(look(Portal()), old) == "out"
    assert compared(look(Portal()), old, link()) == "doubt"


def test_the_filter_leaves_out_situations_and_shops_but_no_sellers_which_rows_do_not_show() -> None:
    assert compared(look(Portal(), filter=Filter(situacao=frozenset({9}))), pair=link()) == "out"
    assert compared(look(Portal(), filter=Filter(loja=frozenset({3}))), pair=link()) == "out"
    assert compared(look(Portal(), filter=Filter(vendedor=frozenset({3}))), pair=link()) == "same"


def test_without_the_tick_nothing_is_missing_or_different() -> None:
    assert compared(look(Portal(), allowed=Allowed(update=True))) == "out"
    assert compared(look(Portal(()), allowed=Allowed(create=True)), pair=link()) == "out"


@pytest.mark.parametrize(
    ("text", "bling_id"),
    [
        ("c:7", 7),
        ("outra:7", 0),
        ("c:nfe:7", 0),
        ("c:", None),
        ("7", None),
        ("João", None),
        ("c:" + "9" * 19, None),
    ],
)
def test_the_mark_of_a_deal_names_its_order(text: str, bling_id: int | None) -> None:
    mine = look(Portal())
    (mark,) = mine.marks(0, {"items": [{"id": 70, "originId": text, "title": "Negócio"}]})
    assert (mark.bitrix_id, mark.label) == (70, "Negócio")
    assert mine.bling_id(mark) == bling_id


def test_lists_that_begin_with_a_day_do_not_show_older_pairs() -> None:
    mine = look(Portal())
    assert mine.is_listed(link())
    assert not mine.is_listed(link(written={"begindate": "2026-10-31"}))
