"""People, and what they are to a tenant."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec


class Role(StrEnum):
    """What a person may do in a tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    #: Reads everything, changes nothing.
    VIEWER = "viewer"


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

    @property
    def may_change(self) -> bool:
        """Whether the person's role allows changes."""
        return self.role is not Role.VIEWER
