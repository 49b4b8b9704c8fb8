"""The daily digest: what yesterday brought and what needs somebody, one mail to each who wants it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from connector.account import digest_words, post
from connector.account.notices import wants_digest
from connector.account.people import NOWHERE
from connector.domain.events import Outcome, Reason, RecordState
from connector.domain.rounds import Round, yesterday
from connector.security.vault import Vault
from connector.store import inbox, links, people, rollups, rounds, tenants
from connector.store.rounds import Turn
from connector.store.scope import Connection, Database

#: Tenants of one look.
AT_ONCE = 100
#: Where the letter leads to.
PATH = "/"

log = structlog.get_logger(__name__)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one tenant."""

    day: datetime
    created: int
    updated: int
    failed: int
    #: Records that need somebody, by reason.
    needs: dict[Reason, int]
    #: Events that wait, by reason.
    waiting: dict[Reason, int]

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.created or self.updated or self.failed or self.needs or self.waiting)


async def send_due(database: Database, vault: Vault, now: datetime, business_now: datetime) -> int:
    """Write the digests of the tenants whose morning it is; how many mails. They leave with the next post."""
    async with database.system() as conn:
        turns = await rounds.due(conn, Round.DIGEST, business_now, AT_ONCE)
    written = 0
    for turn in turns:
        if await rounds.take(database, Round.DIGEST, turn, business_now):
            written += await _send(database, vault, turn, now, business_now)
    return written


async def _send(database: Database, vault: Vault, turn: Turn, now: datetime, business_now: datetime) -> int:
    async with database.tenant(turn.tenant_id) as conn:
        digest = await of_yesterday(conn, turn, now, business_now)
        tenant = await tenants.load(turn.tenant_id)
    written = 0
    async with database.system() as conn:
        for member in await people.members(conn, turn.tenant_id):
            if not wants_digest(member, quiet=digest.is_quiet) or member.email.endswith(NOWHERE):
                continue
            person = await people.person(conn, member.person_id)
            language = person.language if person else "pt"
            words = digest_words.letter_words(digest, tenant.name if tenant else "", language)
            note = post.Note(email=member.email, language=language, words=words, path=PATH)
            await post.put_down(conn, vault, note, now)
            written += 1
    log.info("digest_written", tenant=str(turn.tenant_id), mails=written, quiet=digest.is_quiet)
    return written


async def of_yesterday(conn: Connection, turn: Turn, now: datetime, business_now: datetime) -> Digest:
    """The tenant's day before this one.

    Roll-ups are in real time: where a clock was put forward (demo, tests) they lie that much further back.
    """
    begin, end = yesterday(turn.zone, business_now)
    counts: dict[Outcome, int] = {}
    for one in await rollups.hours(conn, turn.tenant_id, begin - (business_now - now)):
        if one.hour < end:
            counts[one.outcome] = counts.get(one.outcome, 0) + one.n
    return Digest(
        day=begin,
        created=counts.get(Outcome.CREATED, 0),
        updated=counts.get(Outcome.UPDATED, 0),
        failed=counts.get(Outcome.FAILED, 0) + counts.get(Outcome.DEAD, 0),
        needs=await _needs(conn, turn.tenant_id),
        waiting={Reason(reason): n for reason, n in (await inbox.held(conn, turn.tenant_id)).items()},
    )


async def _needs(conn: Connection, tenant_id: UUID) -> dict[Reason, int]:
    found: dict[Reason, int] = {}
    for one in await links.reasons(conn, tenant_id):
        if one.state is RecordState.NEEDS_YOU:
            found[one.reason] = found.get(one.reason, 0) + one.n
    return found
