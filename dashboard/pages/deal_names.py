"""What ids in a deal's changes are called: stages and people of the portal, customers that Ponte knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from connector.bitrix24.crm_setup import CrmPlaces
from connector.domain.deals import COMPANY_FIELD, CONTACT_FIELD
from connector.domain.events import Kind
from connector.store import deal_lists, history
from connector.store.history import SyncRow
from connector.store.scope import Connection
from dashboard.telling import changes
from dashboard.telling.deals import Names, names_of, with_people

#: A person's field and what its link says the person is.
PEOPLE = {CONTACT_FIELD: "contact", COMPANY_FIELD: "company"}


async def names_in(conn: Connection, tenant_id: UUID, sync: SyncRow | None) -> Names:
    """For the changes of a write; inside the tenant's scope."""
    crm = (await deal_lists.crm(conn, tenant_id)).crm
    names = names_of(msgspec.json.decode(crm, type=CrmPlaces) if crm else None)
    return with_people(names, [person async for person in _people(conn, tenant_id, sync)])


async def _people(
    conn: Connection, tenant_id: UUID, sync: SyncRow | None
) -> AsyncIterator[tuple[str, int, str]]:
    for change in changes.of(sync):
        for text in (change.before, change.after):
            if change.field in PEOPLE and text and text.isdecimal():
                for link in await history.links_of_bitrix(conn, tenant_id, Kind.CONTACT, int(text)):
                    if link.shape == PEOPLE[change.field]:
                        yield change.field, int(text), link.label
