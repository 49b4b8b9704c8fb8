"""Which company and which portal belong together, before Ponte has named its tenants."""

from __future__ import annotations

from sandbox.core.world import World

SPARE_INDEX = 2


def pair_up(world: World) -> None:
    """The first two companies and portals are tenants 1 and 2, the third pair is the spare."""
    for company_id, portal in zip(world.bling.companies, world.bitrix24.portals(), strict=False):
        world.tenants.put(None, company_id, portal["member_id"])


def spare(world: World) -> tuple[str, str]:
    """Company id and member id that nobody has connected."""
    company_id = list(world.bling.companies)[SPARE_INDEX]
    return company_id, world.bitrix24.spare_member_id
