"""What one `batch` request holds, and what each of its commands got for an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from connector.bitrix24 import errors
from connector.bitrix24.client import Time
from connector.domain.vendor import Throttled, Transient, VendorError
from connector.wire import Reply

Params = Mapping[str, Any]

#: Commands of a batch that the portal carries out; the rest of a longer one fails.
MOST = 50
KEYS = tuple(f"c{number}" for number in range(MOST))


class Command(msgspec.Struct, frozen=True):
    """A method and its parameters, not sent yet."""

    method: str
    params: Params


class Done(msgspec.Struct, frozen=True):
    """The command was carried out; `next` = a list goes on from there."""

    result: Any
    call_id: UUID
    next: int | None = None


class Failed(msgspec.Struct, frozen=True):
    """The command was not carried out, or nobody knows (`Transient.unknown`); `call_id` None = never sent."""

    error: VendorError
    call_id: UUID | None


Result = Done | Failed

#: PHP's empty map is `[]`.
Empty = list[msgspec.Raw]


class Maps(msgspec.Struct, frozen=True):
    """A batch's five maps by command key, as far as they matter."""

    result: dict[str, Any] | Empty
    result_error: dict[str, errors.Failure] | Empty = msgspec.field(default_factory=list)
    result_next: dict[str, int] | Empty = msgspec.field(default_factory=list)
    result_time: dict[str, Time] | Empty = msgspec.field(default_factory=list)


class BatchAnswer(msgspec.Struct, frozen=True):
    """A batch's answer."""

    result: Maps


_DECODER = msgspec.json.Decoder(BatchAnswer, strict=False, float_hook=Decimal)


def decode(reply: Reply) -> Maps:
    """Read a batch's answer; raises `msgspec.DecodeError`."""
    return _DECODER.decode(reply.body).result


def results(commands: Sequence[Command], maps: Maps, reply: Reply) -> list[Result]:
    """Each command's result, in their order."""
    done = maps.result if isinstance(maps.result, dict) else {}
    failures = maps.result_error if isinstance(maps.result_error, dict) else {}
    following = maps.result_next if isinstance(maps.result_next, dict) else {}
    found: list[Result] = []
    for key, command in zip(KEYS, commands, strict=False):
        if key in failures:
            error = errors.of_failure(failures[key], 200, command.method, reply.at)
            found.append(Failed(error, reply.call_id))
        elif key in done:
            found.append(Done(done[key], reply.call_id, following.get(key)))
        else:
            # Neither here nor there: nobody can say whether it ran.
            found.append(Failed(Transient("no answer for the command", code="missing"), reply.call_id))
    return found


def sums(commands: Sequence[Command], maps: Maps) -> dict[str, tuple[list[float], float, float]]:
    """By method: the operating sums told for its commands, when the oldest minute returns, seconds in all."""
    times = maps.result_time if isinstance(maps.result_time, dict) else {}
    found: dict[str, tuple[list[float], float, float]] = {}
    for key, command in zip(KEYS, commands, strict=False):
        if (time := times.get(key)) is None:
            continue
        told, _, seconds = found.get(command.method) or ([], 0.0, 0.0)
        told.append(time.operating)
        found[command.method] = (told, time.operating_reset_at, seconds + time.duration)
    return found


def refine(
    found: list[Result], commands: Sequence[Command], refused: Callable[[str], Throttled]
) -> list[Result]:
    """Give commands over their operating limit the time at which their method may go on."""
    return [
        Failed(refused(command.method), one.call_id)
        if isinstance(one, Failed) and one.error.code == errors.OPERATION_TIME_LIMIT
        else one
        for one, command in zip(found, commands, strict=True)
    ]
