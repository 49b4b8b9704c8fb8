"""Are both sides the same? `/reconciliations`: what differs, and its repair."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Body, FromPath, QueryParameter

from connector.account import drift as account
from connector.account.drift import Reconciliation
from connector.domain.drift import FieldDrift, What, Why
from connector.domain.events import Kind
from connector.domain.runs import RunState, Task
from connector.store import drift as rows
from connector.store.runs import Finding
from connector.sync.runs.comparison import KINDS, Wish
from server import long_work
from server.api.access import Calling
from server.api.paging import After, Limit, Moment, Page, moment, optional_moment, page, place
from server.api.parameters import LARGEST_ID
from server.parts import Parts, Used
from server.problems import FieldError, Invalid, NotFound, bad_field

#: Differences of one answer, when nothing is said, and at most.
USUAL, MOST = 1000, 5000

Begun = Annotated[dict[str, Any], Body(description='{"kind": "product" | "order", "repair"?: true | false}')]
Chosen = Annotated[
    dict[str, Any] | None,
    Body(description='{"records"?: ["<Bling id>", …]}: the differences to repair; all when it is absent'),
]
OfWhat = Annotated[What | None, QueryParameter(name="what")]
Many = Annotated[int, QueryParameter(ge=1, le=MOST, description=f"Differences of one answer, 1 to {MOST}")]


class Started(msgspec.Struct, frozen=True):
    """`POST /reconciliations`."""

    id: str


class Repairing(msgspec.Struct, frozen=True):
    """`POST /reconciliations/{id}/repair`: how many records were put in the inbox."""

    queued: int


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is not the same: what Bitrix24 should hold by what Bling says, and what it holds."""

    field: str
    bling: str | None
    bitrix24: str | None
    why: Why | None
    rule: str


class DifferenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is not the same; `repair` = null, queued, held, done or failed."""

    kind: Kind
    bling_id: str | None
    bitrix_id: str | None
    what: What
    why: str | None
    label: str
    fields: list[FieldShown]
    repair: str | None
    event_id: str | None


class RepairShown(msgspec.Struct, frozen=True, kw_only=True):
    """How far the repair is."""

    queued: int
    held: int
    done: int
    failed: int


class ReconciliationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `GET /reconciliations`; `drift_score` = differing ÷ compared, null until it is over."""

    id: str
    kind: Kind
    state: RunState
    drift_score: float | None
    compared: int
    excluded: int
    unread: int
    differing: int
    started_at: Moment
    ended_at: Moment | None
    detail: str | None


class ReconciliationShown(ReconciliationRow, frozen=True, kw_only=True):
    """`GET /reconciliations/{id}`; `next` = the cursor of further differences."""

    counts: dict[What, int]
    repair: RepairShown
    differences: list[DifferenceShown]
    next: int | None


@post("/reconciliations", status_code=202)
async def begin_reconciliation(parts: Used, caller: Calling, data: Begun) -> Started:
    """Compare both sides; with `repair` what is found is repaired at once."""
    kind, wants_repair = _asked(data)
    wish = Wish(repair=wants_repair)
    task = Task.RECONCILIATION
    run = await long_work.begin(parts, caller.tenant_id, caller.actor, task, kind, wish)
    return Started(str(run.id))


@get("/reconciliations")
async def list_reconciliations(
    parts: Used, caller: Calling, after: After = None, limit: Limit = 50
) -> Page[ReconciliationRow]:
    """The last ones, newest first."""
    before = place(after, UUID)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await account.newest(conn, caller.tenant_id, limit + 1, before)
    return page(found, limit, lambda one: ReconciliationRow(**_row(one)), lambda one: one.run.id)


@get("/reconciliations/{run_id:uuid}")
async def get_reconciliation(
    parts: Used,
    caller: Calling,
    run_id: FromPath[UUID],
    what: OfWhat = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 0,
    limit: Many = USUAL,
) -> ReconciliationShown:
    """What differs, with both values of each field."""
    found = await account.reconciliation(parts.database, caller.tenant_id, run_id, after, limit + 1, what)
    if found is None:
        raise NotFound("there is no such reconciliation")
    shown = found.findings[:limit]
    return ReconciliationShown(
        **_row(found),
        counts={one: found.counts.get(one, 0) for one in What},
        repair=msgspec.convert(found.repair, RepairShown, from_attributes=True),
        differences=[_difference(one) for one in shown],
        next=shown[-1].n if len(found.findings) > limit else None,
    )


