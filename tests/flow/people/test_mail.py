"""How mail leaves: after the commit, once, by SMTP or through the door; none is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import httpx
import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from connector.account.post import TRIES, Note, PostOffice, put_down, ring
from connector.mail.letters import Mail, Words
from connector.mail.sending import NotSent, Refused, sender_of
from connector.mail.words import ENGLISH, PORTUGUESE, Occasion
from connector.settings import Settings
from ponte.runtime.addresses import LOCALHOST, free_port
from tests.support.desk import Desk
from tests.support.waiting import PATIENCE_S
from worker.main import make

TO = "ana@loja.example"
WORDS = Words(subject="Olá, ação", lines=("Um <b>texto</b>.",), button="Abrir", close="Fim.")
MAIL = Mail(to=TO, subject="Olá, ação", text="Um texto.", html="<p>Um texto.</p>")


class Box:
    """A mail server's letter box; `answer` is what it says to a mail."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.mails: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer


@pytest.fixture
async def box() -> AsyncIterator[tuple[Box, str]]:
    """A running SMTP server without TLS, and its address."""
    box, port = Box(), free_port()
    controller = Controller(box, hostname=LOCALHOST, port=port, ready_timeout=PATIENCE_S)
    await asyncio.to_thread(controller.start)
    yield box, f"smtp://{LOCALHOST}:{port}"
    await asyncio.to_thread(controller.stop)


def _at(settings: Settings, mail_url: str) -> Settings:
    return msgspec.structs.replace(settings, mail_url=mail_url)


async def _put(desk: Desk, path: str = "/x") -> None:
    note = Note(email=TO, language="pt", words=WORDS, path=path)
    async with desk.database.system() as conn:
        await put_down(conn, desk.parts.vault, note, desk.parts.clock.now())


def _office(desk: Desk, settings: Settings) -> PostOffice:
    sender = sender_of(settings, desk.parts.http)
    return PostOffice(desk.database, desk.parts.vault, sender, settings.app_url)


async def test_smtp_carries_text_and_html(
    settings: Settings, http: httpx.AsyncClient, box: tuple[Box, str]
) -> None:
    await sender_of(_at(settings, box[1]), http).send(MAIL)
    (mail,) = box[0].mails
    assert (mail["To"], mail["From"]) == (TO, settings.mail_from)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


async def test_a_mail_that_no_key_opens_stops_no_other(desk: Desk, settings: Settings) -> None:
    await _put(desk, "/first")
    async with desk.database.system() as conn:
        await conn.execute("UPDATE mail SET sealed = substring(sealed FROM 1 FOR 40)")
    await _put(desk, "/second")
    await _office(desk, settings).send_due(desk.parts.clock.now())
    async with desk.database.system() as conn:
        assert await conn.fetchval("SELECT attempts FROM mail") == 1


async def test_a_password_never_goes_out_in_the_clear(
    settings: Settings, http: httpx.AsyncClient, box: tuple[Box, str]
) -> None:
    url = box[1].replace("smtp://", "smtp://user:secret@")
    with pytest.raises(NotSent) as raised:
        await sender_of(_at(settings, url), http).send(MAIL)
    assert not isinstance(raised.value, Refused)
    assert box[0].mails == []


@pytest.mark.parametrize(("answer", "for_good"), [("451 later", False), ("554 never", True)])
async def test_a_server_refuses_for_now_or_for_good(
    settings: Settings, http: httpx.AsyncClient, box: tuple[Box, str], answer: str, for_good: bool
) -> None:
    box[0].answer = answer
    with pytest.raises(NotSent) as raised:
        await sender_of(_at(settings, box[1]), http).send(MAIL)
    assert isinstance(raised.value, Refused) is for_good


@pytest.mark.parametrize("scheme", ["smtp", "smtps", "http"])
async def test_nobody_there_is_not_sent(settings: Settings, http: httpx.AsyncClient, scheme: str) -> None:
    with pytest.raises(NotSent):
        await sender_of(_at(settings, f"{scheme}://{LOCALHOST}:{free_port()}/mail"), http).send(MAIL)


async def test_no_mail_is_lost_while_nobody_takes_it(desk: Desk, settings: Settings) -> None:
    await _put(desk)
    now = desk.parts.clock.now()
    away = _office(desk, _at(settings, f"smtp://{LOCALHOST}:{free_port()}"))
    await away.send_due(now)
    assert [row["attempts"] for row in await desk.rows("mail")] == [1]
    await _office(desk, settings).send_due(now + timedelta(seconds=29))
    assert len(await desk.rows("mail")) == 1
    await _office(desk, settings).send_due(now + timedelta(seconds=31))
    assert await desk.rows("mail") == []
    assert len(await desk.mails(TO)) == 1


async def test_a_mail_is_given_up_in_the_end(desk: Desk, settings: Settings) -> None:
    await _put(desk)
    away = _office(desk, _at(settings, f"smtp://{LOCALHOST}:{free_port()}"))
    now = desk.parts.clock.now()
    for day in range(TRIES):
        assert len(await desk.rows("mail")) == 1
        await away.send_due(now + timedelta(days=day))
    assert await desk.rows("mail") == []


async def test_what_is_rolled_back_is_not_sent(desk: Desk) -> None:
    async def fail() -> None:
        async with desk.database.system() as conn:
            note = Note(email=TO, language="pt", words=WORDS, path="/")
            await put_down(conn, desk.parts.vault, note, desk.parts.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await desk.mails(TO) == []


async def test_each_mail_is_sent_once_however_many_send(desk: Desk, settings: Settings) -> None:
    for number in range(30):
        await _put(desk, f"/{number}")
    now = desk.parts.clock.now()
    await asyncio.gather(*(_office(desk, settings).send_due(now) for _ in range(3)))
    assert len(await desk.mails(TO)) == 30


async def test_links_lie_sealed_in_the_database(desk: Desk) -> None:
    await _put(desk, "/nova-senha/secret-token")
    (row,) = await desk.rows("mail")
    assert b"secret-token" not in row["sealed"]
    assert TO.encode() not in row["sealed"]


async def test_what_people_type_is_no_html(desk: Desk) -> None:
    await _put(desk)
    (mail,) = await desk.mails(TO)
    assert "&lt;b&gt;" in mail["html"]
    assert "<b>" in mail["text"]


async def test_the_worker_sends_what_it_is_rung_for(desk: Desk, settings: Settings) -> None:
    await _put(desk)
    await ring(desk.parts.redis)
    worker = make(settings, burst=True)
    await worker.async_run()
    await worker.close()
    assert await desk.rows("mail") == []
    assert len(await desk.mails(TO)) == 1


@pytest.mark.parametrize("occasion", Occasion)
def test_both_languages_say_the_same(occasion: Occasion) -> None:
    portuguese, english = PORTUGUESE[occasion], ENGLISH[occasion]
    blanks = {"company": "¹", "inviter": "²"}
    for one, other in zip(
        (portuguese.filled(blanks).subject, *portuguese.filled(blanks).lines),
        (english.filled(blanks).subject, *english.filled(blanks).lines),
        strict=True,
    ):
        assert {mark for mark in "¹²" if mark in one} == {mark for mark in "¹²" if mark in other}
