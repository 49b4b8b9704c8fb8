"""Which of a portal's deals are won and no order's yet: only these are news.

A deal that was won before the tenant ticked the option stays history, though somebody edits it today: its
`movedTime` tells when it came into its stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.bitrix24 import crm
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.crm import DEAL, MOST_IDS
from connector.bitrix24.crm_setup import read_pipelines
from connector.bitrix24.packer import Command, Failed, Packer

#: Asked of each deal.
_SELECT = ("stageId", "originatorId", "updatedTime", "movedTime")


async def won_among(client: Bitrix24, deals: Sequence[int], after: datetime) -> set[int]:
    """Of these deals, those that were won after this moment; raises `VendorError`."""
    packer, found = Packer(client), set[int]()
    stages = await _won_stages(packer) if deals else ()
    for start in range(0, len(deals), MOST_IDS):
        wanted = {"@id": list(deals[start : start + MOST_IDS]), "@stageId": list(stages)}
        found |= {int(row["id"]) for row in await _all(packer, wanted) if _is_news(row, after)}
    return found


async def won_since(client: Bitrix24, since: datetime, after: datetime) -> dict[int, datetime]:
    """Deals that were changed since then and won after `after`, by the time of their change.

    Raises `VendorError`.
    """
    packer = Packer(client)
    stages = await _won_stages(packer)
    wanted = {">updatedTime": since.isoformat(), "@stageId": list(stages)}
    rows = await _all(packer, wanted) if stages else []
    return {
        int(row["id"]): datetime.fromisoformat(str(row["updatedTime"]))
        for row in rows
        if _is_news(row, after)
    }


async def _won_stages(packer: Packer) -> tuple[str, ...]:
    pipelines = await read_pipelines(packer)
    return tuple(stage.id for pipeline in pipelines for stage in pipeline.stages if stage.semantics == "S")


async def _all(packer: Packer, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of a list of deals."""
    command: Command | None = crm.find_items(DEAL, wanted, _SELECT)
    found: list[dict[str, Any]] = []
    while command is not None:
        (result,) = await packer.run([command])
        if isinstance(result, Failed):
            raise result.error
        found += crm.items(result.result)
        following = result.next
        command = (
            None if following is None else Command(command.method, {**command.params, "start": following})
        )
    return found


def _is_news(row: dict[str, Any], after: datetime) -> bool:
    """Neither did it come from Bling, nor was its order made, nor is it an old one."""
    if row.get("originatorId") == crm.ORIGINATOR:
        return False
    moved = row.get("movedTime")
    # The portal tells whole seconds.
    return not moved or datetime.fromisoformat(str(moved)) >= after.replace(microsecond=0)
