"""One record on both sides now: equal, edited in Bitrix24, and what is shown when a vendor is silent."""

from __future__ import annotations

from connector.domain.drift import What, Why
from connector.domain.events import Kind, RecordKey
from connector.sync.runs import sides
from connector.sync.runs.sides import Sides
from tests.support.depot import Depot


async def _looked(depot: Depot, key: RecordKey, patience: float = 30.0) -> Sides | None:
    return await sides.look(depot.house.engine, depot.house.tenant_id, key, patience)


async def test_both_sides_are_told_field_by_field_as_they_are_now(depot: Depot) -> None:
    depot.fill(products=1)
    await depot.finish(await depot.start())
    product = depot.in_bling()[0]
    key = RecordKey(Kind.PRODUCT, depot.house.account_id, product["id"])
    seen = await _looked(depot, key)
    assert seen is not None
    assert (seen.what, seen.stale) == (None, False)
    names = {one.field: one for one in seen.fields}
    assert names["name"].bling == names["name"].bitrix24 == product["nome"]
    assert all(one.equal for one in seen.fields)

    depot.change(product["id"], nome="Panela com outro nome")
    seen = await _looked(depot, key)
    assert seen is not None
    assert (seen.what, seen.why) == (What.DIFFERS, Why.CHANGED_IN_BLING)
    differing = [(one.field, one.bling, one.bitrix24) for one in seen.fields if not one.equal]
    assert differing == [("name", "Panela com outro nome", product["nome"])]


async def test_what_was_seen_last_is_shown_when_nobody_answers_in_time(depot: Depot) -> None:
    depot.fill(products=1)
    await depot.finish(await depot.start())
    product = depot.in_bling()[0]
    key = RecordKey(Kind.PRODUCT, depot.house.account_id, product["id"])
    assert await _looked(depot, key, 0.0) is None
    fresh = await _looked(depot, key)
    assert fresh is not None
    late = await _looked(depot, key, 0.0)
    assert late is not None
    assert late.stale
    assert (late.at, late.fields) == (fresh.at, fresh.fields)
