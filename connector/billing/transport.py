"""The package's requests over the process' own HTTP client: one pool of connections, no proxies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import anyio
import httpx
import stripe

#: Seconds for one request.
TIMEOUT_S = 15.0


class SharedClient(stripe.HTTPClient):
    """Sends through an `httpx.AsyncClient` that somebody else opens and closes."""

    name = "httpx"

    def __init__(self, http: httpx.AsyncClient) -> None:
        super().__init__()
        self._http = http

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request; raises `stripe.APIConnectionError` when no answer came."""
        content = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            answer = await self._http.request(
                method, url, headers=dict(headers), content=content, timeout=TIMEOUT_S
            )
        except httpx.HTTPError as error:
            raise _no_answer(type(error).__name__) from error
        return answer.content, answer.status_code, answer.headers

    async def sleep_async(self, secs: float) -> None:
        """Between tries."""
        await anyio.sleep(secs)

    def request(self, *_: Any, **__: Any) -> NoReturn:
        """Nobody here waits for an answer without letting others work."""
        raise RuntimeError("Stripe is called asynchronously only")


def _no_answer(text: str) -> Exception:
    error: Exception = stripe.APIConnectionError(text, should_retry=True)  # type: ignore[no-untyped-call]
    return error
