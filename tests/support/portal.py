"""A portal of the sandbox as an outsider calls it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.sandbox import Sandbox


class Portal:
    """Calls one portal's REST; `number` counts the portals of the ready line from 0."""

    def __init__(self, sandbox: Sandbox, number: int = 0, token: str | None = None) -> None:
        row = sandbox.ready["portals"][number]
        self.client = sandbox.client
        self.member_id: str = row["member_id"]
        self.token: str = token or row["access_token"]
        self.rest_url = f"{sandbox.url}/bitrix24/{self.member_id}/rest/"

    def post(self, method: str, **params: Any) -> httpx.Response:
        """The raw answer of a JSON call."""
        return self.client.post(self.rest_url + method, json={"auth": self.token} | params)

    def call(self, method: str, **params: Any) -> Any:
        """The `result` of a call that must succeed."""
        answer = self.post(method, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def refusal(self, method: str, **params: Any) -> tuple[int, Any, str]:
        """Status, `error` and `error_description` of a call that must fail."""
        answer = self.post(method, **params)
        assert answer.status_code >= 400, answer.text
        body = answer.json()
        return answer.status_code, body["error"], body["error_description"]

    def iblocks(self) -> tuple[int, int]:
        """The ids of the products' and the offers' iblock."""
        rows = self.call("catalog.catalog.list")["catalogs"]
        products = next(row["iblockId"] for row in rows if row["productIblockId"] is None)
        return products, next(row["iblockId"] for row in rows if row["productIblockId"] == products)

    def product(self, **fields: Any) -> dict[str, Any]:
        """A new simple product."""
        sent = {"iblockId": self.iblocks()[0], "name": "Copo"} | fields
        element: dict[str, Any] = self.call("catalog.product.add", fields=sent)["element"]
        return element

    def property(self, iblock_id: int, **fields: Any) -> str:
        """The field name of a new property."""
        sent = {"iblockId": iblock_id, "name": "Bling ID", "propertyType": "S"} | fields
        made = self.call("catalog.productProperty.add", fields=sent)["productProperty"]
        return f"property{made['id']}"
