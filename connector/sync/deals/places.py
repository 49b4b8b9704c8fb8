"""What the portal's CRM looks like, believed for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.crm_setup import CrmPlaces, prepare_crm
from connector.store.standing import PortalStanding

#: Pipelines and stages change rarely; a refused write tells sooner.
LIVES = timedelta(minutes=10)
#: When something is missed, they are looked at again if they are older than this.
DOUBTED = timedelta(seconds=30)

_DECODER = msgspec.json.Decoder(CrmPlaces)


class Places:
    """The portal's pipelines, stages, presets and fields during one turn."""

    def __init__(
        self,
        portal: Bitrix24,
        keep: Callable[[CrmPlaces, datetime], Awaitable[None]],
        clock: Callable[[], datetime],
        *,
        makes: bool,
    ) -> None:
        """`makes`: fields that Ponte needs are made and what was found is kept; else nothing is written."""
        self._portal = portal
        self._keep = keep
        self._clock = clock
        self._makes = makes
        self._found: CrmPlaces | None = None
        self._at: datetime | None = None
        self._turn = asyncio.Lock()

    async def get(self, standing: PortalStanding, younger: timedelta = LIVES) -> CrmPlaces:
        """Not older than `younger`; raises what a call to the portal raises."""
        async with self._turn:
            self._remember(standing)
            now = self._clock()
            if self._found is None or self._at is None or now - self._at > younger:
                self._found, self._at = await prepare_crm(self._portal, makes=self._makes), now
                if self._makes:
                    await self._keep(self._found, now)
            return self._found

    def _remember(self, standing: PortalStanding) -> None:
        """What another turn or a screen has read meanwhile."""
        if standing.crm is None or standing.crm_at is None:
            return
        if self._at is None or standing.crm_at > self._at:
            try:
                self._found, self._at = _DECODER.decode(standing.crm), standing.crm_at
            except msgspec.DecodeError:
                # Kept by another version of Ponte: read it anew.
                self._found = None
