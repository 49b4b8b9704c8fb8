"""The first deals of a burst are there at once; the later ones share their requests."""

from __future__ import annotations

from connector.sync.deals.line import most_of
from tests.support.order_desk import OrderDesk


async def tell(desk: OrderDesk, orders: int) -> None:
    contact = desk.contact()
    for order in [desk.order(contact) for _ in range(orders)]:
        await desk.told(order, action="created")


def groups(desk: OrderDesk) -> list[int]:
    """Deals whose rows went out together."""
    sets = [
        sum(command.startswith("crm.item.productrow.set") for command in call.get("commands", ()))
        for call in desk.house.calls("bitrix24")
    ]
    return [one for one in sets if one]


async def test_groups_of_a_burst_grow(desk: OrderDesk) -> None:
    await tell(desk, 20)
    await desk.house.drain()
    assert groups(desk) == [3, 12, 5]


async def test_those_that_are_late_in_any_case_go_together(desk: OrderDesk) -> None:
    await tell(desk, 20)
    async with desk.house.database.system() as conn:
        await conn.execute("UPDATE inbox SET received_at = received_at - interval '1 minute'")
    await desk.house.drain()
    assert groups(desk) == [20]


def test_a_group_is_read_in_ten_seconds_and_fits_two_batches() -> None:
    assert [most_of(per_second) for per_second in (1, 3, 50)] == [10, 30, 100]
