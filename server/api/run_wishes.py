"""What programs send to begin an import or a rehearsal, checked field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from connector.domain import orders, products
from connector.domain.events import Kind
from connector.sync.runs.importing import KINDS
from connector.sync.runs.slices import Asked
from server.problems import FieldError, Invalid

#: A day without a time begins in Brazil.
_BRAZIL = ZoneInfo("America/Sao_Paulo")
_KINDS_TEXT = ", ".join(KINDS)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A checked body."""

    kind: Kind
    asked: Asked
    automations: bool = False
    dry_run: bool = False


def checked(data: Mapping[str, Any], now: datetime, flags: frozenset[str] = frozenset()) -> Request:
    """The body, or `Invalid` that names everything that is wrong; `flags` may be sent beside the wishes."""
    unknown = sorted(data.keys() - {"kind", "since", "filter"} - flags)
    errors = [_error(name, "unknown", f"there is no field {name}") for name in unknown]
    kind = _kind(data.get("kind"), errors)
    since = _since(data.get("since"), now, errors)
    asked = _filtered(kind, data.get("filter"), errors)
    sent = {name: _flag(name, data.get(name, False), errors) for name in sorted(flags)}
    if errors or kind is None:
        raise Invalid(*errors)
    return Request(kind=kind, asked=msgspec.structs.replace(asked, since=since), **sent)


def _kind(value: Any, errors: list[FieldError]) -> Kind | None:
    if value in KINDS:
        return Kind(value)
    errors.append(_error("kind", "kind", f"kind is one of {_KINDS_TEXT}"))
    return None


def _since(value: Any, now: datetime, errors: list[FieldError]) -> datetime | None:
    if value is None:
        return None
    moment = read_moment(value) if isinstance(value, str) else None
    if moment is None:
        errors.append(_error("since", "moment", "since is a day (2026-01-31) or a time (RFC 3339)"))
    elif moment > now:
        errors.append(_error("since", "future", "since lies in the future"))
    return moment


def read_moment(text: str) -> datetime | None:
    """A day in Brazil, or a time with its zone; None for anything else."""
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time(), _BRAZIL).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        # The first and the last hours of the calendar have no counterpart in UTC.
        return None


def _flag(name: str, value: Any, errors: list[FieldError]) -> bool:
    if not isinstance(value, bool):
        errors.append(_error(name, "boolean", f"{name} is true or false"))
    return value is True


def _filtered(kind: Kind | None, value: Any, errors: list[FieldError]) -> Asked:
    if value is None or kind is None:
        return Asked()
    if not isinstance(value, Mapping):
        errors.append(_error("filter", "object", "filter is an object"))
        return Asked()
    shapes = _SHAPES[kind]
    found: dict[str, Any] = {}
    for name, sent in value.items():
        if name not in shapes:
            known = ", ".join(shapes)
            errors.append(_error(f"filter.{name}", "unknown", f"a {kind}'s filter has {known}"))
            continue
        try:
            found[name] = shapes[name](sent)
        except (msgspec.ValidationError, ValueError) as error:
            errors.append(_error(f"filter.{name}", "value", str(error)))
    accounts = found.pop("account", frozenset())
    match kind:
        case Kind.PRODUCT:
            return Asked(accounts=accounts, products=products.Filter(**found))
        case Kind.ORDER:
            return Asked(accounts=accounts, orders=orders.Filter(**found))
        case _:
            return Asked(accounts=accounts)


def _of(kind: Any) -> Callable[[Any], Any]:
    return lambda sent: msgspec.convert(sent, kind)


_ACCOUNTS = {"account": _of(frozenset[UUID])}
_NUMBERS, _WORDS = _of(frozenset[int]), _of(frozenset[str])
_SHAPES: dict[Kind, dict[str, Callable[[Any], Any]]] = {
    Kind.PRODUCT: {"categoria": _NUMBERS, "tipo": _WORDS, "situacao": _WORDS, **_ACCOUNTS},
    Kind.ORDER: {
        "since": _of(date),
        "situacao": _NUMBERS,
        "loja": _NUMBERS,
        "vendedor": _NUMBERS,
        **_ACCOUNTS,
    },
    Kind.CONTACT: _ACCOUNTS,
}


def _error(field: str, code: str, message: str) -> FieldError:
    return FieldError(field=field, code=code, message=message)
