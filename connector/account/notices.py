"""Which mails a person wants: all of them, until they say otherwise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from connector.account.people import Viewer
from connector.account.silence_words import is_about_silence
from connector.account.team import note
from connector.domain.vendor import Provider
from connector.store import people
from connector.store.alerts import Alert
from connector.store.people import Member, Role
from connector.store.scope import Database


class Kind(StrEnum):
    """What a mail is about, as a person chooses it."""

    BLING = "bling"
    BITRIX24 = "bitrix24"
    #: Causes that are no connection.
    OTHER = "other"
    #: Of something that was told before and is not mended.
    REMINDER = "reminder"
    #: It is over.
    RESOLVED = "resolved"
    #: Every morning, what yesterday brought.
    DIGEST = "digest"
    #: The digest also of a day without anything to tell.
    QUIET = "quiet"


#: What nobody gets who did not ask for it.
ASKED_FOR = frozenset({Kind.QUIET})


def kinds_of(alert: Alert) -> frozenset[Kind]:
    """What a mail about this alert would be: whoever does not want one of these gets none."""
    provider = Provider.BLING if is_about_silence(alert) else alert.cause.partition(":")[0]
    about = Kind(provider) if provider in (Provider.BLING, Provider.BITRIX24) else Kind.OTHER
    if alert.resolved_at is not None:
        return frozenset((about, Kind.RESOLVED))
    return frozenset((about, Kind.REMINDER) if alert.told else (about,))


def wants(member: Member, alert: Alert) -> bool:
    """Whether this person is to have a mail; who may only look is never written to."""
    return member.role is not Role.VIEWER and kinds_of(alert).isdisjoint(member.muted)


def wants_digest(member: Member, *, quiet: bool) -> bool:
    """Whether this person is to have the digest of a day; `quiet` = there is nothing to tell of it."""
    if member.role is Role.VIEWER or Kind.DIGEST in member.muted:
        return False
    return Kind.QUIET in member.asked_for if quiet else True


def is_wanted(kind: Kind, member: Member) -> bool:
    """What the person's choice says of a kind."""
    return kind in member.asked_for if kind in ASKED_FOR else kind not in member.muted


async def choose(database: Database, by: Viewer, wanted: Collection[Kind], now: datetime) -> None:
    """From now on these mails and no others, in the company that is looked at."""
    muted = [kind.value for kind in Kind if kind not in wanted and kind not in ASKED_FOR]
    asked_for = [kind.value for kind in Kind if kind in wanted and kind in ASKED_FOR]
    async with database.system() as conn:
        await people.mute(conn, by.tenant_id, by.person_id, muted, asked_for)
        await note(conn, by, now, "notices.chosen", muted=" ".join(muted))
