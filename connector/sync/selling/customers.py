"""The customers of won deals in Bling: found by link, document, code or e-mail; else made, once."""

from __future__ import annotations

from uuid import UUID

from connector.bling import selling
from connector.bling.client import Bling, Record
from connector.domain.buyers import Buyer, code_of, contact_body
from connector.domain.events import Kind, RecordKey, RecordState
from connector.domain.people import person_of
from connector.domain.vendor import Gone
from connector.store import links as link_rows
from connector.store.links import Link
from connector.sync.deals.party import SHAPES
from connector.sync.shared import Shared

#: Contacts that are looked into for one e-mail.
MOST_READ = 3

_SHAPE_OF = {entity: shape for shape, entity in SHAPES.items()}


class BlingCustomers:
    """Contacts of one account."""

    def __init__(self, shared: Shared, account_id: UUID, member_id: str) -> None:
        self._shared = shared
        self._account = account_id
        self._member = member_id

    async def linked(self, entity: int, buyer: Buyer) -> int | None:
        """The contact that we know of."""
        tenant_id = self._shared.tenant_id
        async with self._shared.engine.database.tenant(tenant_id) as conn:
            known = await link_rows.all_by_bitrix(conn, tenant_id, Kind.CONTACT, [buyer.bitrix_id])
        fitting = [
            link.record.bling_id
            for link in known
            if link.record.account_id == self._account
            and link.shape == _SHAPE_OF[entity]
            and link.gone_at is None
        ]
        return min(fitting, default=None)

    async def found(self, bling: Bling, buyer: Buyer) -> int | None:
        """The contact in Bling, the surest way first; raises `VendorError`."""
        if buyer.document is not None and (rows := await bling.contacts(document=buyer.document.text)):
            return _oldest(rows)
        code = code_of(self._member, buyer)
        made = [row for row in await selling.contacts_found(bling, code) if row.get("codigo") == code]
        if made:
            return _oldest(made)
        return await self._by_email(bling, buyer, buyer.emails[0]) if buyer.emails else None

    async def _by_email(self, bling: Bling, buyer: Buyer, email: str) -> int | None:
        """Lists show neither e-mails nor whole documents: the likeliest contacts are looked into."""
        rows = await selling.contacts_found(bling, email)
        for contact_id in sorted(int(row["id"]) for row in rows)[:MOST_READ]:
            try:
                person = person_of(await bling.contact(contact_id))
            except Gone:
                continue
            another = buyer.document is not None and person.document not in (None, buyer.document)
            if email in person.emails and not another:
                return contact_id
        return None

    def body(self, buyer: Buyer) -> dict[str, object]:
        """What a contact is made with."""
        return contact_body(buyer, code_of(self._member, buyer))

    def link(self, entity: int, buyer: Buyer, contact: int) -> Link:
        """The pair, for next time."""
        now = self._shared.engine.clock()
        return Link(
            record=RecordKey(Kind.CONTACT, self._account, contact),
            bitrix_id=buyer.bitrix_id,
            shape=_SHAPE_OF[entity],
            label=buyer.name,
            state=RecordState.IN_STEP,
            synced_at=now,
            created_at=now,
            updated_at=now,
        )


def _oldest(rows: list[Record]) -> int:
    return min(int(row["id"]) for row in rows)
