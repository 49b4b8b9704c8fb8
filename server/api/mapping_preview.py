"""Before a mapping is saved and after: its preview, what it can name, its way back, its application."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import Body, FromPath, FromQuery

from connector.account import field_lists, mappings
from connector.account.licence import right_of
from connector.account.records import vendor_field
from connector.domain.costs import Cost, cost_of, cost_of_all
from connector.domain.events import Kind
from connector.domain.field_watch import FieldChange
from connector.domain.fields import Field
from connector.domain.inverse import invert
from connector.domain.mapping import MappingVersion
from connector.domain.products import FILTERED_FIELDS
from connector.store import connections
from connector.store.connections import Portal
from connector.sync import applying
from connector.sync.preview import RecordPreview, preview
from connector.sync.preview.looking import MOST
from server.api.access import Calling
from server.api.mapping_schemas import (
    AppliedShown,
    CostShown,
    FieldPreviewed,
    FieldsShown,
    InverseShown,
    MappableField,
    OneWay,
    OptionShown,
    PreviewShown,
    RecordPreviewed,
    SchemaChange,
)
from server.api.mappings import named_errors, refuse_unmapped, rule_shown
from server.api.paging import optional_moment
from server.api.schemas import RecordShown
from server.parts import Used
from server.problems import Conflict, bad_field

#: Records of a preview, when nothing is said.
USUAL = 20

PreviewSent = Annotated[
    dict[str, Any],
    Body(description=f'A PUT\'s body, and "limit"?: 1 to {MOST} records, {USUAL} when it is not there'),
]
ApplySent = Annotated[dict[str, Any], Body(description='{"dry_run": true | false}')]


@post("/mappings/{kind:str}/preview", status_code=200)
async def post_preview(parts: Used, caller: Calling, kind: FromPath[Kind], data: PreviewSent) -> PreviewShown:
    """What the mapping would do to the tenant's own last records; nothing is saved or written."""
    refuse_unmapped(kind)
    limit = _limit(data)
    sent = {name: value for name, value in data.items() if name != "limit"}
    with named_errors():
        mapping = await mappings.proposed(parts.connecting, caller.tenant_id, kind, sent, parts.clock.now())
    found = await preview(parts.engine, caller.tenant_id, mapping, limit)
    async with parts.database.tenant(caller.tenant_id) as conn:
        portal = await connections.portal(conn, caller.tenant_id)
    return PreviewShown(
        records=[_record(one, portal) for one in found.records],
        unread=found.unread,
        pending=found.pending,
        costs=_costs(mapping),
    )


@get("/mappings/{kind:str}/fields")
async def get_fields(
    parts: Used, caller: Calling, kind: FromPath[Kind], refresh: FromQuery[bool] = False
) -> FieldsShown:
    """What rules can name on both sides, and what changed since the mapping was saved."""
    refuse_unmapped(kind)
    lists = await field_lists.load(parts.connecting, caller.tenant_id, parts.clock.now(), anew=refresh)
    async with parts.database.tenant(caller.tenant_id) as conn:
        mapping = await mappings.current(conn, caller.tenant_id, kind)
        changes = await field_lists.watch(conn, caller.tenant_id, mapping, lists)
    there = lists.bitrix24(kind)
    return FieldsShown(
        bling=[_field(one) for one in lists.bling(kind)],
        bitrix24=None if there is None else [_field(one) for one in there],
        read_at=optional_moment(lists.portal_at),
        changes=[_change(one) for one in changes],
    )


@get("/mappings/{kind:str}/inverse")
async def get_inverse(parts: Used, caller: Calling, kind: FromPath[Kind]) -> InverseShown:
    """The way from Bitrix24 to Bling that follows from the mapping, and which rules have none."""
    refuse_unmapped(kind)
    async with parts.database.tenant(caller.tenant_id) as conn:
        mapping = await mappings.in_force(conn, caller.tenant_id, kind)
        portal = await connections.portal(conn, caller.tenant_id)
    inverse = invert(mapping)
    return InverseShown(
        version=mapping.version,
        rules=[rule_shown(back.rule, portal) for back in inverse.backs],
        one_way=[OneWay(rule=one.rule.id, why=one.why) for one in inverse.refused],
    )


@post("/mappings/{kind:str}/apply", status_code=202)
async def post_apply(
    parts: Used, caller: Calling, kind: FromPath[Kind], data: ApplySent
) -> Response[AppliedShown]:
    """Sync what is already in Bitrix24 by the version in force: count it, or queue it."""
    refuse_unmapped(kind)
    dry = _is_dry(data)
    async with parts.database.tenant(caller.tenant_id):
        right = await right_of(caller.tenant_id, parts.clock.business_now())
    if not dry and (right is None or not right.open):
        raise Conflict("licence", "the licence does not allow syncs now")
    applied = await applying.apply(parts.engine, caller.tenant_id, kind, dry_run=dry)
    return Response(
        msgspec.convert(applied, AppliedShown, from_attributes=True), status_code=200 if dry else 202
    )


def _limit(data: dict[str, Any]) -> int:
    limit = data.get("limit", USUAL)
    if type(limit) is not int or not 1 <= limit <= MOST:
        raise bad_field("limit", "value", f"limit is a number from 1 to {MOST}")
    return limit


def _is_dry(data: dict[str, Any]) -> bool:
    unknown = data.keys() - {"dry_run"}
    if unknown:
        raise bad_field(min(unknown), "unknown", f"there is no field {min(unknown)}")
    dry = data.get("dry_run", False)
    if not isinstance(dry, bool):
        raise bad_field("dry_run", "boolean", "dry_run is true or false")
    return dry


def _record(one: RecordPreview, portal: Portal | None) -> RecordPreviewed:
    return RecordPreviewed(
        record=RecordShown(
            bling_id=str(one.bling_id),
            bitrix_id=None if one.bitrix_id is None else str(one.bitrix_id),
            label=one.label,
        ),
        fields=[
            FieldPreviewed(
                field=vendor_field(field.field, portal),
                before=field.before,
                after=field.after,
                rule=field.rule,
                kept=field.kept,
            )
            for field in one.fields
        ],
        skipped=one.skipped,
        problems=[str(problem) for problem in one.problems],
        partial=one.partial,
    )


def _costs(mapping: MappingVersion) -> dict[str, CostShown]:
    each = {rule.id: _cost(cost_of(mapping.kind, rule)) for rule in mapping.rules}
    filtering = [name for name in FILTERED_FIELDS if mapping.filter.get(name)]
    return {**each, "": _cost(cost_of_all(mapping.kind, mapping.rules, filtering))}


def _cost(cost: Cost) -> CostShown:
    return CostShown(change=cost.change, importing=cost.importing, pictures=cost.pictures)


def _field(one: Field) -> MappableField:
    return MappableField(
        name=one.name,
        title=one.title,
        type=one.type,
        multiple=one.multiple,
        required=one.required,
        read_only=one.read_only,
        options=[OptionShown(option.id, option.name) for option in one.options],
    )


def _change(one: FieldChange) -> SchemaChange:
    return SchemaChange(
        side=one.side,
        what=one.what,
        field=one.field,
        title=one.title,
        before=one.before,
        option=one.option,
        rules=list(one.rules),
    )
