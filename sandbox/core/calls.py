"""The log of vendor calls that tests and the ratios of the benchmarks read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from sandbox.core.clock import Clock, rfc3339


class Call(msgspec.Struct, frozen=True, gc=False):
    """One HTTP request to a vendor, as it was answered. `tenant` is any name of the tenant."""

    provider: str
    http_method: str
    method: str
    path: str
    query: str
    status: int
    at: float
    tenant: str | None
    outsider: bool
    commands: tuple[str, ...] | None


class CallRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call as `GET /control/calls` shows it. `tenant` is Ponte's id, None for nobody's."""

    provider: str
    http_method: str
    method: str
    path: str
    status: int
    at: str
    tenant: str | None
    outsider: bool
    commands: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    query: str = ""


class CallLog:
    """Keeps every call; appending is all the work done while a request is answered."""

    def __init__(self, clock: Clock, ponte_id: Callable[[str | None], str | None]) -> None:
        self._clock = clock
        self._ponte_id = ponte_id
        self._calls: list[Call] = []

    def __len__(self) -> int:
        return len(self._calls)

    def record(
        self,
        *,
        provider: str,
        http_method: str,
        method: str,
        path: str,
        status: int,
        tenant: str | None,
        outsider: bool,
        commands: tuple[str, ...] | list[str] | None = None,
        query: str = "",
    ) -> None:
        """Append one request.

        `method` is what faults are matched with; `tenant` may be a company id, a member id or
        Ponte's own id. It is translated when rows are read, so a tenant that is made known
        later still owns its earlier calls. A batch passes its inner calls in `commands`;
        `query` is the URL's, shown when it is not empty and must hold no token.
        """
        inner = None if commands is None else tuple(commands)
        call = Call(
            provider, http_method, method, path, query, status, self._clock.real(), tenant, outsider, inner
        )
        self._calls.append(call)

    def rows(self, provider: str | None = None, since: float | None = None) -> list[CallRow]:
        """Calls in the order of their answers, of one provider and from `since` (unix) on."""
        return [self._row(call) for call in self._chosen(provider, since)]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def _chosen(self, provider: str | None, since: float | None) -> Iterator[Call]:
        for call in self._calls:
            if (provider is None or call.provider == provider) and (since is None or call.at >= since):
                yield call

    def _row(self, call: Call) -> CallRow:
        return CallRow(
            provider=call.provider,
            http_method=call.http_method,
            method=call.method,
            path=call.path,
            query=call.query,
            status=call.status,
            at=rfc3339(call.at),
            tenant=self._ponte_id(call.tenant),
            outsider=call.outsider,
            commands=msgspec.UNSET if call.commands is None else call.commands,
        )