@post("/reconciliations/{run_id:uuid}/repair", status_code=202)
async def repair_reconciliation(
    parts: Used, caller: Calling, run_id: FromPath[UUID], data: Chosen = None
) -> Repairing:
    """Repair what was found, or only what is chosen; what is repaired already is left alone."""
    chosen = _records(data or {})
    await long_work.find(parts, caller.tenant_id, run_id, {Task.RECONCILIATION})
    await _refuse_strangers(parts, caller.tenant_id, run_id, chosen)
    queued = await long_work.repair(parts, caller.tenant_id, caller.actor, run_id, chosen)
    return Repairing(queued)


def _asked(data: dict[str, Any]) -> tuple[Kind, bool]:
    errors = [
        FieldError(field=name, code="unknown", message=f"there is no field {name}")
        for name in data
        if name not in ("kind", "repair")
    ]
    kind, wants_repair = data.get("kind"), data.get("repair", False)
    if kind not in KINDS:
        errors.append(FieldError(field="kind", code="kind", message="kind is product or order"))
    if not isinstance(wants_repair, bool):
        errors.append(FieldError(field="repair", code="boolean", message="repair is true or false"))
    if errors:
        raise Invalid(*errors)
    return Kind(str(kind)), bool(wants_repair)


def _records(data: dict[str, Any]) -> list[int] | None:
    for name in data:
        if name != "records":
            raise bad_field(name, "unknown", f"there is no field {name}")
    sent = data.get("records")
    if sent is None:
        return None
    if not isinstance(sent, list):
        raise bad_field("records", "list", "records is a list of Bling ids")
    errors = [
        FieldError(index=place, field="records", code="number", message=f"{one!r} is no Bling id")
        for place, one in enumerate(sent)
        if _number(one) is None
    ]
    if errors:
        raise Invalid(*errors)
    return [number for one in sent if (number := _number(one)) is not None]


def _number(sent: object) -> int | None:
    text = str(sent) if isinstance(sent, int | str) and not isinstance(sent, bool) else ""
    is_number = text.isascii() and text.isdecimal() and len(text) <= 19
    return int(text) if is_number and 0 < int(text) <= LARGEST_ID else None


async def _refuse_strangers(parts: Parts, tenant_id: UUID, run_id: UUID, chosen: list[int] | None) -> None:
    """422 for a record that this reconciliation did not find."""
    if not chosen:
        return
    async with parts.database.tenant(tenant_id) as conn:
        known = await rows.found_ids(conn, tenant_id, run_id, chosen)
    errors = [
        FieldError(index=place, field="records", code="unknown", message=f"{one} does not differ")
        for place, one in enumerate(chosen)
        if one not in known
    ]
    if errors:
        raise Invalid(*errors)


def _row(found: Reconciliation) -> dict[str, Any]:
    run = found.run
    return {
        "id": str(run.id),
        "kind": run.kind,
        "state": run.state,
        "drift_score": found.score,
        "compared": found.compared,
        "excluded": found.excluded,
        "unread": found.unread,
        "differing": found.differing,
        "started_at": moment(run.started_at),
        "ended_at": optional_moment(run.ended_at),
        "detail": run.detail,
    }


def _difference(one: Finding) -> DifferenceShown:
    fields = msgspec.json.decode(one.fields, type=list[FieldDrift])
    return DifferenceShown(
        kind=one.kind,
        bling_id=str(one.bling_id) if one.bling_id else None,
        bitrix_id=str(one.bitrix_id) if one.bitrix_id else None,
        what=What(one.what),
        why=one.detail,
        label=one.label,
        fields=[
            FieldShown(field=f.field, bling=f.bling, bitrix24=f.bitrix24, why=f.why, rule=f.rule)
            for f in fields
        ],
        repair=one.repair,
        event_id=None if one.event_id is None else str(one.event_id),
    )
