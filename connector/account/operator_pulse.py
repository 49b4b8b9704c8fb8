"""Watching Bling's pulse: who has fallen silent, who speaks again, and a mail to operators about each."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from connector.account.operator_words import silent_words, speaks_words
from connector.account.post import Note, put_down
from connector.domain import pulse
from connector.mail.letters import Words
from connector.security.vault import Vault
from connector.store import operator_pulse as store
from connector.store import operators
from connector.store.operators import Operator
from connector.store.scope import Connection, Database

#: How long minutes and hours are kept.
MINUTES_KEPT = timedelta(days=8)
HOURS_KEPT = pulse.WEEKS * pulse.WEEK + timedelta(days=2)
PATH = "/operator/pulso"

log = structlog.get_logger(__name__)


async def watch(database: Database, vault: Vault, now: datetime) -> int:
    """Notice what changed since the last look; how many mails were put down: ring for them then."""
    mails = 0
    async with database.system() as conn:
        silences = {one.resource: one for one in await store.silences(conn)}
        hours = pulse.by_resource(
            (one.resource, one.at, one.n) for one in await store.hours(conn, now - HOURS_KEPT)
        )
        for resource, last_at in (await store.last(conn, now - HOURS_KEPT)).items():
            known = silences.get(resource)
            if known is None and pulse.is_silent(hours.get(resource, {}), last_at, now):
                if await store.notice(conn, resource, last_at, now):
                    log.warning("bling_silent", resource=resource, last_at=last_at.isoformat())
                    mails += await _tell(conn, vault, resource, last_at, now, silent=True)
            elif known is not None and last_at > known.last_at and await store.over(conn, resource):
                log.info("bling_speaks_again", resource=resource)
                mails += await _tell(conn, vault, resource, known.last_at, now, silent=False)
    return mails


async def forget(conn: Connection, now: datetime) -> None:
    """Drop counts that no look needs (nightly)."""
    await store.prune(conn, now - MINUTES_KEPT, now - HOURS_KEPT)


async def _tell(
    conn: Connection, vault: Vault, resource: str, last_at: datetime, now: datetime, *, silent: bool
) -> int:
    everybody = await operators.everybody(conn)
    for one in everybody:
        words = _words(one, resource, last_at, silent=silent)
        await put_down(conn, vault, Note(email=one.email, language=one.language, words=words, path=PATH), now)
    return len(everybody)


def _words(one: Operator, resource: str, last_at: datetime, *, silent: bool) -> Words:
    return (silent_words if silent else speaks_words)(resource, last_at, one.language)
