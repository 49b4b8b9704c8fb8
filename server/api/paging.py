"""Lists by key: an opaque cursor, a limit, times as the API writes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from server.problems import bad_field

Item = TypeVar("Item")
Key = TypeVar("Key")

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="Rows of one answer, 1 to 200")]
After = Annotated[
    str | None, QueryParameter(description="The cursor `next` of the page before", max_length=300)
]
Moment = Annotated[
    str,
    msgspec.Meta(description="RFC 3339, UTC, milliseconds", extra_json_schema={"format": "date-time"}),
]


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list; `next` is the cursor of the following one."""

    items: list[Item]
    next: str | None


def moment(at: datetime) -> str:
    """A time as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def optional_moment(at: datetime | None) -> str | None:
    """A time, or none."""
    return None if at is None else moment(at)


def page(
    rows: Sequence[Key], limit: int, show: Callable[[Key], Item], key: Callable[[Key], object]
) -> Page[Item]:
    """A page of `rows`, which were read one more than `limit`."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page([show(row) for row in shown], cursor(key(shown[-1])) if more else None)


def cursor(key: object) -> str:
    """An opaque name of a place in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def place(after: str | None, kind: type[Key]) -> Key | None:
    """The key that a cursor holds; 422 for anything that is no cursor of this list."""
    if after is None:
        return None
    try:
        padded = after.encode() + b"=" * (-len(after) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=kind)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise bad_field("after", "cursor", "not a cursor of this list") from error
