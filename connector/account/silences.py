"""Accounts that Bling has stopped telling of: the tenant is told once, operators once an hour at most.

A whole resource that falls silent is `operator_pulse`'s to tell; while one is, operators hear nothing of the
single accounts that are silent with it. What stays silent when the resource speaks again is told then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from connector.account.alerts import GATHER
from connector.account.operator_pulse import PATH
from connector.account.post import Note, put_down
from connector.account.silence_words import OURS, OWN, operators_over, operators_told
from connector.domain.pulse import is_untold
from connector.security.vault import Vault
from connector.store import alerts, operator_pulse, operators, silences
from connector.store.operators import Operator
from connector.store.scope import Connection, Database
from connector.store.silences import Silence

#: Accounts of one look; the next one is a minute away.
AT_ONCE = 200
#: Between two mails to operators while more and more accounts are found.
BETWEEN = timedelta(hours=1)

log = structlog.get_logger(__name__)


async def watch(database: Database, vault: Vault, now: datetime, business_now: datetime) -> int:
    """Raise and resolve what changed since the last look; how many mails were put down: ring for them."""
    async with database.system() as conn:
        for one in await silences.silent(conn, AT_ONCE):
            if await silences.is_heard(conn, one.tenant_id, one.account_id, one.swept_until):
                await silences.speaks(conn, one)
            elif not one.is_raised and is_untold(one.missed, now - one.since):
                await _raise(conn, one, business_now)
        for tenant_id, cause in await silences.over(conn):
            log.info("account_speaks_again", tenant=str(tenant_id), cause=cause)
            await alerts.resolve(conn, tenant_id, cause, business_now)
        return await _tell_operators(conn, vault, now)


async def _raise(conn: Connection, one: Silence, business_now: datetime) -> None:
    log.warning("account_silent", tenant=str(one.tenant_id), account=str(one.account_id), missed=one.missed)
    await alerts.open_(
        conn,
        one.tenant_id,
        cause=one.cause,
        subject=one.account,
        detail=OWN if one.has_own_app else OURS,
        at=business_now,
        due_at=business_now + GATHER,
    )


async def _tell_operators(conn: Connection, vault: Vault, now: datetime) -> int:
    """One mail for all accounts that they have not heard of."""
    mails = 0
    if await silences.forget_told(conn):
        mails += await _tell(conn, vault, (), now)
    if await operator_pulse.silences(conn):
        return mails
    last = await silences.last_told(conn)
    if last is not None and now - last < BETWEEN:
        return mails
    found = [one for one in await silences.silent(conn, AT_ONCE) if one.is_raised and not one.is_told]
    for one in found:
        await silences.told(conn, one, now)
    return mails + (await _tell(conn, vault, found, now) if found else 0)


async def _tell(conn: Connection, vault: Vault, found: Sequence[Silence], now: datetime) -> int:
    everybody = await operators.everybody(conn)
    for one in everybody:
        await put_down(conn, vault, _note(one, found), now)
    return len(everybody)


def _note(to: Operator, found: Sequence[Silence]) -> Note:
    words = operators_told(found, to.language) if found else operators_over(to.language)
    return Note(email=to.email, language=to.language, words=words, path=PATH)
