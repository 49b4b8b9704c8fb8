"""The remembered pair of a Bling record and a Bitrix24 record, and what was last written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.events import Kind, Reason, RecordKey, RecordState
from connector.domain.words import words_of
from connector.store import lease
from connector.store.columns import columns, recordset
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("links")


class Choice(StrEnum):
    """What a person wants done with a record."""

    #: Take the record `choice_id` of Bitrix24 over.
    ADOPT = "adopt"
    #: Make one of its own, whatever carries the same SKU.
    NEW = "new"
    #: Make it again though somebody deleted it in Bitrix24.
    AGAIN = "again"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `link`: the record's present state is here, too."""

    record: RecordKey
    bitrix_id: int | None = None
    #: `simple`, `sku`, `offer` or `deal`.
    shape: str | None = None
    #: Bitrix24's id of the price record of the base type.
    price_id: int | None = None
    label: str = ""
    sku: str | None = None
    #: Hash of the target values last written; None when the two sides are not known to agree.
    fingerprint: bytes | None = None
    #: JSON: the target values last written, `{field: text}`.
    written: str | None = None
    #: Date of the newest Bling event that was written or found equal.
    bling_date: datetime | None = None
    #: That date had no zone.
    bling_date_bare: bool = False
    #: Of the payload that it was written from.
    body_hash: bytes | None = None
    #: Bling id of a variation's parent.
    parent_id: int | None = None
    #: Bling id of an order's invoice, once the order names it.
    invoice_id: int | None = None
    #: An order's number in its shop, `{loja}:{numeroLoja}`; None when it has none.
    store_number: str | None = None
    mapping_version: int | None = None
    state: RecordState
    reason: Reason | None = None
    detail: str | None = None
    sync_id: UUID | None = None
    synced_at: datetime | None = None
    #: A create was sent then, and its answer is not known yet.
    creating_at: datetime | None = None
    #: When it was written in Bling last: messages of Bling's from before are no news.
    exported_at: datetime | None = None
    #: Tombstone: when it was found deleted in Bitrix24.
    gone_at: datetime | None = None
    #: Writes since `writes_since`, for the loop breaker.
    writes: int = 0
    writes_since: datetime | None = None
    created_at: datetime
    updated_at: datetime
    #: What a person chose, until both sides agree; `save` leaves it alone.
    choice: Choice | None = None
    choice_id: int | None = None


class ReasonCount(msgspec.Struct, frozen=True):
    """Records of a kind in one state for one reason."""

    kind: Kind
    state: RecordState
    reason: Reason
    n: int


#: Members by value: a look-up costs a tenth of the enum's own call, and this is done for every row.
_KINDS = {one.value: one for one in Kind}
_STATES = {one.value: one for one in RecordState}
_FIELDS = tuple(name for name in Link.__struct_fields__ if name != "record")


def link_of(row: Any) -> Link:
    """A `Link` of a whole row."""
    record = RecordKey(_KINDS[row["kind"]], row["account_id"], row["bling_id"])
    values = {name: row[name] for name in _FIELDS}
    values["state"] = _STATES[values["state"]]
    values["reason"] = values["reason"] and Reason(values["reason"])
    values["choice"] = values["choice"] and Choice(values["choice"])
    return Link(record=record, **values)


async def load(conn: Connection, tenant_id: UUID, keys: Iterable[RecordKey]) -> dict[RecordKey, Link]:
    """The links of these records, of those that have one."""
    wanted = list(keys)
    if not wanted:
        return {}
    kinds, accounts, bling_ids = (set(column) for column in columns(wanted, "kind", "account_id", "bling_id"))
    rows = await conn.fetch(_SQL["load"], tenant_id, list(kinds), list(accounts), list(bling_ids))
    # An id may be one account's product and another's order: only what was asked for.
    found = {link.record: link for link in map(link_of, rows)}
    return {key: found[key] for key in wanted if key in found}


async def by_bitrix(
    conn: Connection, tenant_id: UUID, kind: Kind, bitrix_ids: Collection[int]
) -> dict[int, Link]:
    """The links of these Bitrix24 records, by their Bitrix24 ids."""
    rows = await conn.fetch(_SQL["by_bitrix"], tenant_id, kind, list(bitrix_ids))
    return {row["bitrix_id"]: link_of(row) for row in rows}


async def all_by_bitrix(
    conn: Connection, tenant_id: UUID, kind: Kind, bitrix_ids: Collection[int]
) -> list[Link]:
    """The links of these Bitrix24 records: a contact and a company may have one id, accounts share deals."""
    return list(map(link_of, await conn.fetch(_SQL["by_bitrix"], tenant_id, kind, list(bitrix_ids))))


async def newest(conn: Connection, tenant_id: UUID, kind: Kind, limit: int) -> list[Link]:
    """The links of the records that came into Bitrix24 last."""
    return list(map(link_of, await conn.fetch(_SQL["newest"], tenant_id, kind, limit)))


async def to_apply(
    conn: Connection, tenant_id: UUID, kind: Kind, version: int, after: RecordKey | None, limit: int
) -> list[Link]:
    """Records in Bitrix24 that another version than `version` wrote last, by their keys from `after` on."""
    place = (after.account_id, after.bling_id) if after is not None else (UUID(int=0), 0)
    return list(map(link_of, await conn.fetch(_SQL["to_apply"], tenant_id, kind, version, *place, limit)))


