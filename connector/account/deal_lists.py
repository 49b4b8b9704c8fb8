"""What the choices about orders are made from: situations, sellers and channels of each Bling account, and
the portal's pipelines, sources and people. Kept in the database, read anew when ten minutes old.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.account.connect import Connecting
from connector.account.mapping_places import stage_table
from connector.account.vendors import bling_client, portal_client
from connector.bitrix24.client import Bitrix24
from connector.bitrix24.crm_setup import Choice, CrmPlaces, prepare_crm
from connector.bling.client import Bling
from connector.domain.mapping import MappingVersion
from connector.domain.pipelines import SEEDED, Situation
from connector.domain.vendor import Call, ConnectionState, Disconnected, Provider, Rejected, VendorError
from connector.store import account_lists, calls, connections, standing
from connector.store import deal_lists as rows
from connector.store.account_lists import ListName, SavedList
from connector.store.connections import Account, Portal
from connector.store.scope import Connection

__all__ = [
    "AccountLists",
    "Choice",
    "CrmPlaces",
    "DealLists",
    "Trouble",
    "kept",
    "load",
    "read_places",
    "stage_table",
    "unknown_situations",
]

#: Lists older than this are read again before a person chooses from them.
FRESH = timedelta(minutes=10)
#: How long a screen waits for one vendor; what is known is shown then.
PATIENCE_S = 8.0
#: Messages of waiting orders that are looked into.
MOST_HELD = 500

#: Lists of an account that are about orders.
_NAMES = (ListName.SITUATIONS, ListName.SELLERS, ListName.CHANNELS)
_VALOR = {one.id: one.valor for one in SEEDED}


class Trouble(StrEnum):
    """Why something could not be read just now."""

    #: The vendor, or what paces our calls, does not answer.
    AWAY = "away"
    #: Not connected, or the connection needs a person.
    DISCONNECTED = "disconnected"
    #: The vendor answered that it will not tell.
    REFUSED = "refused"


class AccountLists(msgspec.Struct, frozen=True, kw_only=True):
    """The lists of one Bling account; ids are Bling's."""

    account_id: UUID
    name: str
    situations: tuple[Situation, ...] = ()
    sellers: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    #: When the oldest of them was read; None while one never was.
    read_at: datetime | None = None
    trouble: Trouble | None = None


class DealLists(msgspec.Struct, frozen=True, kw_only=True):
    """Everything to choose from."""

    accounts: tuple[AccountLists, ...] = ()
    #: None while the portal's CRM was never read.
    places: CrmPlaces | None = None
    places_at: datetime | None = None
    trouble: Trouble | None = None

    @property
    def situations(self) -> tuple[Situation, ...]:
        """Of all accounts; the ones that every account begins with while none is known."""
        return (
            tuple({one.id: one for account in self.accounts for one in account.situations}.values()) or SEEDED
        )


async def kept(conn: Connection, tenant_id: UUID) -> DealLists:
    """What is known without asking anybody (inside the tenant's scope)."""
    saved = await account_lists.load(tenant_id)
    places, places_at = _places(await rows.crm(conn, tenant_id))
    accounts = await connections.accounts(conn, tenant_id)
    return DealLists(
        accounts=tuple(
            _account(account, [one for one in saved if one.account_id == account.id])
            for account in accounts
            if account.state is not ConnectionState.NONE
        ),
        places=places,
        places_at=places_at,
    )


async def load(connecting: Connecting, tenant_id: UUID, now: datetime) -> DealLists:
    """What is known, read anew where it is missing or old; a vendor that is away leaves what was known."""
    async with connecting.database.tenant(tenant_id) as conn:
        known = await kept(conn, tenant_id)
        accounts = await connections.accounts(conn, tenant_id)
        portal = await connections.portal(conn, tenant_id)
    old = {one.account_id for one in known.accounts if is_old(one.read_at, now)}
    stale = [account for account in accounts if account.id in old]
    asked = [_read_account(connecting, tenant_id, account, now) for account in stale]
    if is_old(known.places_at, now):
        *troubles, trouble = await asyncio.gather(*asked, read_places(connecting, tenant_id, portal, now))
    else:
        troubles, trouble = await asyncio.gather(*asked), None
    async with connecting.database.tenant(tenant_id) as conn:
        found = await kept(conn, tenant_id)
    of = dict(zip((account.id for account in stale), troubles, strict=True))
    told = tuple(msgspec.structs.replace(one, trouble=of.get(one.account_id)) for one in found.accounts)
    return msgspec.structs.replace(found, accounts=told, trouble=trouble)


async def read_places(
    connecting: Connecting, tenant_id: UUID, portal: Portal | None, now: datetime
) -> Trouble | None:
    """Read the portal's CRM and keep it; why not, if not."""
    return await read_portal(connecting, tenant_id, portal, now, prepare_crm, standing.keep_crm)


async def read_portal(
    connecting: Connecting,
    tenant_id: UUID,
    portal: Portal | None,
    now: datetime,
    ask: Callable[[Bitrix24], Awaitable[msgspec.Struct]],
    keep: Callable[[Connection, UUID, str, datetime], Awaitable[None]],
) -> Trouble | None:
    """Ask the portal something and keep the answer as JSON; why not, if not."""
    if portal is None or portal.state is not ConnectionState.CONNECTED:
        return Trouble.DISCONNECTED
    made: list[Call] = []

    async def read() -> None:
        answer = await ask(portal_client(connecting, tenant_id, portal, made.append))
        async with connecting.database.tenant(tenant_id) as conn:
            await keep(conn, tenant_id, msgspec.json.encode(answer).decode(), now)

    trouble = await tried(connecting, tenant_id, Provider.BITRIX24, None, read)
    async with connecting.database.tenant(tenant_id) as conn:
        await calls.record(conn, tenant_id, made)
    return trouble


