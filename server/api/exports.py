"""Products of Bitrix24 for Bling: `/exports`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Body, FromPath

from connector.domain.events import Kind
from connector.domain.runs import Deed, Task
from connector.store import runs
from connector.store.runs import Run
from connector.sync.runs import exporting
from server import long_work
from server.api.access import Calling
from server.api.imports import Begun, FailureShown, ImportShown, Queued, failures, progress
from server.api.paging import After, Limit, Page, page, place
from server.api.run_wishes import read_moment
from server.keys import Caller
from server.parts import Parts, Used
from server.problems import FieldError, Invalid

Wanted = Annotated[
    dict[str, Any],
    Body(
        description='{"kind": "product", "since"?: a day or time of change in Bitrix24, '
        '"bitrix_ids"?: ["45"], "section"?: a section of the catalogue, "new_only"?: false}'
    ),
]
_FIELDS = frozenset({"kind", "since", "bitrix_ids", "section", "new_only"})
_OURS = (Task.EXPORT,)


@post("/exports", status_code=202)
async def post_export(parts: Used, caller: Calling, data: Wanted) -> Begun:
    """Begin one. 409 without a licence, or while one runs; the options say what may be written in Bling."""
    wish = _checked(data, parts.clock.now())
    run = await long_work.begin(parts, caller.tenant_id, caller.actor, Task.EXPORT, Kind.PRODUCT, wish)
    return Begun(id=str(run.id))


@get("/exports")
async def list_exports(
    parts: Used, caller: Calling, after: After = None, limit: Limit = 50
) -> Page[ImportShown]:
    """The newest first."""
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await runs.history(conn, caller.tenant_id, Task.EXPORT, before, limit + 1)
    return page(found, limit, lambda run: _shown(run, parts), lambda run: run.id)


@get("/exports/{run_id:uuid}")
async def get_export(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """How far it is."""
    return _shown(await long_work.find(parts, caller.tenant_id, run_id, _OURS), parts)


@post("/exports/{run_id:uuid}/pause", status_code=200)
async def pause_export(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """Stop within one batch."""
    return await _turned(parts, caller, run_id, Deed.PAUSE)


@post("/exports/{run_id:uuid}/resume", status_code=200)
async def resume_export(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """Go on where it stopped."""
    return await _turned(parts, caller, run_id, Deed.RESUME)


@post("/exports/{run_id:uuid}/cancel", status_code=200)
async def cancel_export(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> ImportShown:
    """End it; what went over stays."""
    return await _turned(parts, caller, run_id, Deed.CANCEL)


@get("/exports/{run_id:uuid}/failures")
async def list_export_failures(
    parts: Used, caller: Calling, run_id: FromPath[UUID], after: After = None, limit: Limit = 50
) -> Page[FailureShown]:
    """Products that failed, in the order of the lists; one that Bling does not have has a negative id."""
    return await failures(parts, caller, run_id, _OURS, after, limit)


@post("/exports/{run_id:uuid}/retry", status_code=200)
async def retry_export(parts: Used, caller: Calling, run_id: FromPath[UUID]) -> Queued:
    """Run all failures again."""
    _, queued = await long_work.retry(parts, caller.tenant_id, caller.actor, run_id, tasks=_OURS)
    return Queued(queued=queued)


async def _turned(parts: Parts, caller: Caller, run_id: UUID, deed: Deed) -> ImportShown:
    run = await long_work.turn(parts, caller.tenant_id, caller.actor, run_id, _OURS, deed)
    return _shown(run, parts)


def _shown(run: Run, parts: Parts) -> ImportShown:
    return progress(run, parts, msgspec.json.decode(run.wish, type=exporting.Wish).since)


def _checked(data: Mapping[str, Any], now: datetime) -> exporting.Wish:
    """The body, or `Invalid` that names everything that is wrong."""
    errors = [_error(name, "unknown", f"there is no field {name}") for name in sorted(data.keys() - _FIELDS)]
    if data.get("kind", Kind.PRODUCT) != Kind.PRODUCT:
        errors.append(
            _error("kind", "kind", "only products are exported; won deals become orders by deal.won")
        )
    since, sent = None, data.get("since")
    if sent is not None:
        since = read_moment(sent) if isinstance(sent, str) else None
        if since is None or since > now:
            errors.append(
                _error("since", "moment", "since is a day (2026-01-31) or a time, not in the future")
            )
    ids = data.get("bitrix_ids", [])
    if not isinstance(ids, list) or not all(str(one).isdecimal() for one in ids):
        errors.append(_error("bitrix_ids", "ids", "bitrix_ids is a list of Bitrix24 ids"))
    elif len(ids) > exporting.MOST_CHOSEN:
        errors.append(_error("bitrix_ids", "many", f"at most {exporting.MOST_CHOSEN} ids"))
    section = data.get("section", 0)
    if not str(section).isdecimal() or isinstance(section, bool):
        errors.append(_error("section", "id", "section is the id of a section of the catalogue"))
    new_only = data.get("new_only", False)
    if not isinstance(new_only, bool):
        errors.append(_error("new_only", "boolean", "new_only is true or false"))
    if errors:
        raise Invalid(*errors)
    return exporting.Wish(
        chosen=tuple(int(one) for one in ids), section=int(section), since=since, new_only=new_only
    )


def _error(field: str, code: str, message: str) -> FieldError:
    return FieldError(field=field, code=code, message=message)
