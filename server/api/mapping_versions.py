"""Versions of a mapping, and a mapping as a file."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Body, FromPath, FromQuery

from connector.account import mapping_versions, mappings
from connector.account.mapping_versions import Version
from connector.domain.events import Kind
from connector.domain.mapping import MappingVersion, Rule
from connector.store import connections
from connector.store.connections import Portal
from connector.store.scope import Connection
from server.api.access import Calling
from server.api.mapping_schemas import (
    DifferenceShown,
    FilterDifference,
    RuleDifference,
    VersionRow,
    VersionShown,
)
from server.api.mappings import named_errors, refuse_unmapped, rule_shown, shown
from server.api.paging import After, Limit, Page, optional_moment, page, place
from server.api.schemas import MappingShown, RuleShown
from server.parts import Used
from server.problems import NotFound

Nothing = Annotated[dict[str, Any], Body(description="{}")]
FileSent = Annotated[dict[str, Any], Body(description="What `GET /mappings/{kind}/export` answered")]


@get("/mappings/{kind:str}/versions")
async def list_versions(
    parts: Used, caller: Calling, kind: FromPath[Kind], after: After = None, limit: Limit = 50
) -> Page[VersionRow]:
    """The newest first."""
    refuse_unmapped(kind)
    before = place(after, int)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await mapping_versions.history(conn, caller.tenant_id, kind, before, limit + 1)
    return page(found, limit, _row, lambda one: one.mapping.version)


@get("/mappings/{kind:str}/versions/{number:str}")
async def get_version(
    parts: Used, caller: Calling, kind: FromPath[Kind], number: FromPath[int]
) -> VersionShown:
    """One version as it was saved."""
    refuse_unmapped(kind)
    async with parts.database.tenant(caller.tenant_id) as conn:
        found = await _one(conn, caller.tenant_id, kind, number)
        portal = await connections.portal(conn, caller.tenant_id)
    mapping = found.mapping
    rules = [msgspec.to_builtins(rule_shown(rule, portal)) for rule in mapping.rules]
    return VersionShown(**_columns(found), mapping={"rules": rules, "filter": mapping.filter})


@get("/mappings/{kind:str}/versions/{number:str}/changes")
async def get_changes(
    parts: Used,
    caller: Calling,
    kind: FromPath[Kind],
    number: FromPath[int],
    to: FromQuery[int | None] = None,
) -> DifferenceShown:
    """What leads from this version to another, to the one in force when none is named."""
    refuse_unmapped(kind)
    async with parts.database.tenant(caller.tenant_id) as conn:
        before = (await _one(conn, caller.tenant_id, kind, number)).mapping
        if to is None:
            after = await mappings.current(conn, caller.tenant_id, kind)
        else:
            after = (await _one(conn, caller.tenant_id, kind, to)).mapping
        portal = await connections.portal(conn, caller.tenant_id)
    return _difference(before, after, portal)


@post("/mappings/{kind:str}/versions/{number:str}/restore", status_code=200)
async def post_restore(
    parts: Used, caller: Calling, kind: FromPath[Kind], number: FromPath[int], data: Nothing
) -> MappingShown:
    """Put a former version in force again, as a new one."""
    refuse_unmapped(kind)
    tenant_id, wake, now = caller.tenant_id, parts.engine.waker.wake, parts.clock.now()
    async with parts.database.tenant(tenant_id) as conn:
        found = await _one(conn, tenant_id, kind, number)
    with named_errors():
        await mapping_versions.restore(parts.connecting, wake, tenant_id, kind, found, caller.actor, now)
    async with parts.database.tenant(tenant_id) as conn:
        return await shown(conn, caller, kind)


@get("/mappings/{kind:str}/export")
async def get_export(parts: Used, caller: Calling, kind: FromPath[Kind]) -> dict[str, Any]:
    """The mapping in force as a file."""
    refuse_unmapped(kind)
    async with parts.database.tenant(caller.tenant_id) as conn:
        return mapping_versions.as_file(await mappings.current(conn, caller.tenant_id, kind))


@post("/mappings/{kind:str}/import", status_code=200)
async def post_import(parts: Used, caller: Calling, kind: FromPath[Kind], data: FileSent) -> MappingShown:
    """Put the mapping of a file in force; it is checked as a PUT is."""
    refuse_unmapped(kind)
    wake, now = parts.engine.waker.wake, parts.clock.now()
    with named_errors():
        sent = mapping_versions.from_file(kind, data)
        await mappings.save(parts.connecting, wake, caller.tenant_id, kind, sent, caller.actor, now)
    async with parts.database.tenant(caller.tenant_id) as conn:
        return await shown(conn, caller, kind)


async def _one(conn: Connection, tenant_id: UUID, kind: Kind, number: int) -> Version:
    # Version numbers are 32 bit: what is beyond them names none.
    found = await mapping_versions.one(conn, tenant_id, kind, number) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(f"there is no version {number}")
    return found


def _row(one: Version) -> VersionRow:
    return VersionRow(**_columns(one))


def _columns(one: Version) -> dict[str, Any]:
    return {
        "version": one.mapping.version,
        "note": one.note,
        "author": None if one.author is None else str(one.author),
        "created_at": optional_moment(one.created_at),
        "rules": len(one.mapping.rules),
    }


def _difference(before: MappingVersion, after: MappingVersion, portal: Portal | None) -> DifferenceShown:
    found = mapping_versions.compare(before, after)
    return DifferenceShown(
        before=before.version,
        after=after.version,
        rules=[
            RuleDifference(
                rule=one.rule,
                what=one.what,
                parts=list(one.parts),
                before=_rule(one.before, portal),
                after=_rule(one.after, portal),
            )
            for one in found.rules
        ],
        filter=[
            FilterDifference(name=one.name, what=one.what, before=one.before, after=one.after)
            for one in found.filter
        ],
        reordered=found.reordered,
    )


def _rule(rule: Rule | None, portal: Portal | None) -> RuleShown | None:
    return None if rule is None else rule_shown(rule, portal)
