"""Records as the owner sees them: their state, what to do about it, and both sides field by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from connector.account import mappings
from connector.domain.deals import ORIGIN_FIELD, SITUATION
from connector.domain.events import Kind, Reason
from connector.domain.mapping import LINK_FIELD, STAGE_FIELD, Rule, bound, kept_in
from connector.domain.remedies import Cure, remedy_of
from connector.domain.transforms import ONE_WAY, Constant, Template, backward, fields_of, forward
from connector.domain.values import InvalidValue, at
from connector.store import connections, history, sections
from connector.store.connections import Portal
from connector.store.history import SyncRow
from connector.store.links import Link
from connector.store.scope import Database


class FieldPair(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's field on both sides, as text: what Bling said, and what Ponte wrote last or kept."""

    rule: str
    bling: str
    #: The vendor's name of the field.
    bitrix24: str
    bling_value: str | None
    bitrix24_value: str | None
    in_step: bool
    #: A person put it there, and the rule keeps that.
    kept: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record with where its values came from."""

    link: Link
    fields: list[FieldPair]
    #: The write that made it what it is.
    sync: SyncRow | None


def remedy(reason: Reason | None) -> str | None:
    """What a person can do about it; None when there is nothing to do."""
    if reason is None or remedy_of(reason).cure is Cure.NOTHING:
        return None
    return remedy_of(reason).cure


async def record_of(database: Database, tenant_id: UUID, kind: Kind, bling_id: int) -> Record | None:
    """One record of the tenant; None when there is no such record."""
    async with database.tenant(tenant_id) as conn:
        link = await history.record(conn, tenant_id, kind, bling_id)
        if link is None:
            return None
        mapping = bound(await mappings.in_force(conn, tenant_id, kind), await sections.together(tenant_id))
        portal = await connections.portal(conn, tenant_id)
        sync = await history.sync(conn, tenant_id, link.sync_id) if link.sync_id else None
        event = await history.event(conn, tenant_id, sync.event_id) if sync else None
    said = {"id": bling_id} | (_payload(event.body) if event else {})
    written = msgspec.json.decode(link.written, type=dict[str, str]) if link.written else {}
    if link.bitrix_id is not None:
        written.setdefault(LINK_FIELD, str(link.record.bling_id))
    fields = [_pair(rule, said, written, vendor_field(rule.bitrix24, portal)) for rule in mapping.rules]
    return Record(link=link, fields=fields, sync=sync)


def vendor_field(name: str, portal: Portal | None) -> str:
    """Bitrix24's own name of a mapping's field; the link property's number differs from portal to portal."""
    if name != LINK_FIELD or portal is None or portal.product_link_property is None:
        return name
    return f"property{portal.product_link_property}"


def _pair(rule: Rule, said: dict[str, Any], written: dict[str, str], name: str) -> FieldPair:
    """A message that said nothing of the field leaves what was read when the field was written."""
    by_hand = kept_in(written).get(rule.bitrix24)
    there = written.get(rule.bitrix24)
    value = _said(rule, said)
    if value is None:
        value = _remembered(rule, there, written)
    expected = _forward(rule, value)
    if isinstance(rule.transform, ONE_WAY):
        # Text of several fields, or of none: what it comes to is all that can be shown, and what was written
        # is what it came to when it was read.
        expected = shown = expected or there
    else:
        shown = None if value is None else _shown(value)
    return FieldPair(
        rule=rule.id,
        bling=rule.bling,
        bitrix24=name,
        bling_value=shown,
        bitrix24_value=there if by_hand is None else by_hand,
        in_step=by_hand is not None
        or (expected or "") == (_key(rule, there) or "")
        or _may_differ(rule, value),
        kept=by_hand is not None,
    )


def _may_differ(rule: Rule, value: object) -> bool:
    """What is empty in Bling changes nothing, unless the rule says that it erases."""
    return value == "" and rule.empty == "ignore"


def _said(rule: Rule, said: dict[str, Any]) -> object:
    """What the rule's transform takes, as far as the message says it; None if it does not."""
    match rule.transform:
        case Constant():
            return rule
        case Template(text=pattern):
            return said if all(at(said, path) is not None for path in fields_of(pattern)) else None
        case _:
            return at(said, rule.bling)


def _remembered(rule: Rule, there: str | None, written: dict[str, str]) -> object:
    """What Bling said when the field was written; two situations may have one stage."""
    if rule.bitrix24 == STAGE_FIELD:
        return written.get(SITUATION)
    if there is None or isinstance(rule.transform, ONE_WAY):
        return None
    try:
        return backward(rule.transform)(there)
    except InvalidValue:
        # A section that was made by hand has no category.
        return None


def _key(rule: Rule, there: str | None) -> str | None:
    """A deal's origin names the company before the record."""
    return there.rpartition(":")[2] if there is not None and rule.bitrix24 == ORIGIN_FIELD else there


def _forward(rule: Rule, value: object) -> str | None:
    """What Bitrix24 should hold; None for nothing."""
    if value is None or value == "":
        return None
    try:
        return forward(rule.transform)(value) or None
    except InvalidValue:
        return None


def _payload(body: bytes) -> dict[str, Any]:
    """The record inside a message; empty for messages that carry none."""
    try:
        data = _DECODER.decode(body).get("data", {})
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return data if isinstance(data, dict) else {}


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else _NUMBERS.encode(value).decode()


_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
