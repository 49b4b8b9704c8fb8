"""What reconciliations keep beside their run: records seen, doubts, how each kind stands, and sweeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from connector.domain.drift import score
from connector.domain.events import Kind, RecordKey
from connector.store.columns import columns
from connector.store.links import Link, link_of
from connector.store.runs import Finding, Run, run_of
from connector.store.scope import Connection
from connector.store.sql import named

_SQL = named("drift")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far both sides of a kind agreed when they were compared last."""

    kind: Kind
    run_id: UUID
    compared: int
    differing: int
    began_at: datetime
    ended_at: datetime

    @property
    def score(self) -> float:
        """Differing ÷ compared."""
        return score(self.compared, self.differing)


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How far both sides of a kind agreed at one of its comparisons."""

    run_id: UUID
    ended_at: datetime
    compared: int
    differing: int

    @property
    def score(self) -> float:
        """Differing ÷ compared."""
        return score(self.compared, self.differing)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A record that seems to differ."""

    account_id: UUID
    bling_id: int
    #: A further record of Bitrix24 that carries the link; 0 for none.
    bitrix_id: int = 0
    sign: bytes | None = None
    looks: int = 0
    doubted_at: datetime
    due_at: datetime


class Repair(msgspec.Struct, frozen=True):
    """How many findings of a run were put in the inbox, and what became of them."""

    queued: int = 0
    done: int = 0
    failed: int = 0
    #: They wait: for the guard rail, a choice to be made, the licence.
    held: int = 0


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """How far an account's changes have been compared with what was heard."""

    tenant_id: UUID
    account_id: UUID
    kind: Kind
    swept_until: datetime
    missed: int
    silent_since: datetime | None


# Records that a run has seen


async def seen(conn: Connection, run: Run, account_id: UUID, bling_ids: Sequence[int]) -> dict[int, bool]:
    """Those of these records that the run knows: True = compared, False = only known to have changed."""
    rows = await conn.fetch(_SQL["seen"], run.tenant_id, run.id, account_id, list(bling_ids))
    return {row["bling_id"]: row["queued"] for row in rows}


async def see(conn: Connection, run: Run, account_id: UUID, bling_ids: Sequence[int]) -> int:
    """Remember records as compared; how many of them were new."""
    place = (run.tenant_id, run.id, account_id, run.listed)
    return int(await conn.fetchval(_SQL["see"], *place, list(bling_ids)))


async def mark_changed(conn: Connection, run: Run, account_id: UUID, bling_ids: Sequence[int]) -> None:
    """Remember that Bling has changed these since they were compared last."""
    await conn.execute(_SQL["mark_changed"], run.tenant_id, run.id, account_id, list(bling_ids))


async def who_has_seen(conn: Connection, run: Run, bling_ids: Collection[int]) -> dict[int, UUID]:
    """The accounts whose lists showed these Bling ids in this run."""
    rows = await conn.fetch(_SQL["who_has_seen"], run.tenant_id, run.id, list(bling_ids))
    return {row["bling_id"]: row["account_id"] for row in rows}


async def unseen_links(
    conn: Connection, run: Run, accounts: Collection[UUID], after: RecordKey | None, limit: int
) -> list[Link]:
    """Pairs of these accounts that no list of Bling's has shown in this run, by their keys."""
    place = (after.account_id, after.bling_id) if after is not None else (UUID(int=0), 0)
    rows = await conn.fetch(
        _SQL["unseen_links"], run.tenant_id, run.kind, run.id, list(accounts), *place, limit
    )
    return list(map(link_of, rows))


async def shared_links(conn: Connection, tenant_id: UUID, kind: Kind) -> list[Link]:
    """Pairs whose record of Bitrix24 is an older pair's, too."""
    return list(map(link_of, await conn.fetch(_SQL["shared_links"], tenant_id, kind)))


async def of_bitrix(conn: Connection, tenant_id: UUID, kind: Kind, bitrix_ids: Collection[int]) -> list[Link]:
    """The pairs of these records of Bitrix24."""
    return list(map(link_of, await conn.fetch(_SQL["of_bitrix"], tenant_id, kind, list(bitrix_ids))))


async def of_bling(conn: Connection, tenant_id: UUID, kind: Kind, bling_ids: Collection[int]) -> list[Link]:
    """The pairs of these Bling ids, in whatever account."""
    return list(map(link_of, await conn.fetch(_SQL["of_bling"], tenant_id, kind, list(bling_ids))))


