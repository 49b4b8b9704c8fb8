"""A portal that opens Ponte in a frame, and the browser that shows it."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.support.sandbox import Sandbox

IN_FRAME = {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin", "accept": "text/html"}
FROM_BITRIX24 = IN_FRAME | {"sec-fetch-site": "cross-site"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Frame:
    """Keeps the frame's cookies and sends what a browser in the frame would send."""

    def __init__(self, client: httpx.AsyncClient, sandbox: Sandbox, number: int = 2) -> None:
        self.client, self.sandbox = client, sandbox
        self.member_id: str = sandbox.ready["portals"][number]["member_id"]
        self.cookies: dict[str, str] = {}

    def form(self, user_id: int = 1) -> dict[str, str]:
        """A fresh form of the portal; user 1 is its administrator, 5 and 6 are not."""
        order = {"provider": "bitrix24", "member_id": self.member_id, "user_id": user_id}
        form: dict[str, str] = self.sandbox.control("grant", order)
        return form

    async def open(
        self, door: str = "app", form: dict[str, str] | None = None, claims: dict[str, str] | None = None
    ) -> httpx.Response:
        """Bitrix24's POST; `claims` = what somebody else wrote over it."""
        sent = (form or self.form()) | (claims or {})
        return await self._send("POST", f"/bitrix24/{door}", sent, FROM_BITRIX24)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """A page inside the frame; `headers` = what else a browser would say."""
        return await self._send("GET", path, None, IN_FRAME | (headers or {}))

    async def submit(self, shown: httpx.Response, path: str, **fields: str) -> httpx.Response:
        """A form of the page that is shown."""
        found = re.search(r'name="csrf" value="([^"]*)"', shown.text)
        word = {"csrf": found.group(1)} if found else {}
        return await self._send("POST", path, word | fields, IN_FRAME)

    async def _send(
        self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]
    ) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body: dict[str, Any] = {} if form is None else {"content": urlencode(form)}
        kind = {} if form is None else FORM
        answer = await self.client.request(
            method, path, headers={**headers, **kind, "cookie": cookie}, **body
        )
        for line in answer.headers.get_list("set-cookie"):
            for morsel in SimpleCookie(line.replace("; Partitioned", "")).values():
                self.cookies[morsel.key] = morsel.value
        return answer


def ancestors(answer: httpx.Response) -> str:
    """Who may hold the page in a frame."""
    policy: str = answer.headers["content-security-policy"]
    return policy.rpartition("frame-ancestors ")[2]
