"""The post office: letters are put down in the transaction that causes them, and leave after its commit.

What is put down is not yet a letter but the wish for one: whether an address is known is asked when the mail
leaves, so that a stranger's request takes as long as a customer's. Wishes are sealed, for their links open
accounts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import msgspec
import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError

from connector.mail.letters import Letter, Words, render
from connector.mail.sending import NotSent, Refused, Sender
from connector.mail.words import Occasion, words
from connector.security.vault import Vault, VaultError
from connector.store import mail, people
from connector.store.ids import new_id
from connector.store.mail import Waiting
from connector.store.scope import Connection, Database

log = structlog.get_logger(__name__)

#: The worker's function that sends what is due.
POST_JOB = "post"
#: Mails sent in one go.
GO = 20
#: After so many tries (34 hours) a mail is given up.
TRIES = 13
#: Links that one address is sent in `PER`: enough for a forgetful person, too few to be a nuisance.
LINKS = 5
PER = timedelta(hours=1)


class SignupWish(msgspec.Struct, frozen=True, kw_only=True, tag="signup"):
    """The link that confirms an address; who has an account already is told so instead."""

    email: str
    company: str
    language: str
    token: str
    at: datetime


class ResetWish(msgspec.Struct, frozen=True, kw_only=True, tag="reset"):
    """The link to a new password, if the address is somebody's."""

    email: str
    token: str
    at: datetime


class InvitationWish(msgspec.Struct, frozen=True, kw_only=True, tag="invitation"):
    """The link into a tenant."""

    email: str
    company: str
    inviter: str
    language: str
    token: str


class Note(msgspec.Struct, frozen=True, kw_only=True, tag="note"):
    """A letter that is written already; `path` is the page of ours that it leads to."""

    email: str
    language: str
    words: Words
    path: str


Wish: TypeAlias = SignupWish | ResetWish | InvitationWish | Note


async def put_down(conn: Connection, vault: Vault, wish: Wish, at: datetime) -> None:
    """To be sent once this system scope's transaction is committed; then call `ring`."""
    id_ = new_id(at)
    await mail.put(conn, id_, vault.seal(msgspec.json.encode(wish).decode(), wish_name(id_)), at)


def wish_name(id_: UUID) -> str:
    """The name under which a wish is sealed."""
    return f"mail:{id_}"


async def ring(redis: ArqRedis) -> None:
    """Mail waits; without Redis it leaves at the worker's next look instead."""
    try:
        await redis.enqueue_job(POST_JOB)
    except (RedisError, OSError) as error:
        log.warning("post_not_rung", error=type(error).__name__)


class PostOffice:
    """Sends what was put down. Several may run at once: each mail is claimed by one."""

    def __init__(self, database: Database, vault: Vault, sender: Sender, app_url: str) -> None:
        self._database, self._vault, self._sender, self._app_url = database, vault, sender, app_url

    async def send_due(self, now: datetime) -> None:
        """Send until nothing is due; a mail that does not leave is due again later."""
        while True:
            async with self._database.system() as conn:
                waiting = await mail.claim(conn, now, GO)
            for one in waiting:
                await self._send(one)
            if len(waiting) < GO:
                return

    async def _send(self, waiting: Waiting) -> None:
        try:
            letter = await self._written_by(self._opened(waiting))
            if letter is not None:
                await self._sender.send(render(letter))
        except NotSent as error:
            given_up = isinstance(error, Refused) or waiting.attempts >= TRIES
            log.warning(
                "mail_given_up" if given_up else "mail_not_sent",
                mail=str(waiting.id),
                error=str(error),
                attempts=waiting.attempts,
            )
            if not given_up:
                return
        async with self._database.system() as conn:
            await mail.sent(conn, waiting.id)

    def _opened(self, waiting: Waiting) -> Wish:
        """What was put down; without its key it waits like a mail that nobody takes, and stops no other."""
        try:
            plain = self._vault.open(waiting.sealed, wish_name(waiting.id))
        except VaultError as error:
            raise NotSent(str(error)) from error
        wish: Wish = msgspec.json.decode(plain, type=Wish)
        return wish

    async def _written_by(self, wish: Wish) -> Letter | None:
        async with self._database.system() as conn:
            return await self._letter(conn, wish)

    async def _letter(self, conn: Connection, wish: Wish) -> Letter | None:
        match wish:
            case SignupWish():
                return await self._signup(conn, wish)
            case ResetWish():
                return await self._reset(conn, wish)
            case InvitationWish():
                values = {"company": wish.company, "inviter": wish.inviter}
                return self._written(
                    Occasion.INVITATION, wish.email, wish.language, f"/convite/{wish.token}", values
                )
            case Note():
                link = self._app_url + wish.path
                return Letter(to=wish.email, language=wish.language, words=wish.words, link=link)

    async def _signup(self, conn: Connection, wish: SignupWish) -> Letter | None:
        if await mail.signups_between(conn, wish.email, wish.at - PER, wish.at) > LINKS:
            return None
        person = await people.person_by_email(conn, wish.email)
        if person is not None and person.confirmed_at is not None:
            return self._written(Occasion.ALREADY_KNOWN, wish.email, person.language, "/entrar", {})
        values = {"company": wish.company}
        return self._written(Occasion.CONFIRM, wish.email, wish.language, f"/confirmar/{wish.token}", values)

    async def _reset(self, conn: Connection, wish: ResetWish) -> Letter | None:
        person = await people.person_by_email(conn, wish.email)
        if person is None:
            return None
        if await mail.resets_between(conn, wish.email, wish.at - PER, wish.at) > LINKS:
            return None
        return self._written(Occasion.RESET, wish.email, person.language, f"/nova-senha/{wish.token}", {})

    def _written(
        self, occasion: Occasion, to: str, language: str, path: str, values: dict[str, str]
    ) -> Letter:
        filled = words(occasion, language).filled(values)
        return Letter(to=to, language=language, words=filled, link=self._app_url + path)