async def pairs_by_shape(conn: Connection, tenant_id: UUID, kind: Kind) -> dict[str | None, int]:
    """How many pairs there are of each shape."""
    return {row["shape"]: row["n"] for row in await conn.fetch(_SQL["pairs_by_shape"], tenant_id, kind)}


async def oldest_sync(conn: Connection, tenant_id: UUID, kind: Kind) -> datetime | None:
    """When the pair was synced that has not been synced for longest."""
    found: datetime | None = await conn.fetchval(_SQL["oldest_sync"], tenant_id, kind)
    return found


# Doubts


async def doubt(conn: Connection, run: Run, doubts: Iterable[Doubt]) -> None:
    """Look at these again; one that is doubted already stays as it is."""
    mine = list(doubts)
    if mine:
        names = ("account_id", "bling_id", "bitrix_id", "doubted_at", "due_at")
        await conn.execute(_SQL["doubt"], run.tenant_id, run.id, *columns(mine, *names))


async def due_doubts(conn: Connection, run: Run, now: datetime, limit: int) -> list[Doubt]:
    """All doubts about the records whose next look is due, longest waiting first; `limit` records."""
    rows = await conn.fetch(_SQL["due_doubts"], run.tenant_id, run.id, now, limit)
    return [Doubt(**{name: row[name] for name in Doubt.__struct_fields__}) for row in rows]


async def next_doubt(conn: Connection, run: Run) -> datetime | None:
    """When the next doubt is due; None when there is none left."""
    found: datetime | None = await conn.fetchval(_SQL["next_doubt"], run.tenant_id, run.id)
    return found


async def doubt_again(conn: Connection, run: Run, doubts: Iterable[Doubt]) -> None:
    """Keep sign, number of looks and the time of the next one."""
    mine = list(doubts)
    if mine:
        names = ("account_id", "bling_id", "bitrix_id", "sign", "looks", "doubted_at", "due_at")
        await conn.execute(_SQL["doubt_again"], run.tenant_id, run.id, *columns(mine, *names))


async def undoubt(conn: Connection, run: Run, doubts: Iterable[Doubt]) -> None:
    """These are decided."""
    mine = list(doubts)
    if mine:
        await conn.execute(
            _SQL["undoubt"], run.tenant_id, run.id, *columns(mine, "account_id", "bling_id", "bitrix_id")
        )


# Findings and their repair


async def prune(conn: Connection, run: Run) -> None:
    """Forget the records that were compared and found equal."""
    await conn.execute(_SQL["prune"], run.tenant_id, run.id)


async def differing(conn: Connection, run: Run) -> int:
    """Records that a run found differing, each once."""
    return int(await conn.fetchval(_SQL["differing"], run.tenant_id, run.id))


async def counts(conn: Connection, tenant_id: UUID, run_id: UUID) -> dict[str, int]:
    """How many findings there are of each sort."""
    return {row["what"]: row["n"] for row in await conn.fetch(_SQL["counts"], tenant_id, run_id)}


async def repair_state(conn: Connection, tenant_id: UUID, run_id: UUID) -> Repair:
    """How far the repair of a run is."""
    row = await conn.fetchrow(_SQL["repair_state"], tenant_id, run_id)
    return Repair(**dict(row))


async def findings(
    conn: Connection, tenant_id: UUID, run_id: UUID, after: int, limit: int, what: str | None = None
) -> list[Finding]:
    """What was found, by its number, with the present state of each repair."""
    rows = await conn.fetch(_SQL["findings"], tenant_id, run_id, after, limit, what)
    return list(map(_finding_of, rows))


async def found_ids(conn: Connection, tenant_id: UUID, run_id: UUID, bling_ids: Collection[int]) -> set[int]:
    """Those of these Bling ids that a run found differing."""
    rows = await conn.fetch(_SQL["found_ids"], tenant_id, run_id, list(bling_ids))
    return {row["bling_id"] for row in rows}


async def to_repair(
    conn: Connection, run: Run, after: int, limit: int, bling_ids: Collection[int] | None
) -> list[Finding]:
    """Findings whose repair is neither under way nor done; of these Bling ids, if any are named."""
    chosen = None if bling_ids is None else list(bling_ids)
    rows = await conn.fetch(_SQL["to_repair"], run.tenant_id, run.id, after, limit, chosen)
    return list(map(_finding_of, rows))


