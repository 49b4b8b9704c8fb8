"""Sending one mail: by SMTP, or as JSON to the sandbox's mail door in demo and test."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib
import httpx
import msgspec

from connector.mail.letters import Mail
from connector.settings import Settings

TIMEOUT_S = 20.0


class NotSent(Exception):
    """The mail has not left; another try may have more luck."""


class Refused(NotSent):
    """The mail server will never take this mail (RFC 5321, replies 5xx to the mail itself)."""


class Sender(Protocol):
    """Takes one mail away."""

    async def send(self, mail: Mail) -> None:
        """Raises `NotSent`, or `Refused` when there is no point in trying again."""


def sender_of(settings: Settings, http: httpx.AsyncClient) -> Sender:
    """What `mail_url` asks for."""
    url = urlsplit(settings.mail_url)
    if url.scheme in ("http", "https"):
        return DoorSender(settings.mail_url, http)
    return SmtpSender(url, settings.mail_from)


class DoorSender:
    """Posts mails where people and tests can read them."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http

    async def send(self, mail: Mail) -> None:
        """As JSON."""
        try:
            answer = await self._http.post(
                self._url, json=msgspec.structs.asdict(mail), timeout=TIMEOUT_S, follow_redirects=False
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__) from error


class SmtpSender:
    """`smtp://user:password@host:587`, upgraded by STARTTLS; `smtps://` speaks TLS from the first byte.

    A password never goes out unencrypted: with one, STARTTLS must succeed.
    """

    def __init__(self, url: SplitResult, sender: str) -> None:
        self._host = url.hostname or ""
        self._tls = url.scheme == "smtps"
        self._port = url.port or (465 if self._tls else 587)
        self._user = unquote(url.username) if url.username else None
        self._password = unquote(url.password) if url.password else None
        self._from = sender

    async def send(self, mail: Mail) -> None:
        """Over a connection of its own: mails are few."""
        if not self._host:
            raise NotSent("PONTE_MAIL_URL is not set")
        try:
            await aiosmtplib.send(
                self._message(mail),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=self._start_tls(),
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            raise (Refused if _for_good(error) else NotSent)(type(error).__name__) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from error

    def _start_tls(self) -> bool | None:
        """None = where the server offers it."""
        return False if self._tls else True if self._user else None

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._from, mail.to, mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=parseaddr(self._from)[1].rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _for_good(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError) -> bool:
    if isinstance(error, aiosmtplib.SMTPDataError):
        return error.code >= 500
    return all(refused.code >= 500 for refused in error.recipients)
