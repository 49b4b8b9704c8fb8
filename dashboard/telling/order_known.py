"""What is known when Configuração › Pedido is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connector.account.deal_lists import DealLists
from connector.account.toggles import OnDeleted, Toggle
from connector.domain.mapping import MappingVersion
from connector.domain.pipelines import Situation


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Read by the page."""

    order: MappingVersion
    sale: MappingVersion
    #: When the order's mapping was saved; None for the one that everybody begins with.
    saved_at: datetime | None
    lists: DealLists
    #: Situations without a stage, also of orders that wait.
    unknown: tuple[Situation, ...]
    #: Situation → `#E9DC40`.
    colours: Mapping[int, str]
    #: Situation → how many changes wait for its stage.
    waiting: Mapping[int, int]
    toggles: Mapping[Toggle, bool]
    on_deleted: OnDeleted
