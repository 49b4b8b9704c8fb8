"""The tenant's portal, as another program of theirs would use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx


class Portal:
    """Calls of its REST."""

    def __init__(self, line: dict[str, Any], tenant: dict[str, Any]) -> None:
        self._url = line["bitrix24"]["rest_url"].replace("{member_id}", tenant["bitrix24_member_id"])
        self._token = tenant["bitrix24_access_token"]

    def call(self, method: str, **params: Any) -> Any:
        """The result."""
        sent = {"auth": self._token, **params}
        answer = httpx.post(f"{self._url}{method}", json=sent, trust_env=False, timeout=30)
        return answer.raise_for_status().json()["result"]

    @contextmanager
    def compulsory(self, name: str) -> Iterator[None]:
        """Products need a property of this name for a while, so that new ones are refused."""
        iblock = self.call("catalog.catalog.list")["catalogs"][0]["iblockId"]
        code = name.upper()
        wanted = {"iblockId": iblock, "name": name, "code": code, "propertyType": "S", "isRequired": "Y"}
        made = self.call("catalog.productProperty.add", fields=wanted)["productProperty"]["id"]
        try:
            yield
        finally:
            self.call("catalog.productProperty.delete", id=made)
