"""What a vendor may answer, in Ponte's own words: raised at the adapters' edge, decided on in one place.

Also the record of a call, which history keeps, and the two things that adapters are given from outside.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec


class Provider(StrEnum):
    """The other end of a call."""

    BLING = "bling"
    BITRIX24 = "bitrix24"
    STRIPE = "stripe"


class VendorError(Exception):
    """A vendor did not do what was asked."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class Transient(VendorError):
    """Likely to pass: network, 5xx, time-outs. `unknown` = it may have been carried out."""

    def __init__(self, text: str, *, code: str = "", unknown: bool = True) -> None:
        super().__init__(text, code=code)
        self.unknown = unknown


class Throttled(VendorError):
    """Refused before running because of a limit: try again at `until` (UTC); no attempt is counted."""

    def __init__(self, text: str, *, until: datetime, code: str = "") -> None:
        super().__init__(text, code=code)
        self.until = until


class Rejected(VendorError):
    """The vendor understood and said no; asking again would not help. `text` is fit for a person."""


class Gone(Rejected):
    """The record does not exist (any more) at the vendor."""


class Disconnected(VendorError):
    """The connection itself is broken: `state` is the state that the account or portal goes into."""

    def __init__(self, text: str, *, state: ConnectionState, code: str = "") -> None:
        super().__init__(text, code=code)
        self.state = state


class ConnectionState(StrEnum):
    """Of an account or a portal."""

    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    INACTIVE = "inactive"
    SCOPE_MISSING = "scope_missing"
    UNINSTALLED = "uninstalled"
    NONE = "none"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request to a vendor, as the call log keeps it (redacted, cut)."""

    id: UUID
    provider: Provider
    method: str
    #: Commands inside it: 1, or up to 50 of a batch.
    commands: int
    #: HTTP status; 0 when no answer came.
    status: int
    error: str | None
    ms: int
    at: datetime
    #: Methods of the commands with the operating time in ms that the portal booked for each (`{method: ms}`).
    operating: dict[str, int]
    request: str
    response: str


class TokenSource(Protocol):
    """Gives access tokens of one connection; refreshes lazily, by one process at a time."""

    async def token(self) -> str:
        """A token that has not expired as far as we know; raises `Disconnected`, `Throttled`, `Transient`."""

    async def renewed(self, refused: str) -> str:
        """A token other than `refused`, which the vendor just turned down; raises as `token`."""


class CallObserver(Protocol):
    """Is told of every call that was made."""

    def __call__(self, call: Call, /) -> None: ...
