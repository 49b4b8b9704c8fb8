"""Which field is which: `/mappings/{kind}`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
from litestar import get, put
from litestar.params import Body, FromPath

from connector.account import mappings
from connector.account.mappings import MAPPED, BadMapping
from connector.account.records import vendor_field
from connector.domain.events import Kind
from connector.domain.mapping import MappingVersion, Rule
from connector.store import connections
from connector.store.connections import Portal
from connector.store.scope import Connection
from server.api.access import Calling
from server.api.schemas import MappingShown, RuleShown
from server.keys import Caller
from server.parts import Used
from server.problems import FieldError, Invalid, NotFound

MappingSent = Annotated[
    dict[str, Any],
    Body(
        description=(
            '{"rules": […], "filter"?: {…}, "note"?: "…"}: all rules as a GET shows them, the locked ones '
            "unchanged; without a filter the one in force stays"
        )
    ),
]


@get("/mappings/{kind:str}")
async def get_mapping(parts: Used, caller: Calling, kind: FromPath[Kind]) -> MappingShown:
    """The mapping in force, in the vendors' field names, with the stages that are in force."""
    refuse_unmapped(kind)
    async with parts.database.tenant(caller.tenant_id) as conn:
        return await shown(conn, caller, kind)


@put("/mappings/{kind:str}")
async def put_mapping(parts: Used, caller: Calling, kind: FromPath[Kind], data: MappingSent) -> MappingShown:
    """Put a new version in force, or none if a part of it is bad; answers it as a GET would."""
    refuse_unmapped(kind)
    wake, now = parts.engine.waker.wake, parts.clock.now()
    with named_errors():
        await mappings.save(parts.connecting, wake, caller.tenant_id, kind, data, caller.actor, now)
    async with parts.database.tenant(caller.tenant_id) as conn:
        return await shown(conn, caller, kind)


@contextmanager
def named_errors() -> Iterator[None]:
    """Every bad rule named, as 422."""
    try:
        yield
    except BadMapping as error:
        raise Invalid(
            *(msgspec.convert(one, FieldError, from_attributes=True) for one in error.errors)
        ) from error


def refuse_unmapped(kind: Kind) -> None:
    """404 for kinds that have no mapping."""
    if kind not in MAPPED:
        raise NotFound(f"{kind} has no mapping")


async def shown(conn: Connection, caller: Caller, kind: Kind) -> MappingShown:
    """The mapping in force."""
    mapping: MappingVersion = await mappings.in_force(conn, caller.tenant_id, kind)
    portal = await connections.portal(conn, caller.tenant_id)
    rules = [rule_shown(rule, portal) for rule in mapping.rules]
    return MappingShown(version=mapping.version, rules=rules, filter=mapping.filter)


def rule_shown(rule: Rule, portal: Portal | None) -> RuleShown:
    """A rule in the vendors' field names."""
    return RuleShown(
        id=rule.id,
        bling=rule.bling,
        bitrix24=vendor_field(rule.bitrix24, portal),
        transform=msgspec.to_builtins(rule.transform),
        policy=rule.policy,
        locked=rule.locked,
        direction=rule.direction,
        empty=rule.empty,
    )
