"""Running records again whose cause is mended: all of a reason, or one as a person chose."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import Body, FromPath

from connector.account import remedies as audited
from connector.account.licence import right_of
from connector.domain.events import Kind, Reason
from connector.domain.vendor import VendorError
from connector.store import history
from connector.store.links import Link
from connector.sync import candidates as portal
from connector.sync import remedying
from connector.sync.candidates import Candidate
from connector.sync.remedying import NotNow
from server.api.access import Calling
from server.api.events import REFUSALS
from server.api.parameters import LARGEST_ID, whole_number
from server.api.schemas import CandidateShown, RemedyRun, Replayed
from server.keys import Caller
from server.parts import Parts, Used
from server.problems import Conflict, FieldError, Invalid, NotFound, Unavailable, bad_field

What = Annotated[dict[str, Any], Body(description='{"reason": "create_off", "kind"?: "product"}')]
Chosen = Annotated[
    dict[str, Any],
    Body(description='{"bitrix_id": "45"} takes that product over, {"bitrix_id": null} makes a new one'),
]


@post("/remedies", status_code=200)
async def run_remedy(parts: Used, caller: Calling, data: What) -> RemedyRun:
    """Run again exactly the events of a reason: what is held is released, what has ended comes anew."""
    reason, kind = _asked(data)
    await _allow(parts, caller)
    try:
        ran = await remedying.run_again(parts.engine, caller.tenant_id, reason, kind)
    except NotNow as error:
        raise Conflict(error.code, str(error)) from error
    now = parts.clock.now()
    await audited.note_run(parts.database, caller.tenant_id, caller.actor, reason, kind, ran.queued, now)
    return RemedyRun(queued=ran.queued, more=ran.more)


@post("/records/{kind:str}/{bling_id:str}/replay", status_code=202)
async def replay_record(
    parts: Used, caller: Calling, kind: FromPath[Kind], bling_id: FromPath[str]
) -> Replayed:
    """Run one record again from its present state; one that was deleted in Bitrix24 is made again."""
    link = await _record(parts, caller, kind, bling_id)
    await _allow(parts, caller)
    return Replayed(event_id=str(await remedying.again(parts.engine, caller.tenant_id, link)))


@get("/records/{kind:str}/{bling_id:str}/candidates")
async def list_candidates(
    parts: Used, caller: Calling, kind: FromPath[Kind], bling_id: FromPath[str]
) -> list[CandidateShown]:
    """The products of Bitrix24 that carry the record's SKU now."""
    link = await _record(parts, caller, kind, bling_id)
    if kind is not Kind.PRODUCT:
        return []
    try:
        found = await portal.candidates(parts.engine, caller.tenant_id, link)
    except VendorError as error:
        raise Unavailable(error.text) from error
    return [_candidate(one, link) for one in found]


@post("/records/{kind:str}/{bling_id:str}/adopt", status_code=202)
async def adopt_record(
    parts: Used, caller: Calling, kind: FromPath[Kind], bling_id: FromPath[str], data: Chosen
) -> Replayed:
    """Settle an ambiguity: the record takes that product over, or (null) gets one of its own."""
    bitrix_id = _chosen(data)
    link = await _record(parts, caller, kind, bling_id)
    await _allow(parts, caller)
    try:
        event_id = await remedying.adopt(parts.engine, caller.tenant_id, link, bitrix_id)
    except NotNow as error:
        raise Conflict(error.code, str(error)) from error
    now = parts.clock.now()
    await audited.note_choice(parts.database, caller.tenant_id, caller.actor, link.record, bitrix_id, now)
    return Replayed(event_id=str(event_id))


async def _record(parts: Parts, caller: Caller, kind: Kind, bling_id: str) -> Link:
    number = whole_number("bling_id", bling_id)
    async with parts.database.tenant(caller.tenant_id) as conn:
        link = await history.record(conn, caller.tenant_id, kind, number)
    if link is None:
        raise NotFound("there is no such record")
    return link


async def _allow(parts: Parts, caller: Caller) -> None:
    """Raises `Conflict` while nothing can be synced."""
    async with parts.database.tenant(caller.tenant_id):
        right = await right_of(caller.tenant_id, parts.clock.business_now())
    refusal = Reason.LICENCE if right is None else right.refusal
    if refusal is not None:
        raise Conflict(refusal, REFUSALS[refusal])


def _asked(data: dict[str, Any]) -> tuple[Reason, Kind | None]:
    """Every bad field is told."""
    errors = [
        FieldError(field=name, code="unknown", message=f"there is no field {name}")
        for name in data
        if name not in ("reason", "kind")
    ]
    reason, kind = data.get("reason"), data.get("kind")
    if not isinstance(reason, str) or reason not in set(Reason):
        errors.append(FieldError(field="reason", code="choice", message="reason is a code of an outcome"))
    if kind is not None and (not isinstance(kind, str) or kind not in set(Kind)):
        errors.append(
            FieldError(field="kind", code="choice", message="kind is a kind of record, or left out")
        )
    if errors:
        raise Invalid(*errors)
    return Reason(str(reason)), None if kind is None else Kind(kind)


def _chosen(data: dict[str, Any]) -> int | None:
    if data.keys() != {"bitrix_id"}:
        strange = min(data.keys() ^ {"bitrix_id"})
        raise bad_field(strange, "unknown" if strange in data else "missing", "send bitrix_id and no more")
    sent = data["bitrix_id"]
    if sent is None:
        return None
    if not isinstance(sent, str) or not (sent.isascii() and sent.isdecimal() and len(sent) <= 19):
        raise bad_field("bitrix_id", "number", "bitrix_id is the text of a whole number, or null")
    if not 0 < int(sent) <= LARGEST_ID:
        raise bad_field("bitrix_id", "number", "there is no such bitrix_id")
    return int(sent)


def _candidate(one: Candidate, link: Link) -> CandidateShown:
    return CandidateShown(
        bitrix_id=str(one.bitrix_id),
        name=one.name,
        active=one.active,
        free=one.is_free_for(link),
        bling_id=one.link or None,
    )
