"""What stands before the framework: the hottest door, and patience with slow senders.

Half of what a small message costs is finding its handler.
"""

from __future__ import annotations

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from server.patience import Patience
from server.sessions import SAFE_METHODS
from server.webhooks import BLING, serve_bling


class Front:
    """The app as a server process runs it; the function that its own route calls is called without it."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self._patience = Patience()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            receive = self._patience.with_body(receive)
        if scope["type"] == ScopeType.HTTP and (below := _below(scope["path"])) is not None:
            scope["litestar_app"] = self.app
            scope["path"] = below
            await serve_bling(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _below(path: str) -> str | None:
    """The rest of an address at or below Bling's door, as a mount hands it on; None for any other."""
    if not path.startswith(BLING):
        return None
    rest = path[len(BLING) :]
    return rest if rest[:1] in ("", "/") else None
