"""What rules can name on both sides, with the values to choose from. Kept in the database, read anew when ten
minutes old or when a person asks; a vendor that is away leaves what was known.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.account import deal_lists
from connector.account.connect import Connecting
from connector.account.deal_lists import DealLists, Trouble, is_old, tried
from connector.account.vendors import bling_client
from connector.bitrix24.fields import MOST_OPTIONS, SECTION_FIELD, read_fields
from connector.bling import fields as bling
from connector.domain.events import Kind
from connector.domain.field_watch import FieldChange, Seen, changes, seen_of
from connector.domain.fields import Field, FieldType, Option, PortalFields, named
from connector.domain.mapping import FIXED_RULES, PIPELINE_FIELD, STAGE_FIELD, MappingVersion
from connector.domain.vendor import Call, ConnectionState, Provider
from connector.store import account_lists, calls, connections, field_lists, mappings, sections, standing
from connector.store.account_lists import ListName, SavedList
from connector.store.connections import Account, Portal
from connector.store.scope import Connection

__all__ = ["FieldLists", "Trouble", "kept", "load", "watch"]

_NAMES = (ListName.CATEGORIES, ListName.CUSTOM_FIELDS)


class FieldLists(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that rules can name."""

    #: None while the portal's fields were never read.
    portal: PortalFields | None = None
    portal_at: datetime | None = None
    #: Custom fields of the accounts' products.
    custom: tuple[Field, ...] = ()
    #: Product categories of the accounts, with those above them.
    categories: tuple[Option, ...] = ()
    #: When the oldest of the accounts' lists was read; None while one never was.
    accounts_at: datetime | None = None
    #: Situations, channels, sellers; pipelines, sources, people.
    deals: DealLists = DealLists()
    #: Why the portal or an account could not be read just now.
    trouble: Trouble | None = None
    bling_trouble: Trouble | None = None

    def bling(self, kind: Kind) -> tuple[Field, ...]:
        """Bling's fields of a kind."""
        return bling.fields_of(kind, self.custom, self._values(kind))

    def bitrix24(self, kind: Kind) -> tuple[Field, ...] | None:
        """Bitrix24's fields of a kind; None while they are not known.

        Properties of variations stand behind those of products and say whose they are.
        """
        if self.portal is None:
            return None
        if kind is Kind.PRODUCT:
            known = named(self.portal.product)
            more = (field for field in self.portal.offer if field.name not in known)
            return (*self.portal.product, *(_of_variations(field) for field in more))
        return tuple(self._with_places(field) for field in self.portal.deal)

    def targets(self, kind: Kind) -> tuple[Field, ...]:
        """Bitrix24's fields that a rule of one's own may write."""
        fixed = {rule.bitrix24 for rule in FIXED_RULES.get(kind, ())}
        return tuple(
            field
            for field in self.bitrix24(kind) or ()
            if not field.read_only and field.type is not FieldType.OTHER and field.name not in fixed
        )

    def seen(self, kind: Kind) -> Seen:
        """What is remembered with a mapping that is saved now."""
        there = self.bitrix24(kind)
        return Seen(
            bling=seen_of(self.bling(kind)) if self.accounts_at is not None else None,
            bitrix24=None if there is None else seen_of(there),
        )

    def _values(self, kind: Kind) -> dict[str, tuple[Option, ...]]:
        if kind is Kind.PRODUCT:
            return {"categoria.id": self.categories}
        accounts = self.deals.accounts
        return {
            "situacao.id": tuple(Option(str(one.id), one.name) for one in self.deals.situations),
            "loja.id": tuple(Option(one.id, one.name) for account in accounts for one in account.channels),
            "vendedor.id": tuple(Option(one.id, one.name) for account in accounts for one in account.sellers),
        }

    def _with_places(self, field: Field) -> Field:
        places = self.deals.places
        if places is None:
            return field
        pipelines = places.pipelines
        found = {
            PIPELINE_FIELD: tuple(Option(str(one.id), one.name) for one in pipelines),
            STAGE_FIELD: tuple(Option(stage.id, stage.name) for one in pipelines for stage in one.stages),
            "sourceId": tuple(Option(one.id, one.name) for one in places.sources),
            "assignedById": tuple(Option(one.id, one.name) for one in places.users),
        }.get(field.name)
        return field if found is None else msgspec.structs.replace(field, options=found)


async def kept(conn: Connection, tenant_id: UUID) -> FieldLists:
    """What is known without asking anybody (inside the tenant's scope)."""
    fields, read_at = _portal_fields(await field_lists.portal_fields(conn, tenant_id))
    saved = [one for one in await account_lists.load(tenant_id) if one.name in _NAMES]
    accounts = [
        one for one in await connections.accounts(conn, tenant_id) if one.state is not ConnectionState.NONE
    ]
    return FieldLists(
        portal=fields,
        portal_at=read_at,
        custom=_custom(saved, accounts),
        categories=_categories(saved),
        accounts_at=_oldest(saved, accounts),
        deals=await deal_lists.kept(conn, tenant_id),
    )


