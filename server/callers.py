"""Where a request comes from, for budgets of one address."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from connector.settings import Settings

LONGEST = 64


def caller_address(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> str:
    """As the proxy in front of us says, if one is set; else as the connection says."""
    if settings.client_address_header:
        told = connection.headers.get(settings.client_address_header, "").partition(",")[0].strip()
        if told:
            return told[:LONGEST]
    return connection.client.host if connection.client else ""
