"""Faults that a test orders: wrong statuses, delays, lost answers."""

from __future__ import annotations

from collections.abc import Collection

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """What happens to the next `times` requests that fit.

    `tenant` and `method` None fit all. `status` with `error` is answered instead of carrying
    the request out; `drop` carries it out and loses the answer; `delay_ms` answers late.
    """

    provider: str
    times: int
    tenant: str | None = None
    method: str | None = None
    status: int | None = None
    error: str | None = None
    delay_ms: int = 0
    drop: bool = False


class Faults:
    """The faults still to happen, oldest order first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Put a fault behind those already waiting."""
        self._waiting.append((fault, fault.times))

    def take(self, provider: str, tenant_names: Collection[str], method: str) -> Fault | None:
        """The fault of this request, if any; it then has one time less to go.

        `tenant_names` are all names of the tenant (Ponte's id, company id, member id);
        `method` is compared without case.
        """
        if not self._waiting:
            return None
        for index, (fault, left) in enumerate(self._waiting):
            if _fits(fault, provider, tenant_names, method):
                if left > 1:
                    self._waiting[index] = (fault, left - 1)
                else:
                    del self._waiting[index]
                return fault
        return None

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()


def _fits(fault: Fault, provider: str, tenant_names: Collection[str], method: str) -> bool:
    return (
        fault.provider == provider
        and (fault.tenant is None or fault.tenant in tenant_names)
        and (fault.method is None or fault.method.casefold() == method.casefold())
    )
