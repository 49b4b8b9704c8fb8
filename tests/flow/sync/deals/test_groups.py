"""The first deals of a burst are there at once; the later ones share their requests."""

from __future__ import annotations

from connector.sync.deals.line import most_of
from tests.support.order_desk import OrderDesk


async def test_groups_of_a_burst_grow(desk: OrderDesk) -> None:
    contact = desk.contact()
    for order in [desk.order(contact) for _ in range(20)]:
        await desk.told(order, action="created")
    await desk.house.drain()
    sets = [
        sum(command.startswith("crm.item.productrow.set") for command in call.get("commands", ()))
        for call in desk.house.calls("bitrix24")
    ]
    assert [one for one in sets if one] == [3, 12, 5]


def test_a_group_is_read_in_ten_seconds_and_fits_two_batches() -> None:
    assert [most_of(per_second) for per_second in (1, 3, 50)] == [10, 30, 100]
