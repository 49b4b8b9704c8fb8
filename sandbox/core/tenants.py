"""Which Bling company and which Bitrix24 portal belong to which tenant of Ponte."""

from __future__ import annotations

import msgspec


class Tenant(msgspec.Struct, frozen=True):
    """A pair of company and portal; `tenant` is Ponte's id once it has been told."""

    tenant: str | None
    company_id: str | None
    member_id: str | None

    @property
    def names(self) -> frozenset[str]:
        """Every name that a fault or a seed may use for this tenant."""
        return frozenset(name for name in (self.tenant, self.company_id, self.member_id) if name)


class Tenants:
    """A directory by any of the three names."""

    def __init__(self) -> None:
        self._by_name: dict[str, Tenant] = {}

    def put(self, tenant: str | None, company_id: str | None, member_id: str | None) -> None:
        """Remember that the names belong together; later words win."""
        entry = Tenant(tenant, company_id, member_id)
        for name in entry.names:
            self._by_name[name] = entry

    def find(self, name: str | None) -> Tenant | None:
        """The tenant with this Ponte id, company id or member id."""
        return None if name is None else self._by_name.get(name)

    def names(self, *, company_id: str | None = None, member_id: str | None = None) -> frozenset[str]:
        """All names of the tenant that owns this company or portal, at least the one given."""
        own = company_id or member_id
        if own is None:
            return frozenset()
        found = self._by_name.get(own)
        return found.names if found else frozenset((own,))

    def ponte_id(self, name: str | None) -> str | None:
        """Ponte's id of the tenant with this name, None if Ponte has not told one."""
        found = self.find(name)
        return found.tenant if found else None

    def clear(self) -> None:
        """Forget everybody."""
        self._by_name.clear()
