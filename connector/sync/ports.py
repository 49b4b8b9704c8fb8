"""What a drain needs from the rest of the house without importing it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from connector.domain.vendor import ConnectionState, Provider, TokenSource


class Connections(Protocol):
    """Tokens of a tenant's two sides, and the place to report that one broke (`connector.account`)."""

    def bling_tokens(self, tenant_id: UUID, account_id: UUID) -> TokenSource:
        """Tokens of one Bling account."""

    def bitrix24_tokens(self, tenant_id: UUID) -> TokenSource:
        """Tokens of the tenant's portal."""

    async def broken(
        self, tenant_id: UUID, provider: Provider, account_id: UUID | None, state: ConnectionState, text: str
    ) -> None:
        """Remember that a connection does not work any more, and tell people once."""
