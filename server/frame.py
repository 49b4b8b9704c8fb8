"""Inside a portal's page: which requests come from the frame, and the cookies that count there.

In the frame our cookies are a third party's. They carry names of their own, so that the frame's session and
that of the browser's own tab never meet, and are kept apart for each portal (`Partitioned`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from connector.settings import Settings

#: Marks the requests that scripts of a page in the frame make.
HEADER = "x-ponte-frame"
#: Server-sent events cannot carry a header.
STREAM = "/live"
SESSION = "ponte-frame"
OPENING = "ponte-portal"

Visit = ASGIConnection[Any, Any, Any, Any]


def is_framed(connection: Visit) -> bool:
    """Whether the frame's own session counts for this request."""
    headers = connection.headers
    if headers.get("sec-fetch-dest") == "iframe" or headers.get(HEADER) == "1":
        return True
    return connection.url.path == STREAM and connection.query_params.get("frame") == "1"


def frame_cookie_name(settings: Settings, name: str = SESSION) -> str:
    """With the `__Host-` prefix where browsers take it."""
    return f"__Host-{name}" if settings.app_url.startswith("https:") else name


def frame_cookie(settings: Settings, value: str, max_age: int, name: str = SESSION) -> Cookie:
    """A cookie for the frame; `max_age` 0 takes it away."""
    return _Partitioned(
        key=frame_cookie_name(settings, name),
        value=value,
        path="/",
        httponly=True,
        secure=True,
        samesite="none",
        max_age=max_age,
    )


@dataclass(eq=False)
class _Partitioned(Cookie):
    """Python's own cookies learn this attribute with 3.14 only."""

    def to_header(self, **kwargs: Any) -> str:
        """As the header's value."""
        return f"{super().to_header(**kwargs)}; Partitioned"
