"""What a search means: SKU, number, words of a name, either side's id, a delivery's id."""

from __future__ import annotations

from uuid import UUID

import pytest

from connector.domain.events import Kind
from connector.store import event_search
from connector.store.event_search import Meant, meant
from tests.support.rows import ACCOUNT, key, link, now
from tests.support.shelf import OTHER, Shelf, goes_by_index

NAMES = {1: "Caneca Azul de Café", 2: "Caneca verde", 3: "Prato azul-marinho", 4: "Pedido 4711 · Ana"}


@pytest.fixture
async def named(shelf: Shelf) -> Shelf:
    """Products and an order with names and numbers."""
    await shelf.link(
        *(link(number, label=name, sku=f"C-{number}") for number, name in NAMES.items() if number < 4)
    )
    await shelf.link(link(4, record=key(4, Kind.ORDER), label=NAMES[4], sku="4711"))
    return shelf


async def _meant(shelf: Shelf, text: str, kind: Kind | None = None) -> Meant:
    async with shelf.db.tenant(shelf.tenant_id) as conn:
        return await meant(conn, shelf.tenant_id, text, kind)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("caneca", [1, 2]),
        ("CAN", [1, 2]),
        ("azul caneca", [1]),
        ("az can", [1]),
        ("cafe", [1]),
        ("CAFÉ", [1]),
        ("marinho", [3]),
        ("aneca", []),
        ("caneca preta", []),
        ("c-2", [2]),
        ("C-", [1, 2, 3]),
        ("4711", [4]),
        ("471", [4]),
        ("ana", [4]),
        ("3", [3]),
        ("1003", [3]),
        ("%", []),
        ("'; DROP", []),
        ("\0", []),
        ("", []),
        ("🙂", []),
        ("שלום", []),
        ("x" * 5000, []),
        ("9" * 19, []),
        ("²", []),
    ],
)
async def test_records_are_found_as_people_name_them(named: Shelf, text: str, found: list[int]) -> None:
    assert sorted(one.record.bling_id for one in (await _meant(named, text)).links) == found


async def test_a_kind_narrows_a_search(named: Shelf) -> None:
    assert [one.record.kind for one in (await _meant(named, "4", Kind.ORDER)).links] == [Kind.ORDER]
    assert (await _meant(named, "caneca", Kind.ORDER)).links == ()


async def test_an_exact_sku_goes_before_what_begins_so(named: Shelf) -> None:
    await named.link(link(10, label="Longo", sku="C-10"))
    assert [one.sku for one in (await _meant(named, "c-1")).links] == ["C-1"]


async def test_another_name_forgets_the_old_words(named: Shelf) -> None:
    await named.link(link(1, label="Xícara azul", sku="C-1"))
    assert (await _meant(named, "xicara azul")).links[0].record.bling_id == 1
    assert [one.record.bling_id for one in (await _meant(named, "cane")).links] == [2]
    await named.link(link(1, label="★", sku="C-1"))
    assert (await _meant(named, "xicara")).links == ()


async def test_a_record_that_is_being_created_is_found_by_its_name(shelf: Shelf) -> None:
    await shelf.creating({key(9): "Bule novo"})
    assert [one.record for one in (await _meant(shelf, "bule")).links] == [key(9)]
    await shelf.link(link(9, label="Bule novo"))
    assert [one.record for one in (await _meant(shelf, "bule")).links] == [key(9)]


async def test_a_number_that_no_link_knows_may_have_events(shelf: Shelf) -> None:
    assert (Kind.ORDER, 77) in (await _meant(shelf, "77")).records()
    assert (await _meant(shelf, "nada")).records() == ()


@pytest.mark.parametrize("settled", [True, False])
async def test_a_delivery_is_found_by_the_vendors_id_and_by_ours(shelf: Shelf, settled: bool) -> None:
    (event,) = await (shelf.settled if settled else shelf.put)(1, provider_event_id="entrega-0123456789")
    assert (await _meant(shelf, "entrega-0123456789")).events == (event,)
    assert (await _meant(shelf, str(event).upper())).events == (event,)


async def test_another_tenants_records_are_not_found(named: Shelf, stranger: UUID) -> None:
    async with named.db.tenant(stranger) as conn:
        assert await meant(conn, named.tenant_id, "caneca", None) == Meant()


async def test_many_that_fit_are_cut_and_it_says_so(shelf: Shelf) -> None:
    await shelf.link(*(link(number, label=f"Copo {number}") for number in range(1, event_search.MOST + 5)))
    found = await _meant(shelf, "copo")
    assert (len(found.links), found.more) == (event_search.MOST, True)


async def test_a_rare_word_finds_its_record_among_many_of_a_common_one(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_search, "MOST_NAMES", 5)
    await shelf.link(*(link(number, label=f"Copo comprido {number}") for number in range(100, 130)))
    assert [one.record.bling_id for one in (await _meant(shelf, "comprido 129")).links] == [129]


SEARCHES: dict[str, tuple[object, ...]] = {
    "by_sku": ("product", "sku-77", 21),
    "by_number": ("product", 77, 21),
    "rarity": (["com", "nome7"], ["com" + chr(0x10FFFF), "nome7" + chr(0x10FFFF)], 500),
    "by_words": (None, "nome77", "nome77" + chr(0x10FFFF), ["com"], ["com" + chr(0x10FFFF)], 21, 500),
}


@pytest.mark.parametrize("name", SEARCHES)
async def test_every_search_goes_by_index_under_row_level_security(crowd: Shelf, name: str) -> None:
    plan = await crowd.explained(event_search._SQL[name], *SEARCHES[name])
    assert [table for table in ("link", "link_word") if not goes_by_index(plan, table)] == []


async def test_deliveries_go_by_index(crowd: Shelf) -> None:
    bounds = (UUID(int=0), UUID(int=(1 << 128) - 1), 20)
    settled = await crowd.explained(event_search._SQL["delivery"], "77", *bounds)
    waiting = await crowd.explained(event_search._SQL["waiting_delivery"], "77")
    assert goes_by_index(settled, f"event_{now():y%Ym%md%d}")
    assert goes_by_index(waiting, "inbox")


async def test_words_are_kept_for_each_account_apart(shelf: Shelf) -> None:
    await shelf.link(
        link(1, label="Tigela"), link(1, record=key(1, account_id=OTHER), bitrix_id=2, label="Vaso")
    )
    assert [one.record.account_id for one in (await _meant(shelf, "vaso")).links] == [OTHER]
    assert [one.record.account_id for one in (await _meant(shelf, "tigela")).links] == [ACCOUNT]
