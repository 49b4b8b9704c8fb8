"""Where a deal stands: what follows from its stage, and what becomes of a stage that does not exist.

Source: `Field\\Stage`, `Field\\Category` and `Field\\CloseDate` of Bitrix's crm module. A pipeline that
does not exist is refused. A stage that the pipeline lacks is **not**: a deal that stays in its
pipeline silently keeps its stage, a new or moved deal silently gets the first stage of the same meaning.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.bitrix24.crm import Crm, Stage
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.values import PORTAL_ZONE

DAYS_TO_CLOSE = 7


def start(crm: Crm, item: dict[str, Any], now: float) -> None:
    """Give a new deal its stage, dates and title."""
    _check_category(crm, item["categoryId"])
    stage = crm.stage(item["categoryId"], item["stageId"] or "") or _first(crm, item["categoryId"], item)
    item["stageId"] = stage.status_id
    item["begindate"] = item["begindate"] or _today(now)
    item["closedate"] = item["closedate"] or _today(now, DAYS_TO_CLOSE)
    item |= _meaning(stage, "P", now)
    item["title"] = item["title"] or f"Negócio #{item['id']}"


def chosen(crm: Crm, item: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """The stage that a deal gets when `read` is written to it; empty if nothing of it was sent."""
    category = read.get("categoryId", item["categoryId"])
    moves = category != item["categoryId"]
    if not moves and "stageId" not in read:
        return {}
    _check_category(crm, category)
    wanted = read.get("stageId", item["stageId"])
    if crm.stage(category, wanted) is not None:
        return {"stageId": wanted}
    return {"stageId": _first(crm, category, item | read).status_id if moves else item["stageId"]}


def moved(crm: Crm, item: dict[str, Any], stage_id: str, now: float) -> dict[str, Any]:
    """What follows from a new stage: its meaning, whether the deal is closed, and when."""
    stage = next(stage for stage in crm.stages if stage.status_id == stage_id)
    return _meaning(stage, item["stageSemanticId"], now)


def _meaning(stage: Stage, before: str, now: float) -> dict[str, Any]:
    meaning = stage.semantics or "P"
    follows: dict[str, Any] = {"stageSemanticId": meaning, "closed": "N" if meaning == "P" else "Y"}
    if meaning not in ("P", before):
        # A date that is sent along is overwritten (the portal's default setting).
        follows["closedate"] = _today(now)
    return follows


def _check_category(crm: Crm, category_id: int) -> None:
    if crm.category(category_id) is None:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "categoryId"')


def _first(crm: Crm, category_id: int, item: dict[str, Any]) -> Stage:
    """The pipeline's first stage that means what the named stage means elsewhere, else the first of all."""
    named = next((stage for stage in crm.stages if stage.status_id == item["stageId"]), None)
    meaning = named.semantics if named else None
    return next(stage for stage in crm.stages_of(category_id) if stage.semantics == meaning)


def _today(now: float, days: int = 0) -> str:
    moment = datetime.fromtimestamp(now, PORTAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (moment + timedelta(days=days)).isoformat()
