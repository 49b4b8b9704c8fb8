"""Where the story plays: Ponte's API as a tenant, Bling and Bitrix24 as an outsider with his own token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

Seen = TypeVar("Seen")
Record = dict[str, Any]

#: Longest wait for something that should be there in a second.
PATIENCE_SECONDS = 10.0
#: The pause between two looks grows: whoever looks spends from the same limits as Ponte.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, GROWTH = 0.1, 0.6, 1.2


TOO_MANY_REQUESTS = 429


class Broken(AssertionError):
    """The story did not go as it should; the text says what was seen instead."""


class Stage:
    """One tenant of a running demo, seen from three sides."""

    def __init__(self, ready: Record) -> None:
        tenant = ready["tenants"][0]
        self.member_id: str = tenant["bitrix24_member_id"]
        self.tenant_id: str = tenant["id"]
        self.bling_company_id: str = tenant["bling_company_id"]
        self._ponte = _client(f"{ready['app_url']}/api/v1", tenant["api_key"])
        self._bling = _client(ready["bling"]["api_url"], tenant["bling_access_token"])
        self._bitrix24 = _client(ready["bitrix24"]["rest_url"].replace("{member_id}", self.member_id))
        self._bitrix24_token: str = tenant["bitrix24_access_token"]
        self._sandbox = _client(ready["sandbox_url"])

    def ponte(self, method: str, path: str, json: object = None) -> Any:
        """Ponte's API; raises `Broken` on a refusal."""
        return _body(self._ponte.request(method, path, json=json))

    def bling(self, method: str, path: str, json: object = None) -> Any:
        """Bling's API, waited for over its three requests a second; raises `Broken` on a refusal."""

        def allowed() -> httpx.Response | None:
            answer = self._bling.request(method, path, json=json)
            return None if answer.status_code == TOO_MANY_REQUESTS else answer

        return _body(wait_for(f"a place for {method} {path}", allowed))

    def bitrix24(self, method: str, **parameters: object) -> Any:
        """A REST method of Bitrix24: its `result`, waited for over its rate limit; `Broken` on a refusal."""
        body = {**parameters, "auth": self._bitrix24_token}

        def allowed() -> httpx.Response | None:
            answer = self._bitrix24.post(f"/{method}", json=body)
            return None if "QUERY_LIMIT_EXCEEDED" in answer.text else answer

        return _body(wait_for(f"a place for {method}", allowed))["result"]

    def writes(self, since: float) -> list[str]:
        """Bitrix24 methods by which Ponte wrote since then (unix seconds), those inside batches too."""
        rows = _body(self._sandbox.get("/control/calls", params={"provider": "bitrix24", "since": since}))
        ours = [row for row in rows if not row["outsider"] and row["tenant"] == self.tenant_id]
        methods = [name for row in ours for name in (row["method"], *(row.get("commands") or ()))]
        return [
            name for name in methods if any(word in name.lower() for word in (".add", ".update", ".delete"))
        ]

    def close(self) -> None:
        """Let go of the connections."""
        for client in (self._ponte, self._bling, self._bitrix24, self._sandbox):
            client.close()


def wait_for(what: str, look: Callable[[], Seen | None]) -> Seen:
    """Look until something is there; raises `Broken`."""
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
    while (seen := look()) is None:
        if time.monotonic() > deadline:
            raise Broken(f"waited {PATIENCE_SECONDS:.0f} s for {what}")
        time.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_PAUSE_SECONDS)
    return seen


def expect(what: str, seen: object, wanted: object) -> None:
    """Raise `Broken` unless it is as it should be."""
    if seen != wanted:
        raise Broken(f"{what} is {seen!r}, not {wanted!r}")


def _client(base_url: str, bearer: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.Client(base_url=base_url, headers=headers, timeout=10, trust_env=False)


def _body(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise Broken(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer.json() if answer.content else None