async def repairing(conn: Connection, run: Run, findings: Sequence[Finding]) -> None:
    """Their repair is in the inbox; the run counts how it ends."""
    names = ("n", "account_id", "bling_id")
    await conn.execute(_SQL["repairing"], run.tenant_id, run.id, *columns(findings, *names))


async def not_repaired(conn: Connection, run: Run, findings: Sequence[Finding]) -> None:
    """Nothing can be done about these by us."""
    numbers = [one.n for one in findings]
    await conn.execute(_SQL["not_repaired"], run.tenant_id, run.id, numbers)


async def make_again(conn: Connection, run: Run, records: Sequence[RecordKey], now: datetime) -> None:
    """Records that were deleted in Bitrix24 are to be made anew."""
    keys = columns(records, "account_id", "bling_id")
    await conn.execute(_SQL["make_again"], run.tenant_id, run.kind, *keys, now)


async def part(conn: Connection, run: Run, records: Sequence[RecordKey]) -> None:
    """Records that have another one's pair in Bitrix24 are to get one of their own."""
    await conn.execute(_SQL["part"], run.tenant_id, run.kind, *columns(records, "account_id", "bling_id"))


# How each kind stands


async def keep(conn: Connection, tenant_id: UUID, standing: Standing) -> None:
    """Remember how a kind stands now."""
    values = [getattr(standing, name) for name in Standing.__struct_fields__]
    await conn.execute(_SQL["keep"], tenant_id, *values)


async def standings(conn: Connection, tenant_id: UUID) -> list[Standing]:
    """How every kind stood when it was compared last."""
    rows = await conn.fetch(_SQL["standings"], tenant_id)
    return [
        Standing(**{name: row[name] for name in Standing.__struct_fields__} | {"kind": Kind(row["kind"])})
        for row in rows
    ]


async def scores(conn: Connection, tenant_id: UUID, kind: Kind, limit: int) -> list[Score]:
    """The last comparisons of a kind that came to their end, oldest first."""
    rows = await conn.fetch(_SQL["scores"], tenant_id, kind, limit)
    return [Score(**dict(row)) for row in reversed(rows)]


async def newest_runs(conn: Connection, tenant_id: UUID, limit: int) -> list[Run]:
    """The last reconciliations, newest first."""
    return list(map(run_of, await conn.fetch(_SQL["newest_runs"], tenant_id, limit)))


# Sweeps


async def add_sweeps(conn: Connection, swept_until: datetime, due_at: datetime) -> None:
    """Begin to sweep accounts that nobody sweeps yet (system scope)."""
    await conn.execute(_SQL["add_sweeps"], swept_until, due_at)


async def due_sweeps(conn: Connection, now: datetime, limit: int) -> list[Sweep]:
    """Connected accounts whose sweep is due (system scope; no locks)."""
    return list(map(_sweep_of, await conn.fetch(_SQL["due_sweeps"], now, limit)))


async def put_off_sweep(conn: Connection, sweep: Sweep, expected_before: datetime, due_at: datetime) -> bool:
    """Take the sweep: its next one is at `due_at`; False when another worker was quicker."""
    key = (sweep.tenant_id, sweep.account_id, sweep.kind)
    return await conn.fetchval(_SQL["put_off_sweep"], *key, expected_before, due_at) is not None


async def swept(
    conn: Connection, sweep: Sweep, until: datetime, missed: int, silent_since: datetime | None
) -> None:
    """The account's changes until then are known."""
    key = (sweep.tenant_id, sweep.account_id, sweep.kind)
    await conn.execute(_SQL["swept"], *key, until, missed, silent_since)


async def last_heard(conn: Connection, tenant_id: UUID, account_id: UUID) -> datetime | None:
    """When the newest message from Bling about this account's pairs happened."""
    found: datetime | None = await conn.fetchval(_SQL["last_heard"], tenant_id, account_id)
    return found


def _sweep_of(row: Any) -> Sweep:
    return Sweep(**{name: row[name] for name in Sweep.__struct_fields__} | {"kind": Kind(row["kind"])})


def _finding_of(row: Any) -> Finding:
    values = {name: row[name] for name in Finding.__struct_fields__}
    return Finding(**values | {"kind": Kind(row["kind"]), "fields": msgspec.Raw(row["fields"].encode())})
