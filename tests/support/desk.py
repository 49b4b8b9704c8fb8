"""The whole app as a visitor without JavaScript meets it: pages, forms, cookies, and a letter box."""

from __future__ import annotations

import re
from typing import Any

import httpx

from connector.account.post import PostOffice
from connector.mail.sending import sender_of
from server.parts import Parts
from tests.support.sandbox import Sandbox

LINK = re.compile(r"https?://\S+")
WORD = re.compile(r'name="csrf" value="(\w*)"')
HTML = {"accept": "text/html"}
COMING_AND_GOING = ("session.opened", "session.closed")


class Visitor:
    """A browser: keeps its own cookies, sends forms with the word that the last page gave it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.cookies: dict[str, str] = {}
        self._word = ""

    async def get(self, path: str) -> httpx.Response:
        """A page."""
        return self._seen(await self._client.get(path, headers=self._headers()))

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        """A form."""
        sent = {"csrf": self._word, **fields}
        return self._seen(await self._client.post(path, data=sent, headers=self._headers()))

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Where a redirect leads."""
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    async def sign_in(self, email: str, password: str) -> httpx.Response:
        """Through the form."""
        await self.get("/entrar")
        return await self.post("/entrar", email=email, password=password)

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**HTML, "cookie": cookie, "user-agent": "Firefox/140 (Linux)"}

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in header:
                del self.cookies[name]
        if found := WORD.search(answer.text):
            self._word = found[1]
        return answer


class Desk:
    """Visitors, and the mails that reach them."""

    def __init__(self, parts: Parts, client: httpx.AsyncClient, sandbox: Sandbox) -> None:
        self.parts, self.client, self._sandbox = parts, client, sandbox
        self.database = parts.database

    def visitor(self) -> Visitor:
        """A browser that nobody is signed in with."""
        return Visitor(self.client)

    async def person(self, email: str, password: str) -> Visitor:
        """Somebody who has signed in and can send forms."""
        visitor = self.visitor()
        await visitor.sign_in(email, password)
        await visitor.get("/equipe")
        return visitor

    async def mails(self, to: str) -> list[dict[str, str]]:
        """What this address has been sent, newest first; first sends what waits."""
        settings, now = self.parts.settings, self.parts.clock.now()
        sender = sender_of(settings, self.parts.http)
        await PostOffice(self.database, self.parts.vault, sender, settings.app_url).send_due(now)
        items = self._sandbox.client.get("/mail").raise_for_status().json()["items"]
        return [item for item in items if item["to"] == to]

    async def link(self, to: str) -> str:
        """The path of the one link in the newest mail."""
        (url,) = LINK.findall((await self.mails(to))[0]["text"])
        return str(url).removeprefix(self.parts.settings.app_url)

    async def rows(self, table: str) -> list[Any]:
        """What stands in a table, as the system sees it."""
        async with self.database.system() as conn:
            found: list[Any] = await conn.fetch(f"SELECT * FROM {table}")
            return found

    async def audited(self) -> list[str]:
        """What the audit log says was done, oldest first; coming and going left out."""
        actions = [row["action"] for row in sorted(await self.rows("audit"), key=lambda row: row["id"])]
        return [action for action in actions if action not in COMING_AND_GOING]
