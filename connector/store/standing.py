"""Where a tenant stands: licence, usage, wishes, connections. Read once per claim, in one round trip."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind
from connector.domain.licence import Licence, LicenceState
from connector.domain.mapping import MappingVersion, Rule, default
from connector.domain.vendor import ConnectionState
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("standing")


class AccountStanding(msgspec.Struct, frozen=True):
    """One Bling account of the tenant."""

    company_id: str
    state: ConnectionState
    #: When it was connected first; orders before that day make no deals.
    connected_at: datetime | None = None


class PortalStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's portal; the catalogue's numbers are None until it was prepared."""

    member_id: str
    client_endpoint: str
    state: ConnectionState
    product_iblock_id: int | None
    offer_iblock_id: int | None
    product_link_property: int | None
    offer_link_property: int | None
    base_price_type: int | None
    #: JSON of its pipelines, stages, presets and fields; None until they were read.
    crm: str | None = None
    crm_at: datetime | None = None
    #: JSON of the fields that rules can name (`connector.domain.fields.PortalFields`).
    fields: str | None = None
    fields_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a drain decides by, but the mapping."""

    paused: bool
    licence: Licence | None
    used: int
    toggles: frozenset[str]
    #: JSON values by name.
    preferences: dict[str, object]
    accounts: dict[UUID, AccountStanding]
    portal: PortalStanding | None


async def load(conn: Connection, tenant_id: UUID, period: date) -> Standing | None:
    """Where the tenant stands in the usage period beginning at `period`; None: no such tenant."""
    row = await conn.fetchrow(_SQL["standing"], tenant_id, period)
    if row is None:
        return None
    return Standing(
        paused=row["paused_at"] is not None,
        licence=_licence(row),
        used=row["used"],
        toggles=frozenset(row["toggles"]),
        preferences=dict(map(_preference, row["preferences"])),
        accounts={
            account_id: AccountStanding(company_id, ConnectionState(state), connected_at)
            for account_id, company_id, state, connected_at in zip(
                row["account_ids"],
                row["company_ids"],
                row["account_states"],
                row["account_connected"],
                strict=True,
            )
        },
        portal=_portal(row),
    )


async def mapping(conn: Connection, tenant_id: UUID, kind: Kind) -> MappingVersion:
    """The newest version of a kind's mapping; the fixed rules when none was ever saved."""
    row = await conn.fetchrow(_SQL["mapping"], tenant_id, kind)
    return default(kind) if row is None else _mapping(kind, row)


async def mappings(conn: Connection, tenant_id: UUID) -> dict[Kind, MappingVersion]:
    """The newest version of every kind's mapping; a kind without one has its fixed rules."""
    found = {kind: default(kind) for kind in Kind}
    for row in await conn.fetch(_SQL["mappings"], tenant_id):
        kind = Kind(row["kind"])
        found[kind] = _mapping(kind, row)
    return found


def _mapping(kind: Kind, row: Any) -> MappingVersion:
    return MappingVersion(
        kind=kind,
        version=row["version"],
        rules=msgspec.json.decode(row["rules"], type=tuple[Rule, ...]),
        filter=msgspec.json.decode(row["filter"], type=dict[str, object]),
    )


def _licence(row: Any) -> Licence | None:
    if row["licence_state"] is None:
        return None
    return Licence(
        state=LicenceState(row["licence_state"]),
        plan=row["licence_plan"],
        source=row["licence_source"],
        ends_at=row["licence_ends_at"],
    )


def _portal(row: Any) -> PortalStanding | None:
    if row["member_id"] is None:
        return None
    names = [name for name in PortalStanding.__struct_fields__ if name != "state"]
    values = {name: row[name] for name in names}
    return PortalStanding(state=ConnectionState(row["portal_state"]), **values)


def _preference(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    return name, msgspec.json.decode(value)


async def keep_crm(conn: Connection, tenant_id: UUID, crm: str, at: datetime) -> None:
    """Remember what the portal's CRM looks like, as JSON."""
    await conn.execute(_SQL["keep_crm"], tenant_id, crm, at)


async def keep_fields(conn: Connection, tenant_id: UUID, fields: str, at: datetime) -> None:
    """Remember which fields the portal has, as JSON."""
    await conn.execute(_SQL["keep_fields"], tenant_id, fields, at)
