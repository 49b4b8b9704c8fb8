"""People as they look at a tenant, and who did what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from connector.store.people import Role


class Visiting(msgspec.Struct, frozen=True, kw_only=True):
    """That who looks is an operator of Ponte's (connector.account.operator_visits)."""

    reason: str
    ends_at: datetime
    #: The tenant lets operators change things.
    may_change: bool


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """The person who looks, in the tenant that is looked at."""

    person_id: UUID
    tenant_id: UUID
    tenant_name: str
    timezone: str
    name: str
    email: str
    role: Role
    language: str
    theme: str
    #: How many tenants the person belongs to.
    tenants: int = 1
    #: When the tenant's data is erased (business time); None unless it is leaving.
    leaves_at: datetime | None = None
    #: The origin of the portal whose page holds this one in a frame; empty outside.
    framed_by: str = ""
    #: Of an operator, whose id `person_id` then is: no person's of any tenant.
    visit: Visiting | None = None

    @property
    def may_change(self) -> bool:
        """Whether the person's role allows changes."""
        return self.role is not Role.VIEWER

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        if self.visit is not None:
            return Actor(f"{self.name} (Ponte)")
        return Actor(self.name, self.person_id)


class Actor(msgspec.Struct, frozen=True):
    """Who changed something: a person, an API key, or Ponte itself."""

    name: str
    person_id: UUID | None = None


PONTE = Actor("Ponte")

#: The end of the address of whoever comes in through a portal: no mail reaches it (RFC 2606).
NOWHERE = "bitrix24.invalid"