async def of_invoices(
    conn: Connection, tenant_id: UUID, wanted: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Link]:
    """The orders that name these invoices, by (account, invoice's Bling id)."""
    if not wanted:
        return {}
    accounts, invoices = map(list, zip(*wanted, strict=True))
    links = map(link_of, await conn.fetch(_SQL["of_invoices"], tenant_id, accounts, invoices))
    return {(one.record.account_id, one.invoice_id): one for one in links if one.invoice_id is not None}


async def of_store_numbers(
    conn: Connection, tenant_id: UUID, kind: Kind, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Link]:
    """The orders (or sales) with these numbers in their shops, by (account, `{loja}:{numeroLoja}`)."""
    if not wanted:
        return {}
    accounts, numbers = map(list, zip(*wanted, strict=True))
    links = map(link_of, await conn.fetch(_SQL["of_store_numbers"], tenant_id, kind, accounts, numbers))
    return {(one.record.account_id, one.store_number): one for one in links if one.store_number is not None}


async def of_skus(
    conn: Connection, tenant_id: UUID, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], list[Link]]:
    """The products in Bitrix24 with these SKUs, by (account, SKU in lower case); SKUs are not unique."""
    found: dict[tuple[UUID, str], list[Link]] = {}
    if not wanted:
        return found
    accounts, skus = map(set, zip(*wanted, strict=True))
    for row in await conn.fetch(_SQL["of_skus"], tenant_id, list(skus), list(accounts)):
        link = link_of(row)
        found.setdefault((link.record.account_id, (link.sku or "").lower()), []).append(link)
    return found


async def sales_of(conn: Connection, tenant_id: UUID, deals: Collection[int]) -> list[Link]:
    """The sales that were written into these deals, oldest first."""
    return list(map(link_of, await conn.fetch(_SQL["sharers"], tenant_id, list(deals)))) if deals else []


async def mark_creating(
    conn: Connection, tenant_id: UUID, fence: int, labels: Mapping[RecordKey, str], at: datetime
) -> None:
    """Remember, before sending, that these records are being created; raises `Fenced`."""
    await lease.check(conn, tenant_id, fence)
    keys = columns(list(labels), "kind", "account_id", "bling_id")
    await conn.execute(_SQL["mark_creating"], tenant_id, *keys, list(labels.values()), at)
    await _name(conn, tenant_id, labels)


async def save(conn: Connection, tenant_id: UUID, links: Sequence[Link]) -> None:
    """Insert or overwrite whole rows (each record once), and keep the counts of states true."""
    if links:
        keys = columns([link.record for link in links], "kind", "account_id", "bling_id")
        rows = await conn.fetch(_SQL["save"], tenant_id, recordset(links), *map(list, map(set, keys)))
        renamed = {
            RecordKey(_KINDS[row["kind"]], row["account_id"], row["bling_id"]): row["label"] for row in rows
        }
        await _name(conn, tenant_id, renamed)


async def _name(conn: Connection, tenant_id: UUID, labels: Mapping[RecordKey, str]) -> None:
    """Let records be found by the words of these names and no others; a name of signs alone has none."""
    words: list[tuple[RecordKey, str | None]] = [
        (key, word) for key, label in labels.items() for word in words_of(label) or (None,)
    ]
    if words:
        keys = columns([key for key, _ in words], "kind", "account_id", "bling_id")
        await conn.execute(_SQL["name"], tenant_id, *keys, [word for _, word in words])


async def choose(
    conn: Connection, tenant_id: UUID, record: RecordKey, choice: Choice, choice_id: int | None = None
) -> bool:
    """Remember what a person wants done with a record; False when there is no such record.

    Raises `asyncpg.UniqueViolationError` for a Bitrix24 record that was chosen for another one.
    """
    key = (record.kind, record.account_id, record.bling_id)
    return await conn.fetchval(_SQL["choose"], tenant_id, *key, choice, choice_id) is not None


async def choose_again(conn: Connection, tenant_id: UUID, kind: Kind, records: Sequence[RecordKey]) -> None:
    """Those of these records that were deleted in Bitrix24 are to be made again."""
    await conn.execute(_SQL["choose_again"], tenant_id, kind, *columns(records, "account_id", "bling_id"))


async def of_reason(
    conn: Connection, tenant_id: UUID, kind: Kind, reason: Reason, after: RecordKey | None, limit: int
) -> list[RecordKey]:
    """Records whose present state has this reason, by their keys from `after` on."""
    place = (after.account_id, after.bling_id) if after is not None else (UUID(int=0), 0)
    rows = await conn.fetch(_SQL["of_reason"], tenant_id, kind, reason, *place, limit)
    return [RecordKey(kind, row["account_id"], row["bling_id"]) for row in rows]


async def reasons(conn: Connection, tenant_id: UUID) -> list[ReasonCount]:
    """How many records of each kind stand as they stand for which reason."""
    rows = await conn.fetch(_SQL["reasons"], tenant_id)
    return [
        ReasonCount(_KINDS[row["kind"]], _STATES[row["state"]], Reason(row["reason"]), row["n"])
        for row in rows
    ]


async def recount(conn: Connection, tenant_id: UUID) -> None:
    """Tell the counts of reasons anew (by whoever holds the tenant's lease)."""
    await conn.execute(_SQL["recount"], tenant_id)
