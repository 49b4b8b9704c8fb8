"""What all rooms of one turn share: clients, packer, faults, the ways to the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from connector.bitrix24.client import Bitrix24
from connector.bitrix24.packer import Packer
from connector.bling.client import Bling
from connector.domain.events import RecordKey
from connector.store.links import Link
from connector.sync.ends import Ends
from connector.sync.engine import Engine
from connector.sync.faults import Faults
from connector.sync.work import Work


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts that belong to a tenant's turn, whatever kind of record is worked on."""

    engine: Engine
    tenant_id: UUID
    ends: Ends
    faults: Faults
    portal: Bitrix24
    packer: Packer
    #: The client of a Bling account.
    bling: Callable[[UUID], Bling]
    load_links: Callable[[Iterable[RecordKey]], Awaitable[dict[RecordKey, Link]]]
    #: The links of products of Bitrix24, by their ids there.
    load_pairs: Callable[[Iterable[int]], Awaitable[dict[int, Link]]]
    settle: Callable[[Sequence[Work]], Awaitable[None]]