async def unknown_situations(
    conn: Connection, tenant_id: UUID, mapping: MappingVersion, lists: DealLists
) -> tuple[Situation, ...]:
    """Situations of the accounts and of waiting orders that the table in force leads nowhere."""
    known = {one.id: one for one in lists.situations}
    for body in await rows.held_for_stage(conn, tenant_id, MOST_HELD):
        if (one := _situation_in(body)) is not None:
            known.setdefault(one.id, one)
    table = stage_table(mapping, lists.places, known.values())
    return tuple(one for number, one in sorted(known.items()) if str(number) not in table)


async def _read_account(
    connecting: Connecting, tenant_id: UUID, account: Account, now: datetime
) -> Trouble | None:
    """Each list by itself: an account may lack the scope for one of them."""
    if account.state is not ConnectionState.CONNECTED:
        return Trouble.DISCONNECTED
    made: list[Call] = []
    client = bling_client(connecting, tenant_id, account, made.append)
    found: list[SavedList] = []
    troubles = []
    for name, ask in _asks(client).items():

        async def read(name: ListName = name, ask: _Ask = ask) -> None:
            found.append(SavedList(account.id, name, await ask(), now))

        troubles.append(await tried(connecting, tenant_id, Provider.BLING, account.id, read))
        if troubles[-1] in (Trouble.AWAY, Trouble.DISCONNECTED):
            break
    async with connecting.database.tenant(tenant_id) as conn:
        await account_lists.save(tenant_id, found)
        await calls.record(conn, tenant_id, made, {call.id: str(account.id) for call in made})
    return next(filter(None, troubles), None)


_Ask = Callable[[], Awaitable[list[dict[str, Any]]]]


def _asks(client: Bling) -> dict[ListName, _Ask]:
    return {
        ListName.SITUATIONS: client.situations,
        ListName.SELLERS: client.sellers,
        ListName.CHANNELS: client.channels,
    }


async def tried(
    connecting: Connecting,
    tenant_id: UUID,
    provider: Provider,
    account_id: UUID | None,
    read: Callable[[], Awaitable[None]],
) -> Trouble | None:
    """Try to read something; why not, if not.

    Nothing is lost by giving up: a renewal of tokens goes on by itself (connector.account.tokens).
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            await read()
    except Disconnected as error:
        if error.state is ConnectionState.SCOPE_MISSING:
            return Trouble.REFUSED
        await connecting.connections.broken(tenant_id, provider, account_id, error.state, error.text)
        return Trouble.DISCONNECTED
    except Rejected:
        return Trouble.REFUSED
    except (VendorError, TimeoutError):
        return Trouble.AWAY
    return None


def _places(saved: rows.SavedCrm) -> tuple[CrmPlaces | None, datetime | None]:
    """Nothing for what another version of Ponte kept: it is read anew."""
    try:
        return (msgspec.json.decode(saved.crm, type=CrmPlaces), saved.read_at) if saved.crm else (None, None)
    except msgspec.DecodeError:
        return None, None


def is_old(read_at: datetime | None, now: datetime) -> bool:
    """Whether it is to be read again before a person chooses from it."""
    return read_at is None or now - read_at > FRESH


def _account(account: Account, saved: Iterable[SavedList]) -> AccountLists:
    lists = {one.name: one for one in saved if one.name in _NAMES}
    times = [one.read_at for one in lists.values()]
    return AccountLists(
        account_id=account.id,
        name=account.name,
        situations=tuple(map(_situation, _rows(lists, ListName.SITUATIONS))),
        sellers=tuple(map(_seller, _rows(lists, ListName.SELLERS))),
        channels=tuple(map(_channel, _rows(lists, ListName.CHANNELS))),
        read_at=min(times) if len(times) == len(_NAMES) else None,
    )


def _rows(lists: dict[ListName, SavedList], name: ListName) -> list[dict[str, Any]]:
    return [row for row in lists[name].rows if row.get("id")] if name in lists else []


def _situation(row: dict[str, Any]) -> Situation:
    """A situation of the account's own means what the one that it extends means."""
    number = int(row["id"])
    valor = _VALOR.get(number, _VALOR.get(int(row.get("idHerdado") or 0)))
    return Situation(id=number, name=str(row.get("nome") or number), valor=valor)


def _seller(row: dict[str, Any]) -> Choice:
    contact = row.get("contato")
    name = contact.get("nome") if isinstance(contact, dict) else None
    return Choice(str(row["id"]), str(name or row["id"]))


def _channel(row: dict[str, Any]) -> Choice:
    return Choice(str(row["id"]), str(row.get("descricao") or row["id"]))


class _Reference(msgspec.Struct):
    id: int
    valor: int | None = None


class _Order(msgspec.Struct):
    situacao: _Reference


class _Message(msgspec.Struct):
    data: _Order


_MESSAGES = msgspec.json.Decoder(_Message)


def _situation_in(body: bytes) -> Situation | None:
    """The situation that a message about an order names; None for messages that name none."""
    try:
        named = _MESSAGES.decode(body).data.situacao
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return Situation(id=named.id, name=str(named.id), valor=named.valor)
