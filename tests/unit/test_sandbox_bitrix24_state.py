"""The portals of a world: what they open with, and that a reset brings it back."""

from __future__ import annotations

import pytest

from sandbox.bitrix24.furniture import WHOLESALE_PRICE_TYPE
from sandbox.bitrix24.seed import SHARED_SKU
from sandbox.bitrix24.state import Bitrix24State
from sandbox.core.world import World, WorldKind

KINDS = (
    "products",
    "files",
    "prices",
    "deals",
    "rows",
    "contacts",
    "companies",
    "requisites",
    "addresses",
    "comments",
)
EMPTY: dict[str, list[object]] = {kind: [] for kind in KINDS}


def _state(kind: WorldKind) -> Bitrix24State:
    world = World(base_url="http://127.0.0.1:1", app_url="http://127.0.0.1:2", kind=kind)
    world.bitrix24 = Bitrix24State(world)
    return world.bitrix24


def test_a_bare_world_has_portals_without_records() -> None:
    state = _state(WorldKind.BARE)
    assert len(state.portals()) == 6
    for portal in state.portals():
        records = state.dump(portal["member_id"])
        # Every portal comes with a few sections.
        assert [one["name"] for one in records.pop("sections")] == ["Canecas", "Papelaria"]
        assert records == EMPTY


def test_the_spare_is_the_third_portal() -> None:
    state = _state(WorldKind.BARE)
    assert state.portals()[2]["member_id"] == state.spare_member_id


def test_names_and_tokens_of_portals_never_change() -> None:
    state = _state(WorldKind.BARE)
    before = state.portals()
    state.reset()
    assert state.portals() == before == _state(WorldKind.DEMO).portals()
    assert len({portal["access_token"] for portal in before}) == 6


def test_a_reset_forgets_grants_and_records() -> None:
    state = _state(WorldKind.DEMO)
    member_id = state.portals()[0]["member_id"]
    opened = state.dump(member_id)
    form = state.grant(member_id)
    state.by_member_id[member_id].catalogue.elements.clear()
    state.reset()
    assert state.tokens.find(form["AUTH_ID"]) is None
    assert len(state.dump(member_id)["products"]) == len(opened["products"])
    assert not state.by_member_id[member_id].installed


def test_the_demo_has_hand_made_products() -> None:
    state = _state(WorldKind.DEMO)
    dump = state.dump(state.portals()[0]["member_id"])
    (shared,) = [product for product in dump["products"] if product["xmlId"] == SHARED_SKU]
    groups = [price["catalogGroupId"] for price in dump["prices"] if price["productId"] == shared["id"]]
    assert sorted(groups) == [1, WHOLESALE_PRICE_TYPE]
    assert {product["type"] for product in dump["products"]} == {1, 3, 4}
    assert sum(price["price"] for price in dump["prices"]) > 0
    assert dump["deals"][0]["opportunity"] == 189


def test_each_portal_has_ids_of_its_own() -> None:
    state = _state(WorldKind.BARE)
    seen = [portal.catalogue.iblocks for portal in state.by_member_id.values()]
    assert len({iblocks.products for iblocks in seen} | {iblocks.offers for iblocks in seen}) == 12
    assert len({iblocks.sku_property for iblocks in seen}) == 6


def test_an_unknown_portal_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        _state(WorldKind.BARE).grant("nobody")
