"""Everything the sandbox knows, in one object that is built at the start and reset between tests."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sandbox.core.calls import CallLog
from sandbox.core.clock import Clock
from sandbox.core.faults import Faults
from sandbox.core.mails import Mails
from sandbox.core.switches import Switches
from sandbox.core.tenants import Tenants

if TYPE_CHECKING:
    from sandbox.bitrix24.state import Bitrix24State
    from sandbox.bling.state import BlingState
    from sandbox.stripe.state import StripeState


class WorldKind(StrEnum):
    """`demo` opens with records, `bare` with companies and portals alone."""

    DEMO = "demo"
    BARE = "bare"


class World:
    """Clock, log, switches and the vendors' states.

    `base_url` is where the sandbox is reached, `app_url` where Ponte is; neither ends with a
    slash. The vendors' states are set by `sandbox.app.build_world`, so that each vendor's code
    can be tried without the other.
    """

    bling: BlingState
    bitrix24: Bitrix24State
    stripe: StripeState

    def __init__(self, *, base_url: str, app_url: str, kind: WorldKind = WorldKind.BARE) -> None:
        self.base_url = base_url
        self.app_url = app_url
        self.kind = kind
        self.clock = Clock()
        self.tenants = Tenants()
        self.calls = CallLog(self.clock, self.tenants.ponte_id)
        self.faults = Faults()
        self.switches = Switches()
        self.mails = Mails(self.clock)
        self.pids: dict[str, int] = {}

    def reset(self) -> None:
        """Everything as right after the start; only surroundings (`app_url`, `pids`) stay."""
        self.clock.reset()
        self.tenants.clear()
        self.calls.clear()
        self.faults.clear()
        self.mails.clear()
        self.switches.reset()
        self.bling.reset()
        self.bitrix24.reset()
        self.stripe.reset()