async def load(connecting: Connecting, tenant_id: UUID, now: datetime, *, anew: bool = False) -> FieldLists:
    """What is known, read anew where it is missing or old, or all of it (`anew`)."""
    async with connecting.database.tenant(tenant_id) as conn:
        known = await kept(conn, tenant_id)
        accounts = await connections.accounts(conn, tenant_id)
        portal = await connections.portal(conn, tenant_id)
    trouble, bling_trouble, deals = await asyncio.gather(
        _read_if(anew or is_old(known.portal_at, now), connecting, tenant_id, portal, now),
        _read_accounts(connecting, tenant_id, accounts, now)
        if anew or is_old(known.accounts_at, now)
        else _nothing(),
        deal_lists.load(connecting, tenant_id, now),
    )
    async with connecting.database.tenant(tenant_id) as conn:
        found = await kept(conn, tenant_id)
        if found.portal is not None and found.portal_at != known.portal_at:
            await _forget_gone(tenant_id, found.portal, now)
    return msgspec.structs.replace(found, trouble=trouble, bling_trouble=bling_trouble, deals=deals)


async def _forget_gone(tenant_id: UUID, portal: PortalFields, now: datetime) -> None:
    """Sections that somebody deleted: their categories' are looked for by name again."""
    there = next((one.options for one in portal.product if one.name == SECTION_FIELD), ())
    if 0 < len(there) < MOST_OPTIONS:
        await sections.forget(tenant_id, frozenset(one.id for one in there), now)


async def watch(
    conn: Connection, tenant_id: UUID, mapping: MappingVersion, lists: FieldLists
) -> tuple[FieldChange, ...]:
    """What appeared, was renamed or went away since this version was saved (inside the tenant's scope)."""
    saved = await mappings.version(tenant_id, mapping.kind, mapping.version)
    if saved is None or saved.seen is None:
        return ()
    try:
        then = msgspec.json.decode(saved.seen, type=Seen)
    except msgspec.DecodeError:
        return ()
    return changes(then, lists.seen(mapping.kind), mapping.rules)


async def read_portal(
    connecting: Connecting, tenant_id: UUID, portal: Portal | None, now: datetime
) -> Trouble | None:
    """Read the portal's fields and keep them; why not, if not."""
    return await deal_lists.read_portal(connecting, tenant_id, portal, now, read_fields, standing.keep_fields)


async def _nothing() -> Trouble | None:
    return None


async def _read_if(
    wanted: bool, connecting: Connecting, tenant_id: UUID, portal: Portal | None, now: datetime
) -> Trouble | None:
    return await read_portal(connecting, tenant_id, portal, now) if wanted else None


async def _read_accounts(
    connecting: Connecting, tenant_id: UUID, accounts: list[Account], now: datetime
) -> Trouble | None:
    found = await asyncio.gather(*(_read_account(connecting, tenant_id, one, now) for one in accounts))
    return next(filter(None, found), None)


async def _read_account(
    connecting: Connecting, tenant_id: UUID, account: Account, now: datetime
) -> Trouble | None:
    """Each list by itself: an account may lack the scope for one of them."""
    if account.state is not ConnectionState.CONNECTED:
        return Trouble.DISCONNECTED
    made: list[Call] = []
    client = bling_client(connecting, tenant_id, account, made.append)
    asks = {ListName.CATEGORIES: client.categories, ListName.CUSTOM_FIELDS: client.product_custom_fields}
    found: list[SavedList] = []
    troubles: list[Trouble | None] = []
    for name, ask in asks.items():

        async def read(name: ListName = name, ask: Any = ask) -> None:
            found.append(SavedList(account.id, name, await ask(), now))

        troubles.append(await tried(connecting, tenant_id, Provider.BLING, account.id, read))
    async with connecting.database.tenant(tenant_id) as conn:
        await account_lists.save(tenant_id, found)
        await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
    return next(filter(None, troubles), None)


def _portal_fields(saved: field_lists.SavedFields) -> tuple[PortalFields | None, datetime | None]:
    """Nothing for what another version of Ponte kept: it is read anew."""
    try:
        if saved.fields is None:
            return None, None
        return msgspec.json.decode(saved.fields, type=PortalFields), saved.read_at
    except msgspec.DecodeError:
        return None, None


def _of_variations(field: Field) -> Field:
    return msgspec.structs.replace(field, title=f"{field.title} (variações)")


def _oldest(saved: list[SavedList], accounts: list[Account]) -> datetime | None:
    times = {(one.account_id, one.name): one.read_at for one in saved}
    wanted = [(account.id, name) for account in accounts for name in _NAMES]
    return min((times[one] for one in wanted), default=None) if all(map(times.get, wanted)) else None


def _custom(saved: list[SavedList], accounts: list[Account]) -> tuple[Field, ...]:
    """The fields in use; with several accounts each says whose it is."""
    names = {account.id: account.name for account in accounts} if len(accounts) > 1 else {}
    return tuple(
        msgspec.structs.replace(field, title=f"{field.title} ({names[one.account_id]})")
        if one.account_id in names
        else field
        for one in saved
        if one.name is ListName.CUSTOM_FIELDS
        for field in (bling.custom_field(row) for row in one.rows if row.get("id") and row.get("situacao"))
    )


def _categories(saved: list[SavedList]) -> tuple[Option, ...]:
    """`Casa › Copos`, by name."""
    rows = {
        int(row["id"]): row
        for one in saved
        if one.name is ListName.CATEGORIES
        for row in one.rows
        if row.get("id")
    }
    options = (Option(str(number), " › ".join(_path(rows, number))) for number in rows)
    return tuple(sorted(options, key=lambda option: option.name.casefold()))


def _path(rows: dict[int, dict[str, Any]], number: int, seen: tuple[int, ...] = ()) -> list[str]:
    row = rows.get(number)
    if row is None or number in seen:
        return []
    above = row.get("categoriaPai")
    parent = above.get("id") if isinstance(above, dict) else 0
    return [*_path(rows, int(parent or 0), (*seen, number)), str(row.get("descricao") or number)]
